import type { BitsIR, EnumIR, IntType } from '../ir/types.js';
import type { Leaf } from './item.js';

interface At {
  readonly offset: number;
  readonly size: number;
  readonly reserved: boolean;
}

export function intLeaf(path: string, slot: string, value: bigint, at: At, constant: string | null): Leaf {
  const { offset, size, reserved } = at;
  const bits = [8 * offset, 8 * (offset + size)] as const;
  const plain = { offset, size, bits, group: false, reserved, constant };
  return { path, slot, value: value.toString(), zero: value === 0n, ...plain };
}

/** The groups of bits of a word, each a leaf of its own. */
export function bitsOf(
  word: Leaf,
  { type, bits }: { readonly type: IntType; readonly bits: readonly BitsIR[] },
  value: bigint,
): Leaf[] {
  return bits.map((group) =>
    bitsLeaf(word, type, group, (value >> BigInt(group.lsb)) & ((1n << BigInt(group.width)) - 1n)),
  );
}

export function bitsLeaf(word: Leaf, type: IntType, { name, lsb, width, reserved }: BitsIR, value: bigint): Leaf {
  const from = 8 * word.offset + lsb;
  return {
    ...word,
    path: `${word.path}.${name}`,
    value: value.toString(),
    zero: value === 0n,
    // In a big-endian word neighbouring bits are not neighbours in memory: the whole word stands for them.
    bits: type.startsWith('be') ? word.bits : [from, from + width],
    group: true,
    reserved: reserved || word.reserved,
    constant: null,
  };
}

/** Name of exactly this value, where it is enumerated and has one. */
export const constantOf = (enums: readonly EnumIR[], name: string | null, value: bigint): string | null =>
  name === null
    ? null
    : (enums.find((e) => e.name === name)?.values.find((v) => BigInt(v.value) === value)?.name ?? null);
