/**
 * An address of shared memory, in bytes, 0 to 2^64 - 1.
 *
 * A number up to `Number.MAX_SAFE_INTEGER`, a bigint above: nearly every address is a number and costs nothing, and an
 * address with an area id or a grant bit in its top bits is exact all the same. Everything that makes an address keeps
 * to that form, so that two equal addresses are also `===`.
 */
export type Address = number | bigint;

const SPACE = 1n << 64n;
const WORD = 0x1_0000_0000;
/** High words from here on belong to addresses above MAX_SAFE_INTEGER. */
const FIRST_BIG_WORD = 0x20_0000;

/** The address of a number or bigint in either form; undefined if it is negative, fractional or beyond 64 bits. */
export function toAddress(value: number | bigint): Address | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (value < 0n || value >= SPACE) return undefined;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** The address made of two unsigned 32-bit words. */
export function addressOfWords(low: number, high: number): Address {
  return high < FIRST_BIG_WORD ? high * WORD + low : (BigInt(high) << 32n) | BigInt(low);
}

/** Bits 0 to 31 of an address, unsigned. */
export function lowWord(address: Address): number {
  return typeof address === 'number' ? address % WORD : Number(address & 0xffff_ffffn);
}

/** Bits 32 to 63 of an address, unsigned. */
export function highWord(address: Address): number {
  return typeof address === 'number' ? Math.floor(address / WORD) : Number(address >> 32n);
}

/**
 * The address `bytes` behind another; `bytes` is a non-negative integer below 2^52.
 * The result is not checked against 2^64: ask `rangeFits` once where a range enters, then add freely inside it.
 */
export function plus(address: Address, bytes: number): Address {
  // The comparison comes before the sum: above 2^53 a sum of numbers is rounded, and it would be too late to notice.
  if (typeof address === 'number' && address <= Number.MAX_SAFE_INTEGER - bytes) return address + bytes;
  const sum = BigInt(address) + BigInt(bytes);
  return sum <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sum) : sum;
}

/** Whether `length` bytes from an address end at 2^64 or before, that is, whether the range does not wrap. */
export function rangeFits(address: Address, length: number): boolean {
  return typeof address === 'number' || address + BigInt(length) <= SPACE;
}

/** Whether an address is a multiple of `alignment`, a power of two up to 2^31. */
export function isAligned(address: Address, alignment: number): boolean {
  return lowWord(address) % alignment === 0;
}

/** Bytes from `base` up to `address`; -1 if the address lies below the base or 2^53 and more bytes behind it. */
export function distance(base: Address, address: Address): number {
  if (typeof base === 'number' && typeof address === 'number') return address < base ? -1 : address - base;
  const bytes = BigInt(address) - BigInt(base);
  return bytes < 0n || bytes > BigInt(Number.MAX_SAFE_INTEGER) ? -1 : Number(bytes);
}
