import type { IntType } from '../ir/types.js';

/** Reads one integer; u64 gives a bigint, everything else a number. The caller has checked the bounds. */
export function readInt(view: DataView, at: number, type: IntType): number | bigint {
  switch (type) {
    case 'u8':
      return view.getUint8(at);
    case 'u16':
      return view.getUint16(at, true);
    case 'u24':
      return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    case 'u32':
      return view.getUint32(at, true);
    case 'u64':
      return view.getBigUint64(at, true);
    case 's32':
      return view.getInt32(at, true);
    case 'be16':
      return view.getUint16(at, false);
    case 'be32':
      return view.getUint32(at, false);
  }
}

/** The value that the bits of a word stand for in an integer of this type. */
export const valueOfWord = (type: IntType, word: bigint): bigint => (type === 's32' ? BigInt.asIntN(32, word) : word);

/** Writes one integer that is known to fit. */
export function writeInt(view: DataView, at: number, type: IntType, value: number | bigint): void {
  switch (type) {
    case 'u8':
      view.setUint8(at, Number(value));
      return;
    case 'u16':
      view.setUint16(at, Number(value), true);
      return;
    case 'u24':
      view.setUint16(at, Number(value) & 0xffff, true);
      view.setUint8(at + 2, Number(value) >>> 16);
      return;
    case 'u32':
      view.setUint32(at, Number(value), true);
      return;
    case 'u64':
      view.setBigUint64(at, BigInt(value), true);
      return;
    case 's32':
      view.setInt32(at, Number(value), true);
      return;
    case 'be16':
      view.setUint16(at, Number(value), false);
      return;
    case 'be32':
      view.setUint32(at, Number(value), false);
  }
}

const RANGE: Readonly<Record<IntType, readonly [bigint, bigint]>> = {
  u8: [0n, 0xffn],
  u16: [0n, 0xffffn],
  u24: [0n, 0xffffffn],
  u32: [0n, 0xffffffffn],
  u64: [0n, 0xffffffffffffffffn],
  s32: [-0x80000000n, 0x7fffffffn],
  be16: [0n, 0xffffn],
  be32: [0n, 0xffffffffn],
};

/** Smallest and largest value of a type. */
export const rangeOf = (type: IntType): readonly [bigint, bigint] => RANGE[type];
