import { describe, expect, test } from 'vitest';
import { loop, table } from './support/bad-chains.js';
import { HostileMemory } from './support/hostile-memory.js';
import { features, INDIRECT, NEXT, Ring, WRITE } from './support/ring.js';
import { DeviceQueue } from './support/runtime.js';

describe('a device queue, given a bad chain', () => {
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
