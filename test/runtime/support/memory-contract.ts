import { describe, expect, test } from 'vitest';
import { type Address, type GuestMemory, plus } from './runtime.js';

/** One suite for whatever claims to be guest memory: 4096 bytes, zero at first, readable and writable, at `base`. */
export function memoryContract(name: string, base: Address, make: () => GuestMemory): void {
  describe(`${name} is guest memory that`, () => {
    const end = plus(base, 4096);
    const below = typeof base === 'number' ? base - 2 : base - 2n;

    test('gives back what was written, at every length and place', () => {
      const memory = make();
      for (const [offset, length] of [
        [0, 1],
        [3, 7],
        [16, 16],
        [100, 31],
        [200, 32],
        [301, 333],
        [0, 4096],
      ] as const) {
        const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + offset + 1) & 0xff);
        const back = new Uint8Array(length);
        expect(memory.write(plus(base, offset), bytes)).toBe(true);
        expect(memory.read(plus(base, offset), back)).toBe(true);
        expect(back).toEqual(bytes);
      }
    });

    test('hands out copies', () => {
      const memory = make();
      const bytes = new Uint8Array(64).fill(1);
      memory.write(base, bytes);
      memory.read(base, bytes);
      bytes.fill(9);
      const again = new Uint8Array(64);
      memory.read(base, again);
      expect(again).toEqual(new Uint8Array(64).fill(1));
    });

    test('keeps 16-bit cells little-endian and cuts values to 16 bits', () => {
      const memory = make();
      const bytes = new Uint8Array(2);
      expect(memory.store16(plus(base, 2), 0x1abcd)).toBe(true);
      memory.read(plus(base, 2), bytes);
      expect([...bytes]).toEqual([0xcd, 0xab]);
      expect(memory.load16(plus(base, 2))).toBe(0xabcd);
      expect(memory.load16(plus(base, 4094))).toBe(0);
    });

    test('refuses odd cells', () => {
      const memory = make();
      expect(memory.load16(plus(base, 1))).toBe(-1);
      expect(memory.store16(plus(base, 1), 1)).toBe(false);
    });

    test('refuses whatever is not inside in whole, and does not throw', () => {
      const memory = make();
      const outside: [Address, number][] = [
        [below, 1],
        [below, 2],
        [below, 4],
        [end, 1],
        [plus(base, 4095), 2],
        [base, 4097],
        [0, 8],
        [Number.MAX_SAFE_INTEGER - 8192, 2],
        [2n ** 64n - 1n, 2],
        [2n ** 64n - 8n, 4096],
      ];
      for (const [address, length] of outside) {
        const place = `${address}+${length}`;
        expect(memory.readable(address, length), place).toBe(false);
        expect(memory.writable(address, length), place).toBe(false);
        expect(memory.read(address, new Uint8Array(length)), place).toBe(false);
        expect(memory.write(address, new Uint8Array(length)), place).toBe(false);
      }
      expect(memory.load16(below)).toBe(-1);
      expect(memory.store16(below, 1)).toBe(false);
      expect(memory.load16(end)).toBe(-1);
      expect(memory.store16(end, 1)).toBe(false);
      for (const length of [1, 4096]) expect(memory.readable(base, length)).toBe(true);
      expect(memory.writable(plus(base, 4095), 1)).toBe(true);
    });
  });
}
