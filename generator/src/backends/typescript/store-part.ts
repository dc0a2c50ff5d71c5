import type { BitsIR, IntFieldIR } from '../../ir/types.js';
import { halfOf, hex, loadAtom, maskOf, put, SIZE_OF, store } from './expressions.js';

/** Statements that store `value` in a group of bits and keep the other bits of its integer. */
export function storePart(ir: IntFieldIR, part: BitsIR, base: string, view: string): string[] {
  const { type, offset, lsb } = halfOf(ir.type, ir.offset, part.lsb);
  const others = 2 ** (8 * SIZE_OF[type]) - 1 - maskOf(lsb, part.width);
  const moved = put('value', lsb, part.width);
  const word = others === 0 ? moved : `(${loadAtom(type, base, offset, view)} & ${hex(others)}) | ${moved}`;
  return store(type, base, offset, word, view);
}
