import { describe, expect, test } from 'vitest';
import { HostileMemory } from './support/hostile-memory.js';
import { features, INDIRECT, NEXT, Ring, WRITE } from './support/ring.js';
import { type Chain, DeviceQueue, SegmentsPool } from './support/runtime.js';

/** A device queue of 8 whose head 0 is offered as the descriptors given. */
function popped(build: (ring: Ring) => void, ...bits: number[]): { ring: Ring; queue: DeviceQueue; chain: Chain } {
  const ring = new Ring(8);
  build(ring);
  ring.offer(0);
  const queue = new DeviceQueue(ring.memory, ring.config, features(...bits));
  queue.poll();
  return { ring, queue, chain: queue.pop()! };
}

/** Readable 3 + 5 bytes, an empty one, writable 2 + 6 bytes. */
const cut = (ring: Ring) =>
  ring
    .desc(0, ring.at(0), 3, NEXT, 1)
    .desc(1, 0xdead, 0, NEXT, 2)
    .desc(2, ring.at(0x10), 5, NEXT, 3)
    .desc(3, ring.at(0x20), 2, NEXT | WRITE, 4)
    .desc(4, ring.at(0x30), 6, WRITE);

describe('a chain', () => {
  test('is one run of bytes to read and one to write, however it is cut', () => {
    const { ring, chain } = popped(cut);
    ring.bytes.set([1, 2, 3], 0x8000);
    ring.bytes.set([4, 5, 6, 7, 8], 0x8010);
    const all = new Uint8Array(8);
    expect(chain.read(0, all)).toBe(true);
    expect([...all]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const middle = new Uint8Array(3);
    expect(chain.read(2, middle)).toBe(true);
    expect([...middle]).toEqual([3, 4, 5]);
    expect(chain.write(1, Uint8Array.of(11, 12, 13))).toBe(true);
    expect(ring.hex(0x8020, 2) + ring.hex(0x8030, 6)).toBe('000b' + '0c0d00000000');
  });

  test('is read and written at any place of it', () => {
    const { ring, chain } = popped(cut);
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    ring.bytes.set(bytes.subarray(0, 3), 0x8000);
    ring.bytes.set(bytes.subarray(3), 0x8010);
    for (let from = 0; from <= 8; from++)
      for (let to = from; to <= 8; to++) {
        const part = new Uint8Array(to - from);
        expect(chain.read(from, part)).toBe(true);
        expect([...part], `read ${from} to ${to}`).toEqual([...bytes.subarray(from, to)]);
        ring.bytes.fill(0xee, 0x8020, 0x8040);
        expect(chain.write(from, bytes.subarray(from, to))).toBe(true);
        const now = [...ring.bytes.slice(0x8020, 0x8022), ...ring.bytes.slice(0x8030, 0x8036)];
        expect(now, `write ${from} to ${to}`).toEqual([...bytes].map((b, i) => (i >= from && i < to ? b : 0xee)));
        expect(ring.hex(0x8022, 14) + ring.hex(0x8036, 10)).toBe('ee'.repeat(24));
      }
  });

  test('says so when its memory is gone, and counts nothing as written', () => {
    const ring = new Ring(8);
    cut(ring);
    ring.offer(0);
    const memory = new HostileMemory(ring.memory, () => {});
    const queue = new DeviceQueue(memory, ring.config, features());
    queue.poll();
    const chain = queue.pop()!;
    memory.goneAfter = 0;
    expect([chain.read(0, new Uint8Array(8)), chain.write(0, new Uint8Array(8)), chain.written]).toEqual([
      false,
      false,
      0,
    ]);
    expect(queue.fault).toBeUndefined();
  });

  test('passes over an empty descriptor without a look at its address', () => {
    const { chain } = popped(cut);
    expect(chain.segments()).toHaveLength(4);
    expect([chain.readableLength, chain.writableLength]).toEqual([8, 8]);
  });

  test('refuses what does not lie inside in whole', () => {
    const { chain } = popped(cut);
    for (const [offset, length] of [
      [0, 9],
      [8, 1],
      [-1, 1],
      [0.5, 1],
      [9, 0],
      [Number.NaN, 1],
    ] as const) {
      expect(chain.read(offset, new Uint8Array(length)), `${offset}+${length}`).toBe(false);
      expect(chain.write(offset, new Uint8Array(length)), `${offset}+${length}`).toBe(false);
      expect(chain.markWritten(offset, length), `${offset}+${length}`).toBe(false);
    }
    expect(chain.markWritten(0, -1)).toBe(false);
    expect(chain.read(8, new Uint8Array(0))).toBe(true);
    expect(chain.written).toBe(0);
  });

  test('reports as used only what was written from the beginning on without a gap', () => {
    const { ring, queue, chain } = popped(cut);
    chain.write(4, new Uint8Array(4));
    expect(chain.written).toBe(0);
    chain.write(0, new Uint8Array(3));
    expect(chain.written).toBe(3);
    chain.markWritten(3, 2);
    expect(chain.written).toBe(5);
    expect(queue.complete(chain, 8)).toBe(true);
    expect(ring.used(0)).toEqual([0, 5]);
  });

  test.each([
    [2, 2],
    [-1, 0],
    [2.9, 2],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 4],
  ])('reports %s of 4 written bytes as %s', (claimed, used) => {
    const { ring, queue, chain } = popped(cut);
    chain.write(0, new Uint8Array(4));
    queue.complete(chain, claimed);
    expect(ring.used(0)).toEqual([0, used]);
  });

  test('is empty and closed once it is given back', () => {
    const { ring, queue, chain } = popped(cut);
    queue.complete(chain);
    expect(chain.active).toBe(false);
    expect(chain.read(0, new Uint8Array(1))).toBe(false);
    expect(chain.write(0, new Uint8Array(1))).toBe(false);
    expect(chain.markWritten(0, 0)).toBe(false);
    expect([chain.readableLength, chain.writableLength, chain.segments().length]).toEqual([0, 0, 0]);
    expect(queue.complete(chain)).toBe(false);
    expect(ring.usedIdx).toBe(1);
  });

  test('is given back to its own queue only', () => {
    const a = popped(cut);
    const b = popped(cut);
    expect(a.queue.complete(b.chain)).toBe(false);
    expect(a.ring.usedIdx).toBe(0);
    expect(b.queue.complete(b.chain)).toBe(true);
  });

  test('may be all readable, all writable, or empty', () => {
    expect(popped((r) => r.desc(0, r.at(0), 4)).chain.writableLength).toBe(0);
    expect(popped((r) => r.desc(0, r.at(0), 4, WRITE)).chain.readableLength).toBe(0);
    expect(popped((r) => r.desc(0, 0, 0)).chain.segments()).toEqual([]);
  });

  test('ignores flags it does not know, and next without NEXT', () => {
    const { chain } = popped((r) => r.desc(0, r.at(0), 4, 0xfff8 | WRITE, 999));
    expect(chain.writableLength).toBe(4);
  });

  test('may be as long as the queue, and each descriptor may come in any order', () => {
    const { chain } = popped((r) => {
      for (const [i, at] of [0, 7, 1, 6, 2, 5, 3, 4].entries())
        r.desc(at, r.at(i), 1, i < 7 ? NEXT : 0, [7, 1, 6, 2, 5, 3, 4, 0][i]);
    });
    expect(chain.segments().map((s) => s.address)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((i) => 0x18000 + i));
  });
});

test('a chain may lie at any address of 64 bits', () => {
  for (const base of [0x12_3456_0000, 0x1f_ffff_0001_0000]) {
    const ring = new Ring(8, base);
    cut(ring);
    ring.bytes.set([1, 2, 3, 4, 5, 6, 7, 8], 0x8010);
    ring.offer(0);
    const queue = new DeviceQueue(ring.memory, ring.config, features());
    queue.poll();
    const chain = queue.pop()!;
    expect(chain.segments().map((s) => Number(s.address) - base)).toEqual([0x8000, 0x8010, 0x8020, 0x8030]);
    const all = new Uint8Array(5);
    expect([chain.read(3, all), ...all]).toEqual([true, 1, 2, 3, 4, 5]);
  }
});

describe('an indirect chain', () => {
  test('may have as many descriptors as the queue, the outer one not counted', () => {
    const { chain, queue } = popped((r) => {
      r.desc(0, r.at(0x100), 16 * 8, INDIRECT);
      for (let i = 0; i < 8; i++) r.desc(i, r.at(i), 1, i < 7 ? NEXT : WRITE, i + 1, 0x8100);
    }, 28);
    expect(queue.fault).toBeUndefined();
    expect([chain.readableLength, chain.writableLength]).toEqual([7, 1]);
  });

  test('may follow direct descriptors', () => {
    const { chain } = popped((r) => {
      r.desc(0, r.at(0), 3, NEXT, 5).desc(5, r.at(0x100), 32, INDIRECT);
      r.desc(0, r.at(0x10), 4, NEXT, 1, 0x8100).desc(1, r.at(0x20), 5, WRITE, 0, 0x8100);
    }, 28);
    expect([chain.readableLength, chain.writableLength]).toEqual([7, 5]);
  });

  test('has WRITE ignored on the outer descriptor, and a table at any address', () => {
    const { chain } = popped((r) => {
      r.desc(0, r.at(0x101), 16, INDIRECT | WRITE).desc(0, r.at(0), 4, 0, 0, 0x8101);
    }, 28);
    expect([chain.readableLength, chain.writableLength]).toEqual([4, 0]);
  });

  test('may leave entries of its table out', () => {
    const { chain } = popped((r) => {
      r.desc(0, r.at(0x100), 16 * 8, INDIRECT);
      r.desc(0, r.at(0), 1, NEXT, 7, 0x8100).desc(7, r.at(1), 2, 0, 0, 0x8100);
    }, 28);
    expect(chain.readableLength).toBe(3);
  });

  test.each([3, 7])('may use entry %i, beyond those copied at once, when chains are limited to 3', (far) => {
    const ring = new Ring(8).desc(0, 0x18100, 16 * 8, INDIRECT).offer(0);
    ring
      .desc(0, 0x18000, 1, NEXT, far, 0x8100)
      .desc(far, 0x18001, 2, NEXT, 1, 0x8100)
      .desc(1, 0x18003, 4, 0, 0, 0x8100);
    const queue = new DeviceQueue(ring.memory, ring.config, features(28), { maxSegments: 3 });
    queue.poll();
    const lengths = queue
      .pop()!
      .segments()
      .map((s) => s.length);
    expect(lengths).toEqual([1, 2, 4]);
  });
});

describe('the lists of segments', () => {
  test('are used again, empty, and a flood of them leaves 64 behind', () => {
    const pool = new SegmentsPool();
    const flood = new Set(Array.from({ length: 100 }, () => pool.take()));
    expect(flood.size).toBe(100);
    for (const segments of flood) {
      segments.addReadable(0x1000, 4);
      segments.addWritable(0x2000, 8);
      pool.give(segments);
    }
    const again = Array.from({ length: 100 }, () => pool.take());
    expect(again.map((s) => [s.count, s.readableCount, s.readableBytes, s.writableBytes])).toEqual(
      new Array(100).fill([0, 0, 0, 0]),
    );
    expect(again.filter((s) => flood.has(s))).toHaveLength(64);
  });
});
