import { describe, expect, test } from 'vitest';
import { driverWithTwo } from './support/driver-with-two.js';
import { features, Ring } from './support/ring.js';
import { DriverQueue } from './support/runtime.js';

describe('a driver queue refuses of its own user', () => {
  const { ring, queue } = driverWithTwo();
  const piece = { address: ring.at(0), length: 1 };
  test.each([
    ['nothing', []],
    ['an empty segment', [{ address: ring.at(0), length: 0 }]],
    ['a negative length', [{ address: ring.at(0), length: -1 }]],
    ['half a byte', [{ address: ring.at(0), length: 0.5 }]],
    ['an address beyond 64 bits', [{ address: 2n ** 64n, length: 1 }]],
    ['a range that wraps', [{ address: 2n ** 64n - 1n, length: 2 }]],
    ['an unsafe number as address', [{ address: 2 ** 53, length: 1 }]],
    ['more than 2^32 - 1 bytes', [piece, { address: ring.at(0), length: 0xffff_ffff }]],
    ['more segments than the queue has', Array(9).fill(piece)],
  ])('%s', (_, segments) => {
    const before = ring.hex(0x1000, 0x4000);
    expect(queue.add(segments)).toBe('bad_value');
    expect(queue.add([], segments)).toBe('bad_value');
    expect(ring.hex(0x1000, 0x4000)).toBe(before);
  });

  test('nothing that just fits: 2^32 - 1 bytes, and as many segments as a table has entries', () => {
    const fresh = new Ring(8);
    const indirect = { base: fresh.at(0x1000), entries: 3 };
    const queue = new DriverQueue(fresh.memory, fresh.config, features(28), { indirect });
    const half = { address: fresh.at(0), length: 0x7fff_ffff };
    // One descriptor each: a table of two, then one of three. Four do not fit one and go to the queue's own.
    expect([queue.add([half, { ...half, length: 0x8000_0000 }]), queue.free]).toEqual([0, 7]);
    expect([queue.add([piece, piece, piece]), queue.free]).toEqual([1, 6]);
    expect([queue.add([piece, piece], [piece, piece]), queue.free]).toEqual([2, 2]);
  });

  test('a buffer without free descriptors, until some come back', () => {
    const full = driverWithTwo();
    const five = Array(5).fill(piece);
    expect(full.queue.add([piece, ...five])).toBe('q_full');
    const before = full.ring.hex(0x1000, 0x4000);
    expect([full.queue.add([piece, ...five]), full.ring.hex(0x1000, 0x4000) === before]).toEqual(['q_full', true]);
    full.ring.use([2, 0]);
    full.queue.poll();
    full.queue.take();
    expect(full.queue.add([piece, ...five])).toBe(3);
    expect(full.queue.free).toBe(0);
  });

  test('a size that is no power of two, and indirect tables that cannot be', () => {
    const sized = (size: number) => new DriverQueue(ring.memory, { ...ring.config, size }, features());
    for (const size of [0, -1, 0.5, 1.5, 12, 65536, 2 ** 32, Number.NaN])
      expect(() => sized(size), `${size}`).toThrow(
        new RangeError(`a split queue has a power of two of entries, 1 to 32768, not ${size}`),
      );
    expect([sized(1).size, sized(32768).size]).toEqual([1, 32768]);
    for (const indirect of [
      { base: ring.at(0), entries: 1 },
      { base: ring.at(0), entries: 9 },
      { base: ring.at(1), entries: 2 },
    ])
      expect(() => new DriverQueue(ring.memory, ring.config, features(28), { indirect })).toThrow(
        new RangeError(`indirect tables of ${indirect.entries} entries for a queue of 8: 2 to 8 at 16-byte steps`),
      );
  });
});
