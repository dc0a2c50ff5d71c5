import { describe, expect, test } from 'vitest';
import { HostileMemory } from './support/hostile-memory.js';
import { features, Ring, WRITE } from './support/ring.js';
import { DeviceQueue, DriverQueue } from './support/runtime.js';

describe('a device queue that is reset', () => {
  const setup = (...bits: number[]) => {
    const ring = new Ring(4);
    for (let i = 0; i < 4; i++) ring.desc(i, 0x18000, 4, WRITE);
    const memory = new HostileMemory(ring.memory, () => {});
    const queue = new DeviceQueue(memory, ring.config, features(40, ...bits));
    ring.offer(0, 1, 2);
    queue.poll();
    return { ring, memory, queue, chains: [queue.pop()!, queue.pop()!] as const };
  };

  test('takes nothing more while it stops, and gives back what is running', () => {
    const { ring, queue, chains } = setup();
    queue.stop();
    expect([queue.state, queue.pop(), queue.poll()]).toEqual(['stopping', undefined, 0]);
    chains[0].write(0, new Uint8Array(2));
    expect(queue.complete(chains[0])).toBe(true);
    expect([ring.usedIdx, ring.used(0), queue.inFlight, queue.notifyWanted()]).toEqual([1, [0, 2], 1, true]);
  });

  for (const bits of [[], [29], [35], [29, 35]]) {
    test(`touches no ring and no buffer afterwards (${bits.join(' ') || 'no features'})`, () => {
      const { ring, memory, queue, chains } = setup(...bits);
      queue.stop();
      queue.complete(chains[1]);
      const open = queue.inFlight;
      expect(queue.reset()).toBe(open);
      const before = { ...memory.accesses };
      const bytes = ring.hex(0, 0x10000);
      for (const chain of chains) {
        expect(chain.active).toBe(false);
        expect(chain.write(0, Uint8Array.of(1))).toBe(false);
        expect(chain.read(0, new Uint8Array(0))).toBe(false);
        expect(queue.complete(chain)).toBe(false);
      }
      expect([queue.poll(), queue.pop(), queue.notifyWanted(), queue.state]).toEqual([0, undefined, false, 'stopped']);
      queue.suppressKicks();
      queue.stop();
      expect(queue.state).toBe('stopped');
      expect(memory.accesses).toEqual(before);
      expect(ring.hex(0, 0x10000)).toBe(bytes);
    });
  }

  test('lets a new queue begin at 0 in the same memory, to which old chains mean nothing', () => {
    const { ring, queue, chains } = setup();
    queue.reset();
    ring.availIdx = 0;
    ring.usedIdx = 0;
    ring.offer(1);
    const again = new DeviceQueue(ring.memory, ring.config, queue.features);
    expect([again.poll(), again.pop()?.head]).toEqual([1, 1]);
    expect(again.complete(chains[1])).toBe(false);
    expect(again.inFlight).toBe(1);
  });

  test('keeps the fault that came before', () => {
    const { ring, queue } = setup();
    ring.availIdx = 100;
    queue.poll();
    queue.stop();
    expect(queue.state).toBe('faulted');
    queue.reset();
    expect([queue.state, queue.fault?.code]).toEqual(['stopped', 'q_idx_jump']);
  });
});

describe('a driver queue that is reset', () => {
  const setup = () => {
    const ring = new Ring(8);
    const memory = new HostileMemory(ring.memory, () => {});
    const queue = new DriverQueue<string>(memory, ring.config, features(40));
    queue.initialise();
    for (const token of ['a', 'b', 'c']) queue.add([], [{ address: 0x18000, length: 4 }], token);
    queue.publish();
    queue.add([], [{ address: 0x18000, length: 4 }], 'unpublished');
    return { ring, memory, queue };
  };

  test('offers nothing more while it stops, and takes what comes back', () => {
    const { ring, queue } = setup();
    queue.stop();
    expect(queue.state).toBe('stopping');
    ring.use([1, 4]);
    expect(queue.add([], [{ address: 0x18000, length: 4 }])).toBe('bad_state');
    expect([queue.publish(), ring.availIdx]).toEqual([false, 3]);
    expect([queue.poll(), queue.take()]).toEqual([1, { token: 'b', written: 4 }]);
  });

  test('hands the rest back, oldest first, and touches nothing afterwards', () => {
    const { ring, memory, queue } = setup();
    ring.use([1, 4]);
    queue.poll();
    queue.take();
    queue.stop();
    expect(queue.reset()).toEqual(['a', 'c', 'unpublished']);
    const before = { ...memory.accesses };
    ring.use([0, 4]);
    expect([queue.poll(), queue.take(), queue.publish(), queue.state]).toEqual([0, undefined, false, 'stopped']);
    expect(queue.add([], [{ address: 0x18000, length: 4 }])).toBe('bad_state');
    queue.suppressNotifications();
    expect([queue.reset(), queue.outstanding]).toEqual([[], 0]);
    expect(memory.accesses).toEqual(before);
    queue.stop();
    expect(queue.state).toBe('stopped');
  });
});
