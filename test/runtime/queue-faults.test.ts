import { describe, expect, test } from 'vitest';
import { HostileMemory } from './support/hostile-memory.js';
import { features, INDIRECT, NEXT, Ring, WRITE } from './support/ring.js';
import {
  DeviceQueue,
  DriverQueue,
  describeFault,
  isQueueFault,
  QUEUE_FAULTS,
  type QueueFaultCode,
  queueFault,
} from './support/runtime.js';

const TABLE = 0x8100;
const loop = (ring: Ring) => ring.desc(0, ring.at(0), 1, NEXT, 1).desc(1, ring.at(0), 1, NEXT, 0);
const table = (ring: Ring, entries = 2) => ring.desc(0, ring.at(0x100), 16 * entries, INDIRECT);

/** Chains that are bad, all at head 0 of a queue of 8 with a limit of 4096 bytes. */
const badChains: [QueueFaultCode, string, (ring: Ring) => unknown, number[]?][] = [
  ['q_chain_long', 'a loop of two', loop],
  ['q_chain_long', 'a descriptor that follows itself', (r) => r.desc(0, r.at(0), 1, NEXT, 0)],
  ['q_chain_long', 'a loop of empty descriptors', (r) => r.desc(0, 0, 0, NEXT, 0)],
  ['q_chain_long', 'a loop in an indirect table', (r) => table(r).desc(0, r.at(0), 1, NEXT, 0, TABLE), [28]],
  [
    'q_chain_long',
    'direct descriptors and a table that are too many together',
    (r) => {
      r.desc(0, r.at(0), 1, NEXT, 1).desc(1, r.at(0x100), 16 * 8, INDIRECT);
      for (let i = 0; i < 8; i++) r.desc(i, r.at(0), 1, i < 7 ? NEXT : 0, i + 1, TABLE);
    },
    [28],
  ],
  ['q_bad_next', 'next at the queue size', (r) => r.desc(0, r.at(0), 1, NEXT, 8)],
  ['q_bad_next', 'next far outside', (r) => r.desc(0, r.at(0), 1, NEXT, 0xffff)],
  ['q_bad_next', 'next at the length of an indirect table', (r) => table(r).desc(0, r.at(0), 1, NEXT, 2, TABLE), [28]],
  ['q_indirect', 'a table that was not negotiated', (r) => table(r).desc(0, r.at(0), 1, 0, 0, TABLE)],
  ['q_indirect', 'a table with NEXT', (r) => r.desc(0, r.at(0x100), 16, INDIRECT | NEXT, 1), [28]],
  ['q_indirect', 'a table inside a table', (r) => table(r).desc(0, r.at(0x100), 16, INDIRECT, 0, TABLE), [28]],
  ['q_indirect', 'an empty table', (r) => r.desc(0, r.at(0x100), 0, INDIRECT), [28]],
  ['q_indirect', 'a table of 24 bytes', (r) => r.desc(0, r.at(0x100), 24, INDIRECT), [28]],
  ['q_indirect', 'a table longer than the queue', (r) => table(r, 9), [28]],
  ['q_indirect', 'a table of 4 GiB', (r) => r.desc(0, r.at(0x100), 0xffff_fff0, INDIRECT), [28]],
  ['q_indirect', 'a table outside the memory', (r) => r.desc(0, 0x1fff8, 16, INDIRECT), [28]],
  ['q_indirect', 'a table that would wrap', (r) => r.desc(0, 2n ** 64n - 16n, 32, INDIRECT), [28]],
  ['q_order', 'readable behind writable', (r) => r.desc(0, r.at(0), 1, WRITE | NEXT, 1).desc(1, r.at(1), 1)],
  ['q_order', 'empty readable behind empty writable', (r) => r.desc(0, 0, 0, WRITE | NEXT, 1).desc(1, 0, 0)],
  [
    'q_order',
    'readable behind writable in a table',
    (r) =>
      table(r)
        .desc(0, r.at(0), 1, WRITE | NEXT, 1, TABLE)
        .desc(1, r.at(1), 1, 0, 0, TABLE),
    [28],
  ],
  [
    'q_order',
    'readable in a table behind writable before it',
    (r) =>
      r
        .desc(0, r.at(0), 1, WRITE | NEXT, 1)
        .desc(1, r.at(0x100), 16, INDIRECT)
        .desc(0, r.at(1), 1, 0, 0, TABLE),
    [28],
  ],
  ['q_range', 'a buffer outside the memory', (r) => r.desc(0, 0x20000, 1)],
  ['q_range', 'a buffer that begins before the memory', (r) => r.desc(0, 0xffff, 2)],
  ['q_range', 'a buffer that ends behind the memory', (r) => r.desc(0, 0x1ffff, 2, WRITE)],
  ['q_range', 'a buffer that wraps at 2^64', (r) => r.desc(0, 2n ** 64n - 1n, 0xffff_ffff)],
  ['q_range', 'an address that a float would round into the memory', (r) => r.desc(0, 2n ** 63n + 0x18000n, 1)],
  ['q_bytes', 'more than the device allows', (r) => r.desc(0, r.at(0), 4095, NEXT, 1).desc(1, r.at(0), 2, WRITE)],
];

/** Rings that cannot be believed; each leads to the latch at the first poll or pop. */
const brokenRings: [QueueFaultCode, string, (ring: Ring) => unknown][] = [
  ['q_idx_jump', 'an index beyond the queue size', (r) => (r.availIdx = 9)],
  ['q_idx_jump', 'an index that went backwards', (r) => (r.availIdx = 0xffff)],
  ['q_bad_head', 'a head at the queue size', (r) => r.offer(8)],
  ['q_bad_head', 'a head of 65535', (r) => r.offer(0xffff)],
  ['q_dup_head', 'the same head twice', (r) => r.desc(3, r.at(0), 1).offer(3, 3)],
];

describe('a device queue, given a bad chain', () => {
  for (const [code, what, build, bits = []] of badChains) {
    test(`${code}: ${what} is given back as used with length 0`, () => {
      const ring = new Ring(8);
      build(ring);
      ring.offer(0);
      const queue = new DeviceQueue(ring.memory, ring.config, features(...bits), { maxBytes: 4096 });
      expect(queue.poll()).toBe(1);
      expect(queue.pop()).toBeUndefined();
      expect(queue.lastChainFault).toMatchObject({ code, class: 'chain', head: 0 });
      expect(queue.faultCounts[code]).toBe(1);
      expect([ring.usedIdx, ring.used(0)]).toEqual([1, [0, 0]]);
      expect([queue.state, queue.inFlight]).toEqual(['live', 0]);
      expect(queue.notifyWanted()).toBe(true);
    });
  }

  test('q_bytes: never lets a chain pass 2^32 - 1 bytes, whatever the device allows', () => {
    const ring = new Ring(2).desc(0, 0, 0xffff_ffff, NEXT, 1).desc(1, 0, 1).offer(0);
    const everything = new HostileMemory(ring.memory, () => {});
    everything.readable = () => true;
    const queue = new DeviceQueue(everything, ring.config, features(), { maxBytes: Number.POSITIVE_INFINITY });
    queue.poll();
    expect(queue.pop()).toBeUndefined();
    expect(queue.lastChainFault).toMatchObject({ code: 'q_bytes', got: 2 ** 32, limit: 2 ** 32 - 1 });
  });

  test('says what was found and which bound it broke', () => {
    const told = (bits: number[], build: (ring: Ring) => unknown) => {
      const ring = new Ring(8);
      build(ring);
      ring.offer(0);
      const queue = new DeviceQueue(ring.memory, ring.config, features(...bits), { maxBytes: 4096 });
      queue.poll();
      expect(queue.pop()).toBeUndefined();
      const { code, head, got, limit } = queue.lastChainFault!;
      return [code, head, got, limit];
    };
    expect(told([], loop)).toEqual(['q_chain_long', 0, 9, 8]);
    expect(told([], (r) => r.desc(0, r.at(0), 1, NEXT, 9))).toEqual(['q_bad_next', 0, 9, 8]);
    expect(told([28], (r) => table(r, 9))).toEqual(['q_indirect', 0, 144, 128]);
    expect(told([], (r) => r.desc(0, r.at(0), 4097))).toEqual(['q_bytes', 0, 4097, 4096]);
    expect(told([], (r) => r.desc(0, 0x20000, 7))).toEqual(['q_range', 0, 7, 0]);
  });

  test('q_indirect: wants all of a table, although a chain may use a part of it only', () => {
    const ring = new Ring(8);
    // Of 4 entries the first is there, and one is all that is allowed.
    ring.desc(0, 0x1fff0, 64, INDIRECT).desc(0, ring.at(0), 1, 0, 0, 0xfff0).offer(0);
    const queue = new DeviceQueue(ring.memory, ring.config, features(28), { maxSegments: 1 });
    expect([queue.poll(), queue.pop(), queue.lastChainFault?.code]).toEqual([1, undefined, 'q_indirect']);
  });

  test('takes the good one behind it', () => {
    const ring = loop(new Ring(8)).desc(5, 0x18000, 7).offer(0, 5);
    const queue = new DeviceQueue(ring.memory, ring.config, features());
    expect(queue.poll()).toBe(2);
    expect(queue.pop()?.head).toBe(5);
    expect(queue.pop()).toBeUndefined();
  });

  test('q_chain_faults: gives up after 64 of them without a good one between', () => {
    const ring = loop(new Ring(8)).desc(5, 0x18000, 7);
    const queue = new DeviceQueue(ring.memory, ring.config, features());
    const turn = (head: number) => {
      ring.offer(head);
      queue.poll();
      const chain = queue.pop();
      if (chain !== undefined) queue.complete(chain);
    };
    for (let i = 0; i < 63; i++) turn(0);
    turn(5);
    for (let i = 0; i < 63; i++) turn(0);
    expect(queue.state).toBe('live');
    turn(0);
    expect(queue.fault).toMatchObject({ code: 'q_chain_faults', class: 'latch', got: 64, limit: 64 });
    expect(ring.usedIdx).toBe(128);
    turn(5);
    expect(ring.usedIdx).toBe(128);
  });

  test('q_chain_faults: costs no more than that for a ring full of them', () => {
    const ring = loop(new Ring(256));
    for (let i = 0; i < 256; i++) ring.desc(i, 0x18000, 1, NEXT, i).offer(i);
    const memory = new HostileMemory(ring.memory, () => {});
    const queue = new DeviceQueue(memory, ring.config, features());
    expect(queue.poll()).toBe(256);
    expect(queue.pop()).toBeUndefined();
    expect(queue.fault?.code).toBe('q_chain_faults');
    expect(memory.accesses.loads).toBe(1 + 64 * (1 + 256));
  });
});

describe('a device queue, given a broken ring', () => {
  for (const [code, what, build] of brokenRings) {
    test(`${code}: ${what} latches and ends all access`, () => {
      const ring = new Ring(8);
      const memory = new HostileMemory(ring.memory, () => {});
      build(ring);
      const queue = new DeviceQueue(memory, ring.config, features());
      queue.poll();
      const held = queue.pop();
      expect(queue.pop()).toBeUndefined();
      expect(queue.fault).toMatchObject({ code, class: 'latch' });
      expect(queue.faultCounts[code]).toBe(1);
      expect(queue.state).toBe('faulted');
      const before = { ...memory.accesses };
      ring.availIdx = 1;
      expect(queue.poll()).toBe(0);
      expect(queue.pop()).toBeUndefined();
      if (held !== undefined) expect([held.active, queue.complete(held)]).toEqual([false, false]);
      expect(queue.notifyWanted()).toBe(false);
      queue.suppressKicks();
      queue.allowKicks();
      expect(memory.accesses).toEqual(before);
    });
  }

  test('q_idx_jump: counts what is in flight against the size', () => {
    const ring = new Ring(4);
    for (let i = 0; i < 4; i++) ring.desc(i, 0x18000, 1);
    const queue = new DeviceQueue(ring.memory, ring.config, features());
    ring.offer(0, 1, 2);
    queue.poll();
    for (let i = 0; i < 3; i++) queue.pop();
    ring.offer(3);
    expect(queue.poll()).toBe(1);
    ring.availIdx = 5;
    expect(queue.poll()).toBe(0);
    expect(queue.fault).toMatchObject({ code: 'q_idx_jump', head: -1, got: 2, limit: 1 });
  });

  test('q_memory: every access of the ring may be the one that finds the memory gone', () => {
    const run = (goneAfter: number) => {
      const ring = new Ring(4).desc(0, 0x18000, 4, WRITE).desc(1, 0x18000, 4, WRITE).offer(0, 1);
      const memory = new HostileMemory(ring.memory, () => {});
      memory.goneAfter = goneAfter;
      const queue = new DeviceQueue(memory, ring.config, features(29));
      queue.poll();
      for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) queue.complete(chain);
      queue.notifyWanted();
      return { queue, accesses: memory.accesses.loads + memory.accesses.stores };
    };
    const { accesses, queue } = run(Number.POSITIVE_INFINITY);
    expect([queue.state, accesses]).toEqual(['live', 11]);
    for (let n = 0; n < accesses; n++) {
      const { queue } = run(n);
      // A buffer that is gone is a chain fault; giving it back then finds the used ring gone as well.
      expect(queue.fault, `gone after ${n}`).toMatchObject({ code: 'q_memory', class: 'latch' });
    }
  });

  test('q_request: a buffer the device type does not accept goes back with length 0', () => {
    const ring = new Ring(4).desc(0, 0x18000, 4, WRITE).offer(0);
    const queue = new DeviceQueue(ring.memory, ring.config, features());
    queue.poll();
    const chain = queue.pop()!;
    chain.write(0, new Uint8Array(4));
    expect(queue.refuse(chain)).toBe(true);
    expect(queue.refuse(chain)).toBe(false);
    expect([ring.usedIdx, ring.used(0), queue.faultCounts.q_request, queue.state]).toEqual([1, [0, 0], 1, 'live']);
  });

  test('never holds more segments than its budget, and says so', () => {
    const ring = new Ring(4);
    for (let i = 0; i < 4; i++) ring.desc(i, 0x18000, 1, i < 3 ? NEXT : 0, i + 1);
    ring.offer(0, 1, 2);
    const queue = new DeviceQueue(ring.memory, ring.config, features(), { maxHeldSegments: 8 });
    expect(queue.poll()).toBe(3);
    const first = queue.pop()!;
    expect(queue.paused).toBe(false);
    queue.pop();
    expect([queue.paused, queue.pop(), queue.poll()]).toEqual([true, undefined, 0]);
    queue.complete(first);
    expect([queue.paused, queue.poll(), queue.pop()?.head]).toEqual([false, 1, 2]);
  });

  test('takes one chain at a time where the budget is less than that', () => {
    const ring = new Ring(4);
    for (let i = 0; i < 2; i++) ring.desc(i, 0x18000, 1);
    ring.offer(0, 1);
    const queue = new DeviceQueue(ring.memory, ring.config, features(), { maxHeldSegments: 1 });
    expect([queue.paused, queue.poll()]).toEqual([false, 2]);
    const first = queue.pop()!;
    expect([first.head, queue.paused, queue.pop()]).toEqual([0, true, undefined]);
    queue.complete(first);
    expect([queue.paused, queue.poll(), queue.pop()?.head]).toEqual([false, 1, 1]);
  });
});

/** A driver queue of 8 with two buffers out: head 0 of two descriptors, head 2 of one; 5 and 9 bytes writable. */
function driverWithTwo(...bits: number[]): { ring: Ring; memory: HostileMemory; queue: DriverQueue<string> } {
  const ring = new Ring(8);
  const memory = new HostileMemory(ring.memory, () => {});
  const queue = new DriverQueue<string>(memory, ring.config, features(...bits));
  queue.initialise();
  queue.add([{ address: ring.at(0), length: 4 }], [{ address: ring.at(8), length: 5 }], 'a');
  queue.add([], [{ address: ring.at(16), length: 9 }], 'b');
  queue.publish();
  return { ring, memory, queue };
}

const brokenUsedRings: [QueueFaultCode, string, (ring: Ring) => unknown][] = [
  ['q_idx_jump', 'an index beyond what is outstanding', (r) => (r.usedIdx = 3)],
  ['q_idx_jump', 'an index that went backwards', (r) => (r.usedIdx = 0xffff)],
  ['q_bad_used', 'an id in the middle of a chain', (r) => r.use([1, 0])],
  ['q_bad_used', 'an id that is free', (r) => r.use([5, 0])],
  ['q_bad_used', 'an id outside the table', (r) => r.use([8, 0])],
  ['q_bad_used', 'an id of 32 bits whose lower half fits', (r) => r.use([0x10000, 0])],
  ['q_bad_used', 'an id of 2^32 - 1', (r) => r.use([0xffff_ffff, 0])],
  ['q_bad_used', 'the same id twice', (r) => r.use([0, 0], [0, 0])],
];

describe('a driver queue, given a broken used ring', () => {
  for (const bits of [[], [35]]) {
    for (const [code, what, build] of brokenUsedRings) {
      test(`${code}: ${what} breaks it${bits.length > 0 ? ', in order too' : ''}`, () => {
        const { ring, memory, queue } = driverWithTwo(...bits);
        build(ring);
        queue.poll();
        for (let i = 0; i < 3; i++) queue.take();
        expect(queue.fault).toMatchObject({ code, class: 'latch' });
        expect(queue.state).toBe('broken');
        const before = { ...memory.accesses };
        expect(queue.add([{ address: ring.at(0), length: 1 }])).toBe('bad_state');
        expect([queue.publish(), queue.poll(), queue.take()]).toEqual([false, 0, undefined]);
        queue.suppressNotifications();
        queue.allowNotifications();
        expect(memory.accesses).toEqual(before);
        expect(queue.reset()).toHaveLength(what === 'the same id twice' ? 1 : 2);
      });
    }
  }

  test('q_used_len: more bytes than the buffer takes are cut and not trusted', () => {
    const { ring, queue } = driverWithTwo();
    ring.use([2, 10], [0, 5]);
    expect(queue.poll()).toBe(2);
    expect(queue.take()).toEqual({ token: 'b', written: 9, fault: 'q_used_len' });
    expect(queue.take()).toEqual({ token: 'a', written: 5 });
    expect([queue.state, queue.faultCounts.q_used_len]).toEqual(['live', 1]);
  });

  test('q_bad_used: a buffer added and not published is not outstanding', () => {
    const { ring, queue } = driverWithTwo();
    expect(queue.add([], [{ address: ring.at(0), length: 1 }], 'c')).toBe(3);
    ring.use([3, 0]);
    queue.poll();
    expect([queue.take(), queue.fault?.code]).toEqual([undefined, 'q_bad_used']);
  });

  test('q_bad_used: in order, a batch may not reach past the index', () => {
    const { ring, queue } = driverWithTwo(35);
    ring.use([2, 0]);
    expect(queue.poll()).toBe(1);
    expect([queue.take(), queue.fault?.code]).toEqual([undefined, 'q_bad_used']);
  });

  test('q_idx_jump: in order, the index may not go back under a batch', () => {
    const { ring, queue } = driverWithTwo(35);
    ring.use([2, 9], [99, 99]);
    expect(queue.poll()).toBe(2);
    expect(queue.take()).toEqual({ token: 'a', written: 5 });
    ring.usedIdx = 1;
    expect(queue.poll()).toBe(0);
    expect(queue.fault).toMatchObject({ code: 'q_idx_jump', head: -1, got: 0, limit: 1 });
  });

  test('q_idx_jump: says by how much, of no head', () => {
    const { ring, queue } = driverWithTwo();
    ring.usedIdx = 5;
    expect(queue.poll()).toBe(0);
    expect(queue.fault).toMatchObject({ code: 'q_idx_jump', head: -1, got: 5, limit: 2 });
  });

  test('q_memory: every access of the ring may be the one that finds the memory gone', () => {
    const run = (goneAfter: number) => {
      const { ring, memory, queue } = driverWithTwo(29);
      ring.use([0, 0]);
      memory.accesses.loads = 0;
      memory.accesses.stores = 0;
      memory.goneAfter = goneAfter;
      queue.add([{ address: ring.at(0), length: 4 }]);
      queue.publish();
      queue.poll();
      queue.take();
      return { queue, accesses: memory.accesses.loads + memory.accesses.stores };
    };
    const { accesses, queue } = run(Number.POSITIVE_INFINITY);
    expect([queue.state, accesses]).toEqual(['live', 7]);
    for (let n = 0; n < accesses; n++)
      expect(run(n).queue.fault, `gone after ${n}`).toMatchObject({ code: 'q_memory' });
  });
});

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

describe('the faults of a queue', () => {
  test('are the closed list of the tables, each with its class', () => {
    const of = (cls: string) =>
      Object.entries(QUEUE_FAULTS).flatMap(([code, fault]) => (fault.class === cls ? [code] : []));
    expect(of('latch')).toEqual([
      'q_idx_jump',
      'q_bad_head',
      'q_dup_head',
      'q_torn',
      'q_memory',
      'q_chain_faults',
      'q_bad_used',
    ]);
    expect(of('chain')).toEqual([
      'q_chain_long',
      'q_bad_next',
      'q_indirect',
      'q_order',
      'q_range',
      'q_bytes',
      'q_used_len',
    ]);
    expect(of('request')).toEqual(['q_request']);
  });

  test('are plain data and can be said in a sentence', () => {
    const fault = queueFault('q_bad_next', 3, 0x100, 8);
    expect(isQueueFault(JSON.parse(JSON.stringify(fault)))).toBe(true);
    for (const value of [undefined, null, 1, 'q_bad_next', {}, { queueFault: 2 }])
      expect(isQueueFault(value)).toBe(false);
    expect(describeFault(fault)).toBe('q_bad_next: next points outside its table (got 0x100, limit 0x8, head 3)');
    expect(describeFault({ ...fault, head: 0 })).toContain('(got 0x100, limit 0x8, head 0)');
    // What concerns no head has none, and what was found may be less than nothing.
    expect(queueFault('q_memory').head).toBe(-1);
    expect(describeFault(queueFault('q_memory', -1, -2))).toBe(
      'q_memory: memory of the ring cannot be reached any more (got -2, limit 0x0)',
    );
  });

  test('have a hostile ring each in this file, save the one of packed rings', () => {
    const shown = new Set<string>(['q_memory', 'q_chain_faults', 'q_used_len', 'q_request']);
    for (const [code] of [...badChains, ...brokenRings, ...brokenUsedRings]) shown.add(code);
    expect(Object.keys(QUEUE_FAULTS).filter((code) => !shown.has(code))).toEqual(['q_torn']);
  });
});
