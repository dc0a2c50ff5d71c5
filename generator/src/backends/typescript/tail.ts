import type { ArrayModel, BodyModel } from './body-model.js';
import { loadAtom, maxOf } from './expressions.js';

/** The count field of a counted array, read. */
const count = ({ count }: ArrayModel, base = 'p', view = 'view'): string =>
  count === null ? '0' : loadAtom(count.ir.type, base, count.ir.offset, view);

/** Number of elements of an array as an expression; right only after `check`. */
export function elements(array: ArrayModel, base = 'p', view = 'view'): string {
  if (array.fixed !== null) return `${array.fixed}`;
  const n = count(array, base, view);
  switch (array.count?.unit) {
    case 'bits':
      // `n + 7` leaves 32 bits when the count is a u32, and `>>>` would then see a small number.
      return maxOf(array.count.ir.type) > 0x7fffffff ? `Math.ceil(${n} / 8)` : `(${n} + 7) >>> 3`;
    case 'bytes':
      return array.elementSize === 1 ? n : `Math.floor(${n} / ${array.elementSize})`;
    default:
      return n;
  }
}

/** Number of bytes of a counted array; a product of doubles, which cannot overflow. */
export function tailBytes(tail: ArrayModel): string {
  if (tail.count?.unit === 'bytes') return count(tail);
  return tail.elementSize === 1 ? elements(tail) : `${elements(tail)} * ${tail.elementSize}`;
}

/** Bytes of a message up to the end of its last known field. */
export const contentSize = ({ header, fixedEnd, tail }: BodyModel): string => {
  if (tail === null) return `${header.fixedSize ?? fixedEnd}`;
  const bytes = tailBytes(tail);
  return `${fixedEnd} + ${bytes.includes('>>>') ? `(${bytes})` : bytes}`;
};

/**
 * Condition on the counted array and the room `size` leaves for it: `>` it does not fit, `<=` it does.
 * `size` is known to cover the fixed part where this stands.
 */
export function tailAgainstRoom(tail: ArrayModel, size: string, operator: '>' | '<='): string {
  const room = `${size} - ${tail.ir.offset}`;
  // The count is compared with the room, never multiplied as a 32-bit integer: 0x40000000 elements times 4 would be 0.
  if (tail.count?.unit === 'bits') return `${count(tail)} ${operator} (${room}) * 8`;
  if (tail.count?.unit === 'bytes' || tail.elementSize === 1) return `${count(tail)} ${operator} ${room}`;
  const shift = Math.log2(tail.elementSize);
  return Number.isInteger(shift)
    ? `${count(tail)} ${operator} (${room}) >>> ${shift}`
    : `${count(tail)} * ${tail.elementSize} ${operator} ${room}`;
}
