import { describe, expect, test } from 'vitest';
import { features, Ring, WRITE } from './support/ring.js';
import { DeviceQueue, DriverQueue } from './support/runtime.js';

describe('in order', () => {
  test('a device may finish in any order, its used ring does not', () => {
    const ring = new Ring(4);
    for (let i = 0; i < 4; i++) ring.desc(i, 0x18000 + 16 * i, 8, WRITE);
    const queue = new DeviceQueue(ring.memory, ring.config, features(35));
    ring.offer(0, 1, 2);
    queue.poll();
    const [a, b, c] = [queue.pop()!, queue.pop()!, queue.pop()!];
    c.write(0, new Uint8Array(3));
    queue.complete(c);
    b.write(0, new Uint8Array(2));
    queue.complete(b);
    expect([ring.usedIdx, queue.inFlight, queue.notifyWanted()]).toEqual([0, 3, false]);
    a.write(0, new Uint8Array(1));
    queue.complete(a);
    expect([ring.usedIdx, queue.inFlight, queue.notifyWanted()]).toEqual([3, 0, true]);
    expect([0, 1, 2].map((slot) => ring.used(slot))).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  test('a bad chain waits for its turn too', () => {
    const ring = new Ring(4).desc(0, 0x18000, 8, WRITE).desc(1, 0, 1, WRITE).desc(2, 0x18000, 8, WRITE).offer(0, 1, 2);
    const queue = new DeviceQueue(ring.memory, ring.config, features(35));
    queue.poll();
    const [a, c] = [queue.pop()!, queue.pop()!];
    expect([c.head, ring.usedIdx]).toEqual([2, 0]);
    queue.complete(a);
    expect([ring.usedIdx, ring.used(1)]).toEqual([2, [1, 0]]);
    queue.complete(c);
    expect(ring.usedIdx).toBe(3);
  });

  test('a driver uses descriptors in table order, with next of the last at 0', () => {
    const ring = new Ring(4);
    const queue = new DriverQueue(ring.memory, ring.config, features(35));
    queue.initialise();
    const piece = { address: 0x18000, length: 1 };
    expect([queue.add([piece, piece, piece]), queue.publish()]).toEqual([0, true]);
    ring.use([0, 0]);
    queue.poll();
    queue.take();
    expect(queue.add([piece, piece])).toBe(3);
    // Descriptor 3: NEXT, next 0; descriptor 0: the end.
    expect(ring.hex(0x1000 + 16 * 3 + 12, 4)).toBe('01000000');
    expect(ring.hex(0x1000 + 12, 4)).toBe('00000000');
    expect(queue.add([piece])).toBe(1);
  });

  test('a driver takes one used element for a batch, those before it as written in full', () => {
    const ring = new Ring(4);
    const queue = new DriverQueue<string>(ring.memory, ring.config, features(35));
    queue.initialise();
    for (const token of ['a', 'b', 'c', 'd'])
      queue.add(
        [{ address: 0x18000, length: 4 }].slice(token === 'a' ? 0 : 1),
        [{ address: 0x18010, length: 6 }]
          .slice(token === 'b' ? 1 : 0)
          .concat(token === 'b' ? [{ address: 0x18010, length: 7 }] : []),
        token,
      );
    expect(queue.outstanding).toBe(3);
    queue.publish();
    // Batch of a and b in slot 0, c by itself in slot 2: the element of slot 1 is never written.
    ring.use([2, 5], [77, 77], [3, 1]);
    expect(queue.poll()).toBe(3);
    expect([queue.take(), queue.take(), queue.take()]).toEqual([
      { token: 'a', written: 6 },
      { token: 'b', written: 5 },
      { token: 'c', written: 1 },
    ]);
    expect([queue.take(), queue.state, queue.free]).toEqual([undefined, 'live', 4]);
  });

  test('a batch may be taken over several polls', () => {
    const ring = new Ring(4);
    const queue = new DriverQueue<number>(ring.memory, ring.config, features(35));
    queue.initialise();
    for (let i = 0; i < 4; i++) queue.add([], [{ address: 0x18000, length: 8 }], i);
    queue.publish();
    ring.use([2, 3], [99, 99], [99, 99]);
    queue.poll();
    expect(queue.take()).toEqual({ token: 0, written: 8 });
    ring.use([3, 4]);
    expect(queue.poll()).toBe(3);
    expect([queue.take(), queue.take(), queue.take()]).toEqual([
      { token: 1, written: 8 },
      { token: 2, written: 3 },
      { token: 3, written: 4 },
    ]);
  });
});

test('out of order, a buffer that stays out while 70000 others come and go is still known', () => {
  const ring = new Ring(4);
  const queue = new DriverQueue<string>(ring.memory, ring.config, features());
  queue.initialise();
  queue.add([], [{ address: 0x18000, length: 8 }], 'straggler');
  for (let i = 0; i < 70_000; i++) {
    const head = queue.add([], [{ address: 0x18000, length: 8 }], 'other');
    queue.publish();
    ring.use([head as number, 1]);
    queue.poll();
    queue.take();
  }
  queue.add([], [{ address: 0x18000, length: 8 }], 'young');
  queue.publish();
  expect(queue.fault).toBeUndefined();
  ring.use([0, 2]);
  queue.poll();
  expect(queue.take()).toEqual({ token: 'straggler', written: 2 });
});

test('out of order, a full ring goes on with what came back and leaves alone what is out', () => {
  const ring = new Ring(4);
  const queue = new DriverQueue<string>(ring.memory, ring.config, features());
  queue.initialise();
  const place = { address: 0x18000, length: 8 };
  expect(['a', 'b', 'c', 'd', 'e'].map((token) => queue.add([], [place], token))).toEqual([0, 1, 2, 3, 'q_full']);
  queue.publish();
  ring.use([2, 1]);
  queue.poll();
  expect(queue.take()).toEqual({ token: 'c', written: 1 });
  expect([queue.add([], [place], 'e'), queue.add([], [place], 'f')]).toEqual([2, 'q_full']);
  queue.publish();
  ring.use([3, 2], [1, 3]);
  queue.poll();
  expect([queue.take()?.token, queue.take()?.token]).toEqual(['d', 'b']);
  expect([queue.add([], [place], 'f'), queue.add([], [place], 'g'), queue.free]).toEqual([3, 1, 0]);
  expect(queue.reset()).toEqual(['a', 'e', 'f', 'g']);
});
