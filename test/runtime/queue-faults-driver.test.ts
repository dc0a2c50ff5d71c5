import { describe, expect, test } from 'vitest';
import { driverWithTwo } from './support/driver-with-two.js';

describe('a driver queue, given a broken used ring', () => {
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
