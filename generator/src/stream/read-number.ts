import type { IntType } from '../ir/types.js';

/** Integer types as small numbers, so that tables of them fit typed arrays. */
const CODES: Readonly<Record<IntType, number>> = { u8: 0, u16: 1, u24: 2, u32: 3, u64: 4, s32: 5, be16: 6, be32: 7 };

export const codeOf = (type: IntType): number => CODES[type];

/** Reads an integer as a number; a u64 loses its low bits above 2^53, as `Number(bigint)` does. */
export function readNumber(view: DataView, at: number, code: number): number {
  switch (code) {
    case 0:
      return view.getUint8(at);
    case 1:
      return view.getUint16(at, true);
    case 2:
      return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    case 3:
      return view.getUint32(at, true);
    case 4:
      return Number(view.getBigUint64(at, true));
    case 5:
      return view.getInt32(at, true);
    case 6:
      return view.getUint16(at, false);
    default:
      return view.getUint32(at, false);
  }
}
