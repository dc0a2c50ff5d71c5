import { describe, expect, test } from 'vitest';
import { HostileMemory } from './support/hostile-memory.js';
import { features, Ring, WRITE } from './support/ring.js';
import { DeviceQueue, DriverQueue, needEvent } from './support/runtime.js';

describe('an event index', () => {
  test.each([
    // event, now, old, wanted: the index moved from old to now and must have passed event
    [0, 1, 0, true],
    [1, 1, 0, false],
    [0, 2, 1, false],
    [5, 6, 5, true],
    [4, 6, 5, false],
    [5, 9, 2, true],
    [0xffff, 0, 0xffff, true],
    [0xffff, 2, 0xfffd, true],
    [0, 2, 0xfffd, true],
    [2, 2, 0xfffd, false],
    [0xfffc, 2, 0xfffd, false],
    [7, 7, 7, false],
  ])('%i is passed by an index at %i that was %i: %s', (event, now, old, wanted) => {
    expect(needEvent(event, now, old)).toBe(wanted);
  });
});

function device(...bits: number[]) {
  const ring = new Ring(4);
  for (let i = 0; i < 4; i++) ring.desc(i, 0x18000, 1, WRITE);
  const queue = new DeviceQueue(ring.memory, ring.config, features(...bits));
  const serve = (): void => {
    while (queue.poll() > 0) for (let c = queue.pop(); c !== undefined; c = queue.pop()) queue.complete(c);
  };
  return { ring, queue, serve };
}

function driver(...bits: number[]) {
  const ring = new Ring(4);
  const queue = new DriverQueue<number>(ring.memory, ring.config, features(...bits));
  queue.initialise();
  const add = (): number | string => queue.add([{ address: 0x18000, length: 1 }]);
  const collect = (): void => {
    while (queue.poll() > 0) while (queue.take() !== undefined);
  };
  return { ring, queue, add, collect };
}

describe('a device tells of used buffers', () => {
  test('once for all since it was asked last, and not for nothing', () => {
    const { ring, queue, serve } = device();
    ring.offer(0, 1);
    serve();
    expect([queue.notifyWanted(), queue.notifyWanted()]).toEqual([true, false]);
  });

  test('unless the flags say no', () => {
    const { ring, queue, serve } = device();
    ring.availFlags = 1;
    ring.usedEvent = 0;
    ring.offer(0);
    serve();
    expect(queue.notifyWanted()).toBe(false);
    ring.availFlags = 0xfffe;
    ring.offer(0);
    serve();
    expect(queue.notifyWanted()).toBe(true);
  });

  test('by used_event where it was negotiated, whatever the flags', () => {
    const { ring, queue, serve } = device(29);
    ring.availFlags = 1;
    ring.usedEvent = 1;
    ring.offer(0);
    serve();
    expect(queue.notifyWanted()).toBe(false);
    ring.offer(1);
    serve();
    expect(queue.notifyWanted()).toBe(true);
    ring.offer(2);
    serve();
    expect(queue.notifyWanted()).toBe(false);
  });

  test('after exactly 65536 of them, which look like none to 16 bits', () => {
    const { ring, queue, serve } = device(29);
    ring.usedEvent = 5;
    for (let i = 0; i < 65536 / 4; i++) {
      ring.offer(0, 1, 2, 3);
      serve();
    }
    expect(ring.usedIdx).toBe(0);
    expect(queue.notifyWanted()).toBe(true);
  });

  test('from the first on, where that is waited for', () => {
    const { ring, queue, serve } = device(29);
    ring.usedEvent = 0;
    ring.offer(0);
    serve();
    expect(queue.notifyWanted()).toBe(true);
  });

  test('not after one less than a whole lap, where the next is waited for', () => {
    const { ring, queue, serve } = device(29);
    for (let i = 0; i < 65535; i++) {
      ring.offer(i % 4);
      serve();
    }
    ring.usedEvent = 65535;
    expect([ring.usedIdx, queue.notifyWanted()]).toEqual([65535, false]);
  });
});

describe('a device asks for kicks', () => {
  test('by NO_NOTIFY without event indices', () => {
    const { ring, queue } = device();
    queue.suppressKicks();
    expect(ring.usedFlags).toBe(1);
    queue.allowKicks();
    expect(ring.usedFlags).toBe(0);
    queue.poll();
    expect(ring.availEvent).toBe(0);
  });

  test('by avail_event with them, with flags at 0, and by leaving it behind', () => {
    const { ring, queue, serve } = device(29);
    ring.offer(0);
    serve();
    expect([ring.availEvent, ring.usedFlags]).toEqual([1, 0]);
    queue.suppressKicks();
    ring.offer(1, 2);
    serve();
    expect([ring.availEvent, ring.usedFlags]).toEqual([1, 0]);
    queue.allowKicks();
    serve();
    expect(ring.availEvent).toBe(3);
  });

  test.each([0, 1, 65535])('for the first one too, wherever the indices begin (%i)', (start) => {
    const ring = new Ring(4);
    ring.availIdx = start;
    ring.availEvent = 0x5555;
    const queue = new DeviceQueue(ring.memory, ring.config, features(29), { start });
    expect([queue.poll(), ring.availEvent]).toEqual([0, start]);
  });
});

describe('a driver kicks', () => {
  test('for what was published, once, and not for nothing', () => {
    const { queue, add } = driver();
    expect(queue.publish()).toBe(false);
    add();
    add();
    expect([queue.publish(), queue.publish()]).toEqual([true, false]);
  });

  test('unless the flags say no', () => {
    const { ring, queue, add } = driver();
    ring.usedFlags = 1;
    add();
    expect(queue.publish()).toBe(false);
    ring.usedFlags = 0xfffe;
    add();
    expect(queue.publish()).toBe(true);
  });

  test('by avail_event where it was negotiated, whatever the flags', () => {
    const { ring, queue, add } = driver(29);
    ring.usedFlags = 1;
    ring.availEvent = 1;
    add();
    expect(queue.publish()).toBe(false);
    add();
    add();
    expect(queue.publish()).toBe(true);
  });
});

describe('a driver asks for notifications', () => {
  test('by NO_INTERRUPT without event indices', () => {
    const { ring, queue } = driver();
    queue.suppressNotifications();
    expect(ring.availFlags).toBe(1);
    queue.allowNotifications();
    expect(ring.availFlags).toBe(0);
  });

  test.each([0, 1, 65535])('for the first one too, wherever the indices begin (%i)', (start) => {
    const ring = new Ring(4);
    const queue = new DriverQueue(ring.memory, ring.config, features(29), { start });
    queue.initialise();
    ring.usedEvent = 0x5555;
    expect([queue.poll(), ring.usedEvent]).toEqual([0, start]);
  });

  test('by used_event with them, with flags at 0, and by leaving it behind', () => {
    const { ring, queue, add, collect } = driver(29);
    add();
    add();
    queue.publish();
    ring.use([0, 0]);
    collect();
    expect([ring.usedEvent, ring.availFlags]).toEqual([1, 0]);
    queue.suppressNotifications();
    ring.use([1, 0]);
    collect();
    expect([ring.usedEvent, ring.availFlags]).toEqual([1, 0]);
    queue.allowNotifications();
    collect();
    expect(ring.usedEvent).toBe(2);
  });
});

// The peer acts before the n-th access of one poll, or behind the last one: wherever that is, nobody sleeps over it.
describe.each([[[]], [[29]]])('between any two accesses of a poll, with features %s,', (bits) => {
  const both = () => {
    const ring = new Ring(4);
    let hook = (): void => {};
    const memory = new HostileMemory(ring.memory, () => hook());
    const at = (n: number, act: () => void): void => {
      let left = n;
      hook = () => {
        if (left-- === 0) act();
      };
    };
    return { ring, memory, at };
  };
  const piece = [{ address: 0x18000, length: 1 }];

  test.each([0, 1, 2])('a buffer that becomes available is found or kicked for (%i)', (n) => {
    const { ring, memory, at } = both();
    const driver = new DriverQueue(ring.memory, ring.config, features(...bits));
    const device = new DeviceQueue(memory, ring.config, features(...bits));
    driver.initialise();
    driver.add(piece);
    driver.publish();
    device.poll();
    device.complete(device.pop()!);
    let kicked: boolean | undefined;
    const act = (): void => {
      driver.add(piece);
      kicked = driver.publish();
    };
    at(n, act);
    const found = device.poll();
    if (kicked === undefined) act();
    expect(found > 0 || kicked).toBe(true);
  });

  test.each([0, 1, 2])('a buffer that comes back is found or notified of (%i)', (n) => {
    const { ring, memory, at } = both();
    const driver = new DriverQueue(memory, ring.config, features(...bits));
    const device = new DeviceQueue(ring.memory, ring.config, features(...bits));
    driver.initialise();
    driver.add(piece);
    driver.add(piece);
    driver.publish();
    device.poll();
    device.complete(device.pop()!);
    device.notifyWanted();
    driver.poll();
    driver.take();
    let notified: boolean | undefined;
    const act = (): void => {
      device.complete(device.pop()!);
      notified = device.notifyWanted();
    };
    at(n, act);
    const found = driver.poll();
    if (notified === undefined) act();
    expect(found > 0 || notified).toBe(true);
  });
});
