import { describe, expect, test } from 'vitest';
import { Ring } from './support/ring.js';
import { checkQueue, SharedMemory } from './support/runtime.js';

describe('the parameters of a queue', () => {
  const ring = new Ring(8);
  const good = ring.config;
  const check = (change: Partial<typeof good>, max = 8) => checkQueue({ ...good, ...change }, max, ring.memory);

  test('pass when they are sound', () => {
    expect(check({})).toBeUndefined();
    expect(check({ size: 1 })).toBeUndefined();
    // Areas may touch: the available ring of 8 entries has 22 bytes.
    expect(check({ driver: 0x11080 })).toBeUndefined();
    expect(check({ descriptor: 0x11000n, driver: 0x13000n, device: 0x14000n })).toBeUndefined();
  });

  test.each([
    ['size 0', { size: 0 }, 8, 'range', 'size'],
    ['a size above the maximum of the queue', { size: 16 }, 8, 'range', 'size'],
    ['a size above 32768', { size: 65536 }, 1_000_000, 'range', 'size'],
    ['a size of no queue at all', { size: 1 }, 0, 'range', 'size'],
    ['a fraction', { size: 1.5 }, 8, 'range', 'size'],
    ['a size that is no power of two', { size: 6 }, 8, 'bad_value', 'size'],
    ['address 0 of the descriptor area', { descriptor: 0 }, 8, 'bad_value', 'descriptor'],
    ['address 0 as a bigint', { device: 0n }, 8, 'bad_value', 'device'],
    ['descriptors off 16', { descriptor: 0x11008 }, 8, 'align', 'descriptor'],
    ['a driver area off 2', { driver: 0x13001 }, 8, 'align', 'driver'],
    ['a device area off 4', { device: 0x14002 }, 8, 'align', 'device'],
    ['descriptors outside the memory', { descriptor: 0x1fff0 }, 8, 'range', 'descriptor'],
    ['a driver area outside the memory', { driver: 0x1ffec }, 8, 'range', 'driver'],
    ['a device area that would wrap', { device: 2n ** 64n - 4n }, 8, 'range', 'device'],
    ['rings that overlap descriptors', { driver: 0x1107e }, 8, 'range', 'descriptor'],
    ['rings that overlap each other', { device: 0x13014 }, 8, 'range', 'driver'],
    ['two areas in one place', { descriptor: 0x13000 }, 8, 'range', 'descriptor'],
  ] as const)('are refused for %s', (_, change, max, code, field) => {
    expect(check(change, max)).toMatchObject({ code, field });
  });

  test('need a device area that can be written', () => {
    const memory = new SharedMemory([{ base: 0x10000, bytes: ring.bytes, writable: false }]);
    expect(checkQueue(good, 8, memory)).toMatchObject({ code: 'range', field: 'device' });
  });
});
