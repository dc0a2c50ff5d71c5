import { describe, expect, test } from 'vitest';
import { features, NEXT, Ring, WRITE } from './support/ring.js';
import { Avail, areaSizes, DeviceQueue, DriverQueue, splitPosition, Used } from './support/runtime.js';

// Bytes in this file are put together by hand from the tables of Virtio 1.3, 2.7.
const join = (...parts: string[]) => parts.join('').replaceAll(' ', '');

describe('the layout of a split queue', () => {
  test('has the sizes of the table in 2.7', () => {
    expect(areaSizes(1)).toEqual({ descriptor: 16, driver: 8, device: 14 });
    expect(areaSizes(4)).toEqual({ descriptor: 64, driver: 14, device: 38 });
    expect(areaSizes(32768)).toEqual({ descriptor: 524288, driver: 65542, device: 262150 });
  });

  test('has the event cells behind the rings', () => {
    expect(Avail.usedEvent(4)).toBe(12);
    expect(Used.availEvent(4)).toBe(36);
  });
});

describe('a driver writes', () => {
  test('a chain of three descriptors, the head and the index, byte for byte', () => {
    const ring = new Ring(4);
    const queue = new DriverQueue(ring.memory, ring.config, features());
    expect(queue.initialise()).toBe(true);
    const head = queue.add(
      [{ address: 0x18000, length: 0x10 }],
      [
        { address: 0x18100, length: 0x200 },
        { address: 0x1_8300, length: 1 },
      ],
    );
    expect(head).toBe(0);
    expect(ring.hex(0x3000, 14)).toBe(join('0000 0000 0000 0000 0000 0000 0000'));
    expect(queue.publish()).toBe(true);
    expect(ring.hex(0x1000, 64)).toBe(
      join(
        '0080010000000000 10000000 0100 0100',
        '0081010000000000 00020000 0300 0200',
        '0083010000000000 01000000 0200 0000',
        '0000000000000000 00000000 0000 0000',
      ),
    );
    expect(ring.hex(0x3000, 14)).toBe(join('0000 0100', '0000 0000 0000 0000', '0000'));
  });

  test('an address of 64 bits without losing one', () => {
    const ring = new Ring(1);
    const queue = new DriverQueue(ring.memory, ring.config, features());
    queue.initialise();
    queue.add([{ address: 0xfedc_ba98_7654_3210n, length: 0xffff_ffff - 0x1000 }]);
    expect(ring.hex(0x1000, 16)).toBe(join('1032547698badcfe ffefffff 0000 0000'));
  });

  test('an indirect table where it was negotiated and there is room for it', () => {
    const ring = new Ring(4);
    const tables = { base: ring.at(0x1000), entries: 4 };
    const queue = new DriverQueue(ring.memory, ring.config, features(28), { indirect: tables });
    queue.initialise();
    ring.bytes.fill(0xee, 0x9000, 0x9100);
    queue.add([{ address: 0x18000, length: 8 }]);
    expect(queue.add([{ address: 0x18010, length: 8 }], [{ address: 0x18020, length: 9 }])).toBe(1);
    expect(queue.free).toBe(2);
    queue.publish();
    // Table 1 lies 4 * 16 bytes behind table 0, at 0x19040.
    expect(ring.hex(0x1000, 32)).toBe(
      join('0080010000000000 08000000 0000 0000', '4090010000000000 20000000 0400 0000'),
    );
    expect(ring.hex(0x9040, 32)).toBe(
      join('1080010000000000 08000000 0100 0100', '2080010000000000 09000000 0200 0000'),
    );
    // What is not of this chain is not written.
    expect([ring.hex(0x9000, 64), ring.hex(0x9060, 160)]).toEqual(['ee'.repeat(64), 'ee'.repeat(160)]);
    expect(ring.hex(0x3000, 14)).toBe(join('0000 0200', '0000 0100 0000 0000', '0000'));
  });

  test('direct chains where it was not negotiated, tables or not', () => {
    const ring = new Ring(4);
    const tables = { base: ring.at(0x1000), entries: 4 };
    const queue = new DriverQueue(ring.memory, ring.config, features(), { indirect: tables });
    queue.initialise();
    queue.add([{ address: 0x18010, length: 8 }], [{ address: 0x18020, length: 9 }]);
    expect(queue.free).toBe(2);
    expect(ring.hex(0x9000, 64)).toBe('00'.repeat(64));
  });

  test('used_event behind the ring', () => {
    const ring = new Ring(4);
    const queue = new DriverQueue(ring.memory, ring.config, features(29));
    queue.initialise();
    queue.add([{ address: 0x18000, length: 8 }]);
    queue.publish();
    ring.use([0, 0]);
    queue.poll();
    queue.take();
    queue.poll();
    expect(ring.hex(0x3000, 14)).toBe(join('0000 0100', '0000 0000 0000 0000', '0100'));
  });

  test('the position that goes with a kick, only where it was negotiated', () => {
    const ring = new Ring(4);
    const plain = new DriverQueue(ring.memory, ring.config, features(), { start: 0x8005 });
    expect(plain.position).toEqual({ next_offset: 0, next_wrap: 0 });
    const queue = new DriverQueue(ring.memory, ring.config, features(38), { start: 0x8004 });
    queue.initialise();
    queue.add([{ address: 0x18000, length: 8 }]);
    expect(queue.position).toEqual({ next_offset: 4, next_wrap: 1 });
    queue.publish();
    expect(queue.position).toEqual({ next_offset: 5, next_wrap: 1 });
    expect(queue.availableIndex).toBe(0x8005);
    expect(splitPosition(0x7fff)).toEqual({ next_offset: 0x7fff, next_wrap: 0 });
    expect(splitPosition(0xffff)).toEqual({ next_offset: 0x7fff, next_wrap: 1 });
  });
});

describe('a device', () => {
  test('reads a chain as the specification lays it out and writes the used ring, byte for byte', () => {
    const ring = new Ring(4);
    ring.bytes.set(Buffer.from(join('0082010000000000 04000000 0100 0300'), 'hex'), 0x1000 + 16 * 2);
    ring.bytes.set(Buffer.from(join('0084010000000000 06000000 0200 ffff'), 'hex'), 0x1000 + 16 * 3);
    ring.bytes.set(Buffer.from(join('0000 0100', '0200 0000 0000 0000', '0000'), 'hex'), 0x3000);
    ring.bytes.set([1, 2, 3, 4], 0x8200);
    const queue = new DeviceQueue(ring.memory, ring.config, features());
    expect(queue.poll()).toBe(1);
    const chain = queue.pop()!;
    expect([chain.head, chain.readableLength, chain.writableLength]).toEqual([2, 4, 6]);
    expect(chain.segments()).toEqual([
      { address: 0x18200, length: 4, writable: false },
      { address: 0x18400, length: 6, writable: true },
    ]);
    const request = new Uint8Array(4);
    expect(chain.read(0, request)).toBe(true);
    expect([...request]).toEqual([1, 2, 3, 4]);
    expect(chain.write(0, Uint8Array.of(9, 8, 7))).toBe(true);
    expect(ring.hex(0x8400, 6)).toBe('090807000000');
    expect(queue.complete(chain)).toBe(true);
    expect(ring.hex(0x4000, 38)).toBe(join('0000 0100', '02000000 03000000', '00'.repeat(24), '0000'));
  });

  test('writes avail_event behind the used ring', () => {
    const ring = new Ring(4)
      .desc(0, 0x18000, 1, WRITE)
      .desc(1, 0x18001, 1, NEXT | WRITE, 2)
      .desc(2, 0x18002, 1, WRITE);
    const queue = new DeviceQueue(ring.memory, ring.config, features(29));
    ring.offer(0, 1);
    queue.poll();
    queue.complete(queue.pop()!);
    queue.complete(queue.pop()!);
    expect(queue.poll()).toBe(0);
    expect(ring.hex(0x4000, 38)).toBe(
      join('0000 0200', '00000000 00000000', '01000000 00000000', '00'.repeat(16), '0200'),
    );
  });
});
