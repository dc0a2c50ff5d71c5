import type { ChoiceIR, FamilyIR, MemberIR, StructIR } from '../../ir/structs.js';
import { Kinship } from './kinship.js';
import { memberChanges } from './member-changes.js';
import { type Mutant, replaced } from './mutant.js';

export type FamilyMutant = Mutant<FamilyIR>;

/**
 * Every IR that differs from `ir` in one place that a byte vector should pin. What stands in several shapes of a struct
 * stands in the schema once, so that it changes in all of them. The IR of a mutant holds the changed struct and its kin:
 * vectors of what it is an element of can tell it as well, and need the elements of theirs.
 */
export function* familyMutants(ir: FamilyIR): Generator<FamilyMutant> {
  const kinship = new Kinship(ir.structs);
  for (const struct of ir.structs) {
    const { holders, kin } = kinship.of(struct);
    const keys = [struct.name, ...holders.map((s) => s.name)];
    const to = (changed: Partial<StructIR>) => ({ keys, ir: { ...ir, structs: [{ ...struct, ...changed }, ...kin] } });
    yield* memberMutants(struct, to);
    yield* choiceMutants(struct, to);
  }
}

/** The part of a mutant that follows from what its struct becomes. */
type To = (changed: Partial<StructIR>) => Pick<FamilyMutant, 'keys' | 'ir'>;

function* memberMutants(struct: StructIR, changed: To): Generator<FamilyMutant> {
  const done = new Set<string>();
  for (const shape of struct.shapes)
    for (const [i, member] of shape.fields.entries()) {
      const layout = layoutOf(member);
      if (done.has(layout)) continue;
      done.add(layout);
      const counters = shape.fields
        .slice(0, i)
        .flatMap((m) => (m.kind === 'int' && m.bits.length === 0 ? [m.name] : []));
      for (const { kind, at, what, to } of memberChanges(member, counters)) {
        const shapes = struct.shapes.map((s) => ({
          ...s,
          fields: s.fields.map((m) => (layoutOf(m) === layout ? to : m)),
        }));
        const where = [shape.key, member.name, at].filter((part) => part !== '').join(' ');
        yield { kind, where, what, ...changed({ shapes }) };
      }
    }
}

const layouts = new WeakMap<MemberIR, string>();

/** Everything about a member but its prose. */
function layoutOf(member: MemberIR): string {
  let text = layouts.get(member);
  if (text === undefined) {
    text = JSON.stringify(member, (key, value) => (key === 'doc' || key === 'spec' ? undefined : value));
    layouts.set(member, text);
  }
  return text;
}

/** Two arms with each other's tag values, and tails tried in another order. */
function* choiceMutants(struct: StructIR, changed: To): Generator<FamilyMutant> {
  const mutant = (what: string, choice: ChoiceIR): FamilyMutant => ({
    kind: 'choice',
    where: struct.name,
    what,
    ...changed({ choice }),
  });
  const { choice } = struct;
  if (choice.by === 'size')
    for (const key of choice.shapes)
      yield mutant(`without ${key}`, { ...choice, shapes: choice.shapes.filter((k) => k !== key) });
  if (choice.by !== 'tag') return;
  const { cases } = choice;
  for (const [i, a] of cases.entries())
    for (const [n, b] of cases.entries()) {
      if (n <= i) continue;
      const swapped = replaced(replaced(cases, i, { ...a, values: b.values }), n, { ...b, values: a.values });
      yield mutant(`${a.values} <-> ${b.values}`, { ...choice, cases: swapped });
    }
}
