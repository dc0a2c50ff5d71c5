import { Report } from '../../diagnostics/report.js';
import type { ChoiceIR, ChosenIR, ShapeIR, StructIR, TagChoiceIR } from '../../ir/structs.js';
import { leastBytes, varies } from '../../ir/structs.js';
import type { FieldSource } from '../../language/field.js';
import type { StructSource } from '../../language/memory.js';
import type { Path } from '../../read/source-file.js';
import type { Origin, ResolvedDialect } from '../../resolve/resolved.js';
import type { FieldsContext } from '../fields-context.js';
import { type Choosing, chooseArms, type Leaf } from './choose-arms.js';
import { layMembers, type Plan } from './lay-members.js';
import { ShapeBuilder } from './shape-builder.js';
import { checkTails, tailsOf } from './tails.js';
import { type Arms, unionsIn } from './unions.js';

/** One way to lay a struct out: its own fields, or those of another reading. */
export interface Reading {
  readonly name: string | null;
  readonly tail: string | null;
  readonly doc: string;
  readonly spec: string;
  readonly fields: readonly FieldSource[];
  readonly path: Path;
  /** What stands before the fields, and what their paths begin with. */
  readonly frame: { readonly fields: readonly FieldSource[]; readonly path: Path; readonly prefix: string } | null;
}

/** A struct and all shapes it may have. */
export function layStruct(
  name: string,
  struct: StructSource,
  structs: Readonly<Record<string, StructSource>>,
  dialect: ResolvedDialect,
  report: Report,
  trail: readonly string[] = [],
): StructIR {
  const origin: Origin = {
    source: dialect.source,
    path: ['structs', name],
    protocol: dialect.value.protocol,
    dialect: dialect.value.dialect,
  };
  const spec = struct.spec ?? dialect.value.spec;
  const own: Reading = {
    name: struct.reading ?? null,
    tail: null,
    doc: struct.doc,
    spec,
    fields: struct.fields,
    path: [...origin.path, 'fields'],
    frame: null,
  };
  const others = Object.entries(struct.readings ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([reading, r]): Reading => ({
        name: reading,
        tail: r.tail ?? null,
        doc: r.doc,
        spec: r.spec ?? spec,
        fields: r.fields,
        path: [...origin.path, 'readings', reading, 'fields'],
        frame: null,
      }),
    );
  const context = (reading: Reading): FieldsContext => ({
    origin,
    path: reading.path,
    start: 0,
    spec: reading.spec,
    dialect,
    inHeader: false,
    report,
  });
  const lay = (reading: Reading): Laid => layReading(name, reading, reading === own, structs, context(reading), trail);
  const first = lay(own);
  return {
    name,
    doc: struct.doc,
    spec,
    choice: first.choice,
    shapes: [...first.shapes, ...others.flatMap((reading) => lay(reading).shapes)],
  };
}

export interface Laid {
  readonly choice: ChoiceIR;
  readonly shapes: readonly ShapeIR[];
}

/** The shapes of one reading, and what chooses among them. */
export function layReading(
  name: string,
  reading: Reading,
  isOwn: boolean,
  structs: Readonly<Record<string, StructSource>>,
  context: FieldsContext,
  outer: readonly string[] = [],
): Laid {
  const trail = [...outer, name];
  const tails = tailsOf(reading.fields);
  checkTails(reading.fields, context);
  const built = (arms: Arms, tail: string | null, report: Report): ShapeBuilder => {
    const builder = new ShapeBuilder();
    const until = tail === null ? 0 : tails.indexOf(tail) + 1;
    const whole: Plan['whole'] = (base, struct, within) =>
      layStruct(base, struct, structs, context.dialect, new Report(), within);
    const plan = { structs, arms, tails: tails.slice(0, until), trail, whole };
    const inner = { ...context, report };
    if (reading.frame !== null)
      layMembers(reading.frame.fields, '', builder, plan, { ...inner, path: reading.frame.path });
    layMembers(reading.fields, reading.frame?.prefix ?? '', builder, plan, inner);
    return builder;
  };
  const shape = (leaf: Leaf, arm: string | null, tail: string | null): ShapeIR => {
    const builder = built(leaf.arms, tail, context.report);
    const { key, aliases } = keyOf(
      name,
      isOwn ? null : reading.name,
      arm,
      tail ?? reading.tail,
      reading,
      tails.length > 0,
    );
    return {
      key,
      aliases,
      doc: [reading.doc, ...leaf.docs].join(' ').trim(),
      spec: reading.spec,
      tail: tail ?? reading.tail,
      arm,
      ...sizesOf(builder),
      fields: builder.members,
    };
  };
  const { leaves, tree } = chooseArms(
    (arms) => unionsIn(reading.fields, reading.path, reading.frame?.prefix ?? '', structs, arms, [name]),
    (arms) => built(arms, null, new Report()),
    context,
  );
  const [only] = leaves;
  if (typeof tree !== 'number' || only === undefined) {
    refuseTail(name, reading, context);
    const names = armNames(leaves);
    const shapes = leaves.map((leaf, i) => shape(leaf, names[i] ?? null, null));
    const chosen = (then: Choosing): ChosenIR => (typeof then === 'number' ? (shapes[then]?.key ?? '') : choice(then));
    const choice = ({ by, tag, cases, otherwise }: Exclude<Choosing, number>): TagChoiceIR => ({
      by,
      tag,
      cases: cases.map(({ values, shape: of }) => ({ values, shape: chosen(of) })),
      otherwise: otherwise === null ? null : chosen(otherwise),
    });
    return { shapes, choice: typeof tree === 'number' ? { by: 'none' } : choice(tree) };
  }
  if (tails.length > 0) {
    const shapes = [null, ...tails].map((tail) => shape(only, null, tail));
    return { shapes, choice: { by: 'size', shapes: shapes.map((s) => s.key) } };
  }
  return { shapes: [shape(only, null, null)], choice: { by: 'none' } };
}

/** A tail would multiply the shapes of a union. */
function refuseTail(name: string, reading: Reading, { report, origin }: FieldsContext): void {
  const tail = reading.fields.findIndex((f) => f.tail !== undefined);
  if (tail < 0) return;
  report.add(
    'VW309',
    origin.source.place([...reading.path, tail]),
    `struct "${name}" has a union and a tail, which cannot be laid out yet`,
    {
      hint: 'give the structs that end before the tail a name of their own',
    },
  );
}

/** A shape is named by the last arm it has, or by all of them where that does not tell it from the others. */
function armNames(leaves: readonly Leaf[]): string[] {
  const last = leaves.map(({ names }) => names.at(-1) ?? '');
  return new Set(last).size === last.length ? last : leaves.map(({ names }) => names.join('-'));
}

/** `name[+tail][/arm][-reading][:part]`: what the shapes of a struct are asked for by. */
function keyOf(
  name: string,
  other: string | null,
  arm: string | null,
  tail: string | null,
  reading: Reading,
  hasTails: boolean,
): { key: string; aliases: string[] } {
  const [whole = '', part] = name.split(':');
  const base = tail === null ? (hasTails ? `${whole}+bare` : whole) : `${whole}+${tail}`;
  const spelled = (...parts: readonly (string | null)[]): string => {
    const slash = parts.filter((text) => text !== null).join('-');
    return `${base}${slash === '' ? '' : `/${slash}`}${part === undefined ? '' : `:${part}`}`;
  };
  const hasAlias = other === null && reading.name !== null;
  return { key: spelled(arm, other), aliases: hasAlias ? [spelled(arm, reading.name)] : [] };
}

function sizesOf({ members, position }: ShapeBuilder): { minSize: number; maxSize: number | null } {
  // What lies before an array of variable size is fixed: where that array starts, the bytes up to there are counted.
  const minSize = members.filter(varies).reduce((n, array) => n + array.offset + leastBytes(array), position.offset);
  return { minSize, maxSize: members.some(varies) ? null : minSize };
}
