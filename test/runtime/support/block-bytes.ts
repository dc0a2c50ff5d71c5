import { expect } from 'vitest';

/** Bytes that differ from their neighbours and from sector to sector. */
export const bytes = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + seed) & 0xff);

/** Sectors, each filled with one byte. */
export const sector = (...fills: number[]): Uint8Array => {
  const all = new Uint8Array(512 * fills.length);
  for (const [i, fill] of fills.entries()) all.fill(fill, 512 * i, 512 * (i + 1));
  return all;
};

export const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** toEqual looks at every byte by itself, which takes seconds for a disk. */
export const expectSame = (got: Uint8Array, expected: Uint8Array): void => {
  expect(got.length).toBe(expected.length);
  const at = got.findIndex((byte, i) => byte !== expected[i]);
  expect(at, `byte ${at}`).toBe(-1);
};
