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
    ['size 0', { size: 0 }, 8, 'range', 'size', '1 to 8'],
    ['a size above the maximum of the queue', { size: 16 }, 8, 'range', 'size', '1 to 8'],
    ['a size above 32768', { size: 65536 }, 1_000_000, 'range', 'size', '1 to 32768'],
    ['a size of no queue at all', { size: 1 }, 0, 'range', 'size', '1 to 0'],
    ['a fraction', { size: 1.5 }, 8, 'range', 'size', '1 to 8'],
    ['a size that is no power of two', { size: 6 }, 8, 'bad_value', 'size', 'a power of two'],
    ['address 0 of the descriptor area', { descriptor: 0 }, 8, 'bad_value', 'descriptor', 'an address other than 0'],
    ['address 0 as a bigint', { device: 0n }, 8, 'bad_value', 'device', 'an address other than 0'],
    ['descriptors off 16', { descriptor: 0x11008 }, 8, 'align', 'descriptor', 'a multiple of 16'],
    ['a driver area off 2', { driver: 0x13001 }, 8, 'align', 'driver', 'a multiple of 2'],
    ['a device area off 4', { device: 0x14002 }, 8, 'align', 'device', 'a multiple of 4'],
    [
      'descriptors outside the memory',
      { descriptor: 0x1fff0 },
      8,
      'range',
      'descriptor',
      '128 bytes the device may read',
    ],
    ['a driver area outside the memory', { driver: 0x1ffec }, 8, 'range', 'driver', '22 bytes the device may read'],
    [
      'a device area that would wrap',
      { device: 2n ** 64n - 4n },
      8,
      'range',
      'device',
      '70 bytes the device may write',
    ],
    [
      'rings that overlap descriptors',
      { driver: 0x1107e },
      8,
      'range',
      'descriptor',
      'an area apart from the driver area',
    ],
    [
      'descriptors that overlap rings',
      { descriptor: 0x13010 },
      8,
      'range',
      'descriptor',
      'an area apart from the driver area',
    ],
    ['rings that overlap each other', { device: 0x13014 }, 8, 'range', 'driver', 'an area apart from the device area'],
    ['two areas in one place', { descriptor: 0x13000 }, 8, 'range', 'descriptor', 'an area apart from the driver area'],
  ] as const)('are refused for %s', (_, change, max, code, field, expected) => {
    expect(check(change, max)).toEqual({ code, field, expected, got: { ...good, ...change }[field] });
  });

  test('need a device area that can be written', () => {
    const memory = new SharedMemory([{ base: 0x10000, bytes: ring.bytes, writable: false }]);
    expect(checkQueue(good, 8, memory)).toMatchObject({ code: 'range', field: 'device' });
  });
});
