import type { IntType } from '../../ir/types.js';

/** Bytes of an integer type. */
export const SIZE_OF: Readonly<Record<IntType, number>> = {
  u8: 1,
  u16: 2,
  u24: 3,
  u32: 4,
  u64: 8,
  s32: 4,
  be16: 2,
  be32: 4,
};

export const hex = (value: number): string => (value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);

/** The position `offset` bytes after `base`. */
export const at = (base: string, offset: number): string => (offset === 0 ? base : `${base} + ${offset}`);

/** Largest value of an unsigned type of up to 32 bits. */
export const maxOf = (type: IntType): number => 2 ** (8 * SIZE_OF[type]) - 1;

/** An expression that reads an integer; unsigned for every type but s32. */
export function load(type: IntType, base: string, offset: number, view = 'view'): string {
  const place = at(base, offset);
  switch (type) {
    case 'u8':
      return `${view}.getUint8(${place})`;
    case 'u16':
      return `${view}.getUint16(${place}, true)`;
    case 'u24':
      return `${view}.getUint16(${place}, true) | (${view}.getUint8(${at(base, offset + 2)}) << 16)`;
    case 'u32':
      return `${view}.getUint32(${place}, true)`;
    case 's32':
      return `${view}.getInt32(${place}, true)`;
    case 'be16':
      return `${view}.getUint16(${place}, false)`;
    case 'be32':
      return `${view}.getUint32(${place}, false)`;
    case 'u64':
      return `${view}.getBigUint64(${place}, true)`;
  }
}

/** The same in a form that binary operators can be put around. */
export const loadAtom = (type: IntType, base: string, offset: number, view = 'view'): string =>
  type === 'u24' ? `(${load(type, base, offset, view)})` : load(type, base, offset, view);

/**
 * Statements that store an integer; bits above the type's width are dropped.
 * Signed setters are never used: on Node 24 they deoptimise within the last 8 bytes of a buffer.
 */
export function store(type: IntType, base: string, offset: number, value: string, view = 'view'): string[] {
  const place = at(base, offset);
  switch (type) {
    case 'u8':
      return [`${view}.setUint8(${place}, ${value});`];
    case 'u16':
      return [`${view}.setUint16(${place}, ${value}, true);`];
    case 'u24': {
      const high = value === '0' ? '0' : `${atom(value)} >>> 16`;
      return [`${view}.setUint16(${place}, ${value}, true);`, `${view}.setUint8(${at(base, offset + 2)}, ${high});`];
    }
    case 'u32':
    case 's32':
      return [`${view}.setUint32(${place}, ${value}, true);`];
    case 'be16':
      return [`${view}.setUint16(${place}, ${value}, false);`];
    case 'be32':
      return [`${view}.setUint32(${place}, ${value}, false);`];
    case 'u64':
      return [`${view}.setBigUint64(${place}, ${value === '0' ? '0n' : value}, true);`];
  }
}

/** Zero stores for a reserved integer. A u64 takes two, because a bigint store is the slower one. */
export const storeZero = (type: IntType, base: string, offset: number): string[] =>
  type === 'u64'
    ? [...store('u32', base, offset, '0'), ...store('u32', base, offset + 4, '0')]
    : store(type, base, offset, '0');

/** An expression in parentheses unless it is a name, a number, a call or a member already. */
export const atom = (text: string): string => (/^[\w.]+(\([^()]*\))?$/.test(text) ? text : `(${text})`);

const mask = (width: number): string => hex(2 ** width - 1);

/** Bits `lsb … lsb + width - 1` of a word of at most 32 bits, as an unsigned number. */
export function pick(word: string, lsb: number, width: number): string {
  if (lsb + width === 32) return `${word} >>> ${lsb}`;
  return lsb === 0 ? `${word} & ${mask(width)}` : `(${word} >>> ${lsb}) & ${mask(width)}`;
}

/** A value moved to its bits of a 32-bit word; whatever does not fit in the width is dropped. */
export function put(value: string, lsb: number, width: number): string {
  if (lsb + width === 32) return lsb === 0 ? value : `(${value} << ${lsb})`;
  return lsb === 0 ? `(${value} & ${mask(width)})` : `((${value} & ${mask(width)}) << ${lsb})`;
}

/** Where a group of bits is read and written: in the half of a u64 that holds it, else in the integer itself. */
export function halfOf(type: IntType, offset: number, lsb: number): { type: IntType; offset: number; lsb: number } {
  if (type !== 'u64') return { type, offset, lsb };
  return lsb < 32 ? { type: 'u32', offset, lsb } : { type: 'u32', offset: offset + 4, lsb: lsb - 32 };
}

/** Mask of the bits a group occupies, as an unsigned number. */
export const maskOf = (lsb: number, width: number): number => (2 ** width - 1) * 2 ** lsb;
