import { matchValues } from '../diff/classify-enums.js';
import type { EnumIR } from '../ir/types.js';
import { assigned } from '../rules/enums.js';

/** The value that says the same in the other dialect's enumeration; null where nothing there does. */
export type ConstantMap = (value: bigint) => bigint | null;

/**
 * Constants are told by name, so that a renumbered one arrives under its new number; a number whose name is new on the other
 * side stays. A number that means something else there is never kept.
 */
export function constantMap(a: EnumIR, b: EnumIR): ConstantMap {
  const pairs = matchValues(a, b);
  const there = new Map(pairs.flatMap((m) => (m.a === null ? [] : [[BigInt(m.a.value), m.b?.value ?? null]])));
  // What B calls by a number, unless it is the same constant that A has under it.
  const taken = new Map(pairs.flatMap((m) => (m.b === null ? [] : [[BigInt(m.b.value), m.a]])));
  const one = (value: bigint): bigint | null => {
    const partner = there.get(value);
    if (typeof partner === 'number') return BigInt(partner);
    const other = taken.get(value);
    if (other !== undefined && other !== null && BigInt(other.value) !== value) return null;
    return partner === null && other !== undefined ? null : value;
  };
  const known = (value: bigint | null): bigint | null => (value !== null && assigned(b, Number(value)) ? value : null);
  if (!a.flags || !b.flags) return (value) => known(one(value));
  return (value) => {
    let mapped = 0n;
    for (let rest = value, bit = 1n; rest > 0n; rest >>= 1n, bit <<= 1n) {
      if ((rest & 1n) === 0n) continue;
      const next = one(bit);
      // Two flags on one bit could not be told apart on the way back.
      if (next === null || (mapped & next) !== 0n) return null;
      mapped |= next;
    }
    return known(mapped);
  };
}

/** Whether every value that A's text assigns has a counterpart. */
export function mapsAll(a: EnumIR | null, b: EnumIR | null): boolean {
  if (b === null) return true;
  if (a === null) return b.open;
  const kept = sameNumbers(a, b) && JSON.stringify(a.ranges) === JSON.stringify(b.ranges);
  if (kept && a.flags === b.flags && a.open === b.open) return true;
  const map = constantMap(a, b);
  if (a.flags) {
    // Bits that nobody names stay where they are.
    const named = [...a.values, ...(a.open ? b.values : [])];
    return b.flags && (b.open || !a.open) && map(named.reduce((all, { value }) => all | BigInt(value), 0n)) !== null;
  }
  if (!a.values.every(({ value }) => map(BigInt(value)) !== null)) return false;
  const numbers = (e: EnumIR): string => JSON.stringify([e.values.map((v) => v.value), e.ranges, e.open]);
  return (!a.open && a.ranges.length === 0) || numbers(a) === numbers(b);
}

/** Whether two enumerations give the same numbers the same names, so that every number may stay what it is. */
export const sameNumbers = (a: EnumIR, b: EnumIR): boolean =>
  a.values.length === b.values.length &&
  a.values.every(({ name, value }, i) => b.values[i]?.name === name && b.values[i]?.value === value);
