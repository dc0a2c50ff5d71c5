import { describe, expect, test } from 'vitest';
import { loop, TABLE, table } from './support/bad-chains.js';
import { driverWithTwo } from './support/driver-with-two.js';
import { HostileMemory } from './support/hostile-memory.js';
import { features, INDIRECT, NEXT, Ring, WRITE } from './support/ring.js';
import {
  DeviceQueue,
  describeFault,
  isQueueFault,
  QUEUE_FAULTS,
  type QueueFaultCode,
  queueFault,
} from './support/runtime.js';

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

/** Used rings that cannot be believed, of the queue of `driverWithTwo`. */
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
});

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
