import type { IntType } from '@virtio-wire/generator';

/** `p + 12`; `p` where there is nothing to add. */
export const at = (offset: number, from = 'p'): string => (offset === 0 ? from : `${from} + ${offset}`);

/** Method of a DataView after `get` and `set`, and whether the integer is little-endian; null where there is no order. */
const METHODS: Readonly<Record<Exclude<IntType, 'u24'>, readonly [string, boolean | null]>> = {
  u8: ['Uint8', null],
  u16: ['Uint16', true],
  u32: ['Uint32', true],
  u64: ['BigUint64', true],
  s32: ['Int32', true],
  be16: ['Uint16', false],
  be32: ['Uint32', false],
};

/** An expression that reads an integer of the view `v`. */
export function readInt(type: IntType, offset: number, from = 'p'): string {
  if (type === 'u24') return `(${readInt('u16', offset, from)} | (${readInt('u8', offset + 2, from)} << 16))`;
  const [method, little] = METHODS[type];
  return `v.get${method}(${at(offset, from)}${little === null ? '' : `, ${little}`})`;
}

/** Statements that write one. */
export function writeInt(type: IntType, offset: number, value: string, from = 'p'): string {
  if (type === 'u24')
    return `${writeInt('u16', offset, value, from)} ${writeInt('u8', offset + 2, `${value} >>> 16`, from)}`;
  const [method, little] = METHODS[type];
  return `v.set${method}(${at(offset, from)}, ${value}${little === null ? '' : `, ${little}`});`;
}
