import type { BitsIR, IntType } from '../../ir/types.js';
import type { WireKind } from './mutant.js';

/** One change of a part of the IR, and how it is told. */
export interface Change<T> {
  readonly kind: WireKind;
  /** Path within the changed part, empty for the part itself. */
  readonly at: string;
  readonly what: string;
  readonly to: T;
}

/** The next narrower and wider types of the same byte order. */
const WIDTHS: Readonly<Record<IntType, readonly IntType[]>> = {
  u8: ['u16'],
  u16: ['u8', 'u32'],
  u24: ['u16', 'u32'],
  u32: ['u16', 'u64'],
  u64: ['u32'],
  s32: ['u16', 'u64'],
  be16: ['u8', 'be32'],
  be32: ['be16'],
};

/** The other byte order, where the IR has one: it knows none for 24 and 64 bits. */
const ORDERS: Readonly<Partial<Record<IntType, IntType>>> = { u16: 'be16', be16: 'u16', u32: 'be32', be32: 'u32' };

const SIGNS: Readonly<Partial<Record<IntType, IntType>>> = { u32: 's32', s32: 'u32' };

export const SIZES: Readonly<Record<IntType, number>> = {
  u8: 1,
  u16: 2,
  u24: 3,
  u32: 4,
  u64: 8,
  s32: 4,
  be16: 2,
  be32: 4,
};

/** Everything an integer may be mistaken for. */
export function typeChanges(type: IntType): readonly Change<IntType>[] {
  const change =
    (kind: WireKind) =>
    (to: IntType): Change<IntType> => ({ kind, at: '', what: `${type} -> ${to}`, to });
  const one = (to: IntType | undefined): readonly IntType[] => (to === undefined ? [] : [to]);
  return [
    ...WIDTHS[type].map(change('width')),
    ...one(ORDERS[type]).map(change('order')),
    ...one(SIGNS[type]).map(change('sign')),
  ];
}

/** A byte too early, where there is room before it, and a byte too late. */
export const offsetChanges = (offset: number): readonly Change<number>[] =>
  [offset - 1, offset + 1]
    .filter((to) => to >= 0)
    .map((to) => ({ kind: 'offset', at: '', what: `${offset} -> ${to}`, to }));

/** Each group a bit lower, higher, narrower and wider, as far as its word has room. */
export function bitChanges(
  bits: readonly BitsIR[],
  wordSize: number,
  seen: (group: BitsIR) => boolean,
): readonly Change<readonly BitsIR[]>[] {
  return bits.flatMap((group, i) => {
    if (!seen(group)) return [];
    const { name, lsb, width } = group;
    const to = (changed: Partial<BitsIR>): BitsIR => ({ ...group, ...changed });
    const options = [to({ lsb: lsb - 1 }), to({ lsb: lsb + 1 }), to({ width: width - 1 }), to({ width: width + 1 })];
    return options
      .filter((b) => b.lsb >= 0 && b.width > 0 && b.lsb + b.width <= 8 * wordSize)
      .map((b) => ({
        kind: 'bits' as const,
        at: name,
        what: `${lsb}+${width} -> ${b.lsb}+${b.width}`,
        to: bits.map((other, n) => (n === i ? b : other)),
      }));
  });
}
