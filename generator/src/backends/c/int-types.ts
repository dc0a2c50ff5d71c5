import type { IntType } from '../../ir/types.js';

/** `kernel`: those of <linux/types.h>, which tell the byte order; `stdint`: plain ones of <stdint.h>. */
export type TypeStyle = 'kernel' | 'stdint';

/** What an integer is declared as; `array` stands behind its name. */
export interface CType {
  readonly type: string;
  readonly array: string;
}

const STDINT: Readonly<Record<IntType, string>> = {
  u8: 'uint8_t',
  u16: 'uint16_t',
  u24: 'uint8_t',
  u32: 'uint32_t',
  u64: 'uint64_t',
  s32: 'int32_t',
  be16: 'vwire_be16',
  be32: 'vwire_be32',
};

/** The kernel has no type for a signed little-endian integer. */
const KERNEL: Readonly<Record<IntType, string>> = {
  u8: '__u8',
  u16: '__le16',
  u24: '__u8',
  u32: '__le32',
  u64: '__le64',
  s32: '__le32',
  be16: '__be16',
  be32: '__be32',
};

/** C has no integer of three bytes. */
export const intType = (type: IntType, style: TypeStyle): CType => ({
  type: (style === 'kernel' ? KERNEL : STDINT)[type],
  array: type === 'u24' ? '[3]' : '',
});

export const byteType = (style: TypeStyle): string => intType('u8', style).type;

/** What the type does not say. */
export function remarkOn(type: IntType, style: TypeStyle): string | null {
  if (type === 'u24') return 'little-endian, 24 bits';
  if (type === 's32' && style === 'kernel') return "two's complement";
  return type.startsWith('be') && style === 'stdint' ? 'big-endian' : null;
}
