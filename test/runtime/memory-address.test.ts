import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from './support/properties.js';
import {
  addressOfWords,
  distance,
  highWord,
  isAligned,
  lowWord,
  plus,
  rangeFits,
  toAddress,
} from './support/runtime.js';

const MAX = Number.MAX_SAFE_INTEGER;
const u64 = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.constantFrom(0n, BigInt(MAX), BigInt(MAX) + 1n, BigInt(MAX) + 2n, 1n << 63n, (1n << 64n) - 1n),
);

describe('an address', () => {
  test('is a number up to 2^53 - 1 and a bigint above', () => {
    expect(toAddress(BigInt(MAX))).toBe(MAX);
    expect(toAddress(BigInt(MAX) + 1n)).toBe(2n ** 53n);
    expect(addressOfWords(0xffff_ffff, 0x1f_ffff)).toBe(MAX);
    expect(addressOfWords(0, 0x20_0000)).toBe(2n ** 53n);
    expect(addressOfWords(0xffff_ffff, 0xffff_ffff)).toBe(2n ** 64n - 1n);
  });

  test('is refused when negative, fractional, unsafe or beyond 64 bits', () => {
    for (const value of [-1, 0.5, Number.NaN, 2 ** 53, -1n, 1n << 64n]) expect(toAddress(value)).toBeUndefined();
  });

  test('keeps all 64 bits through its words', () => {
    fc.assert(
      fc.property(u64, (value) => {
        const address = toAddress(value)!;
        expect(BigInt(lowWord(address)) | (BigInt(highWord(address)) << 32n)).toBe(value);
        expect(addressOfWords(lowWord(address), highWord(address))).toBe(address);
      }),
      runs(),
    );
  });

  test('is added to and measured exactly, also across 2^53', () => {
    fc.assert(
      fc.property(u64, fc.nat(0xffff_ffff), (value, bytes) => {
        const address = toAddress(value)!;
        const sum = plus(address, bytes);
        expect(BigInt(sum)).toBe(value + BigInt(bytes));
        expect(typeof sum).toBe(value + BigInt(bytes) <= BigInt(MAX) ? 'number' : 'bigint');
        expect(distance(address, sum)).toBe(bytes);
        expect(distance(sum, address)).toBe(bytes === 0 ? 0 : -1);
        expect(rangeFits(address, bytes)).toBe(value + BigInt(bytes) <= 1n << 64n);
      }),
      runs(),
    );
  });

  test('tells its alignment in both forms', () => {
    expect(isAligned(0x30, 16)).toBe(true);
    expect(isAligned(0x38, 16)).toBe(false);
    expect(isAligned((1n << 63n) + 16n, 16)).toBe(true);
    expect(isAligned((1n << 63n) + 2n, 4)).toBe(false);
  });
});
