import { valueOfWord } from '../interpret/int.js';
import type { FamilyIndex } from '../interpret/structs/family-index.js';
import type { ChoiceIR, ChosenIR, IntMemberIR, MemberIR, ShapeIR, StructIR } from '../ir/structs.js';
import { intOf, lengthOf, type Trial } from './trial.js';

/** The values of tags with which bytes have this shape, as text: `hdr.type` → `1, 2`. Nothing where no tag tells. */
export function tagsOf(choice: ChoiceIR, key: string): ReadonlyMap<string, string> {
  if (choice.by !== 'tag' && choice.by !== 'request') return new Map();
  return new Map(
    wayTo(choice, key)?.map(({ tag, values, not }) => [tag, values.join(', ') || `not ${not.join(', ')}`]),
  );
}

interface Step {
  readonly tag: string;
  readonly values: readonly number[];
  /** Values that lead elsewhere, where every other one leads here. */
  readonly not: readonly number[];
}

function wayTo(chosen: ChosenIR | null, key: string): Step[] | null {
  if (chosen === null) return null;
  if (typeof chosen === 'string') return chosen === key ? [] : null;
  const not = chosen.cases.flatMap(({ values }) => values);
  const branches = [
    ...chosen.cases.map(({ values, shape }) => ({ values, shape })),
    { values: [], shape: chosen.otherwise },
  ];
  for (const { values, shape } of branches) {
    const rest = wayTo(shape, key);
    if (rest !== null) return [{ tag: chosen.tag, values, not }, ...rest];
  }
  return null;
}

/** Values by path for every field of a shape, tags so that the bytes have this shape. */
export function shapeValues(
  index: FamilyIndex,
  { struct, shape }: { readonly struct: StructIR; readonly shape: ShapeIR },
  trial: Trial,
): Record<string, bigint | Uint8Array> {
  const tags = struct.choice.by === 'tag' ? (wayTo(struct.choice, shape.key) ?? []) : [];
  const forced = new Map(tags.map(({ tag, values, not }) => [tag, tagValue(values, not, trial)]));
  for (const [name, value] of trial.forced) forced.set(name, value);
  const filler = new Filler(index, { ...trial, forced });
  filler.members(shape.fields, '');
  return filler.given;
}

function tagValue(values: readonly number[], not: readonly number[], { number }: Trial): bigint {
  if (values.length > 0) return BigInt(values[number % values.length] as number);
  let free = 0;
  while (not.includes(free)) free++;
  return BigInt(free);
}

class Filler {
  readonly given: Record<string, bigint | Uint8Array> = {};
  #place = 0;

  constructor(
    readonly index: FamilyIndex,
    readonly trial: Trial,
  ) {}

  members(members: readonly MemberIR[], prefix: string): void {
    for (const member of members) {
      const path = prefix === '' ? member.name : member.name === '' ? prefix : `${prefix}.${member.name}`;
      if (member.kind === 'int') {
        if (!member.reserved && !counted(members, member)) this.#word(member, path);
      } else if (!member.reserved) this.#array(member, path);
    }
  }

  #array(member: Exclude<MemberIR, IntMemberIR>, path: string): void {
    const n = 'fixed' in member.count ? member.count.fixed : lengthOf(this.trial);
    if (member.kind === 'bytes') {
      this.given[path] = Uint8Array.from({ length: n }, () => Number(intOf(this.trial, this.#place++, 8)));
      return;
    }
    for (let i = 0; i < n; i++) {
      if (member.kind === 'records') this.members(member.fields, `${path}[${i}]`);
      else if (member.kind === 'ints')
        this.given[`${path}[${i}]`] = valueOfWord(
          member.type,
          intOf(this.trial, this.#place++, 8 * member.elementSize),
        );
      else this.#struct(member.struct, `${path}[${i}]`);
    }
  }

  /** An element of its own kind: in its first shape, which is enough to see what the other side makes of it. */
  #struct(name: string, path: string): void {
    const struct = this.index.find(name)?.struct;
    const shape = struct?.shapes[0];
    if (struct === undefined || shape === undefined) return;
    const inner = shapeValues(this.index, { struct, shape }, { ...this.trial, forced: new Map() });
    for (const [key, value] of Object.entries(inner)) this.given[`${path}.${key}`] = value;
  }

  #word({ type, size, bits, enum: name, bounds }: IntMemberIR, path: string): void {
    const { trial } = this;
    const place = this.#place++;
    const forced = trial.forced.get(path);
    const values = this.index.ir.enums.find((e) => e.name === name)?.values ?? [];
    const constant = values[(trial.number + place) % Math.max(1, values.length)];
    const free = constant === undefined ? intOf(trial, place, 8 * size) : BigInt(constant.value);
    const value = forced ?? (bounds?.equals === undefined ? free : BigInt(bounds.equals));
    if (bits.length === 0) this.given[path] = valueOfWord(type, value);
    for (const { name: part, lsb, width, reserved } of bits)
      if (!reserved)
        this.given[`${path}.${part}`] =
          trial.forced.get(`${path}.${part}`) ?? (value >> BigInt(lsb)) & ((1n << BigInt(width)) - 1n);
  }
}

/** Whether a field only says how many elements an array beside it has. */
const counted = (members: readonly MemberIR[], { name }: IntMemberIR): boolean =>
  members.some((m) => m.kind !== 'int' && 'field' in m.count && m.count.field === name);
