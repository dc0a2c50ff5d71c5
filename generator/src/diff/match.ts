/**
 * Which thing of side A is which of side B: by identity, which is a name through the renames that the schema states, never
 * by a guess from place and type. Two fields in the same bytes under names that nobody says are one are a misreading
 * until somebody does. What this says is used wherever two dialects meet.
 */
import type { BitsIR } from '../ir/types.js';
import { type Slot, spanOf, typeOf } from './slot.js';

/** Two things that are one; null on the side that lacks it. */
export interface Match<T> {
  readonly a: T | null;
  readonly b: T | null;
}

export const turned = <T>({ a, b }: Match<T>): Match<T> => ({ a: b, b: a });

/** Pairs by a key that occurs once per side; everything of A in its order, then what only B has. */
export function matchBy<T>(as: readonly T[], bs: readonly T[], key: (thing: T) => string): Match<T>[] {
  return matchInTurn(as, bs, [(a, b) => key(a) === key(b)]);
}

/** Messages and structs by identity; one whose rename is stated on one side only still has its name. */
export const matchUnits = <T extends { readonly key: string; readonly identity: string }>(
  as: readonly T[],
  bs: readonly T[],
): Match<T>[] => matchInTurn(as, bs, [(a, b) => a.identity === b.identity, (a, b) => a.key === b.key]);

/** Pairs by one test after another: what an earlier test paired is not asked again. */
function matchInTurn<T>(as: readonly T[], bs: readonly T[], tests: readonly ((a: T, b: T) => boolean)[]): Match<T>[] {
  const partner = new Map<T, T>();
  const free = new Set(bs);
  for (const test of tests) {
    if (free.size === 0) break;
    for (const a of as) {
      if (partner.has(a)) continue;
      // In the order of B; sides are mostly alike, so that the first one is mostly it.
      for (const b of free) {
        if (!test(a, b)) continue;
        partner.set(a, b);
        free.delete(b);
        break;
      }
    }
  }
  return [
    ...as.map((a) => ({ a, b: partner.get(a) ?? null })),
    ...bs.flatMap((b) => (free.has(b) ? [{ a: null, b }] : [])),
  ];
}

/** Where it is; a record's field is only ever in the same array as its partner. */
const place = ({ name, offset, after }: Slot): string => `${/^.*\[\]/.exec(name)?.[0] ?? ''} ${after ?? ''} ${offset}`;

const roleOf = ({ role }: Slot): string | null => role;

/** Fields by identity, header fields by what the codec uses them for, then reserved bytes that got a use or lost theirs. */
export const matchSlots = (as: readonly Slot[], bs: readonly Slot[]): Match<Slot>[] =>
  matchInTurn(as, bs, [
    (a, b) => roleOf(a) !== null && roleOf(a) === roleOf(b),
    (a, b) => a.identity === b.identity && !a.reserved && !b.reserved,
    (a, b) => a.name === b.name && !a.reserved && !b.reserved,
    (a, b) => a.reserved && b.reserved && place(a) === place(b) && typeOf(a) === typeOf(b),
    (a, b) => a.reserved !== b.reserved && place(a) === place(b) && spanOf(a) === spanOf(b) && spanOf(a) > 0,
    (a, b) => a.reserved && b.reserved && a.name === b.name,
  ]);

/** Groups of bits of one word: by name, reserved ones by place, then reserved bits that got a use or lost theirs. */
export const matchBits = (as: readonly BitsIR[], bs: readonly BitsIR[]): Match<BitsIR>[] => {
  const there = (a: BitsIR, b: BitsIR): boolean => a.lsb === b.lsb && a.width === b.width;
  return matchInTurn(as, bs, [
    (a, b) => a.name === b.name && a.reserved === b.reserved,
    (a, b) => a.reserved && b.reserved && there(a, b),
    (a, b) => a.reserved !== b.reserved && there(a, b),
  ]);
};
