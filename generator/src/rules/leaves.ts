import type { Leaf } from '../interpret/structs/decode-struct.js';
import { conditionsOf, type IntMemberIR, type MemberIR } from '../ir/structs.js';
import type { EnumIR } from '../ir/types.js';
import { assigned, expectedOf } from './enums.js';
import type { Context, Finding } from './finding.js';

/** Reserved members, elements and groups of bits that are not zero. */
export function reservedIn(leaves: readonly Leaf[]): Finding[] {
  return leaves
    .filter(({ member, bits }) => member.reserved || bits?.reserved === true)
    .filter(({ value }) => (value instanceof Uint8Array ? value.some((b) => b !== 0) : BigInt(value) !== 0n))
    .map(({ path, offset, value, member }) => leafFinding('reserved', path, offset, spelled(value), 0, member.spec));
}

/** Values that a closed enumeration does not have. */
export function enumsIn(leaves: readonly Leaf[], enums: readonly EnumIR[], { features }: Context): Finding[] {
  return wordsOf(leaves).flatMap(({ path, offset, value, member }) => {
    const values = enums.find((e) => e.name === member.enum);
    if (values === undefined || assigned(values, Number(value)) || !means(member, value, features)) return [];
    return [leafFinding('enum', path, offset, spelled(value), expectedOf(values), values.spec || member.spec)];
  });
}

/** Values outside the bounds written on their member. */
export function boundsIn(leaves: readonly Leaf[], { features }: Context): Finding[] {
  return wordsOf(leaves).flatMap(({ path, offset, value, member }) => {
    const { bounds } = member;
    if (bounds === null || !means(member, value, features)) return [];
    const { min = value, max = value, equals: exactly, multipleOf = 1 } = bounds;
    const isEqual = exactly === undefined || BigInt(value) === BigInt(exactly);
    if (isEqual && value >= min && value <= max && BigInt(value) % BigInt(multipleOf) === 0n) return [];
    const expected = conditionsOf(path, bounds).join(' && ');
    return [leafFinding('constraint', path, offset, spelled(value), expected, member.spec)];
  });
}

interface Word {
  readonly path: string;
  readonly offset: number;
  readonly value: number | bigint;
  readonly member: IntMemberIR;
}

/** Single integers; groups of bits are put together to the word they are of. */
function wordsOf(leaves: readonly Leaf[]): Word[] {
  const words: Word[] = [];
  for (const { path, offset, value, member, bits } of leaves) {
    if (member.kind !== 'int' || value instanceof Uint8Array) continue;
    if (bits === null) {
      words.push({ path, offset, value, member });
      continue;
    }
    const last = words.at(-1);
    const part = BigInt(value) << BigInt(bits.lsb);
    if (last?.member === member && last.offset === offset)
      words[words.length - 1] = { ...last, value: BigInt(last.value) | part };
    else words.push({ path: path.slice(0, -bits.name.length - 1), offset, value: part, member });
  }
  return words.map((word) => ({ ...word, value: word.value <= 0xffffffff ? Number(word.value) : word.value }));
}

/**
 * Whether a member means anything. One that needs a feature holds zero where nobody negotiated it, so that zero is judged
 * only where the features are known; features that are known and lack it settle the matter.
 */
function means({ validWhen }: MemberIR, value: number | bigint, features: Context['features']): boolean {
  if (validWhen.length === 0) return true;
  return Array.isArray(features) ? validWhen.some((name) => features.includes(name)) : BigInt(value) !== 0n;
}

export const leafFinding = (
  rule: string,
  field: string,
  offset: number,
  got: number | string,
  expected: number | string,
  clause: string,
): Finding => ({ rule, layer: 'rules', field, offset, got, expected, clause });

export function spelled(value: Leaf['value'] | undefined): number | string {
  if (value instanceof Uint8Array) return 'bytes that are not zero';
  return typeof value === 'bigint' ? value.toString() : (value ?? 'nothing');
}
