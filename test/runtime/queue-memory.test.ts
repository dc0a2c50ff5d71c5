import { describe, expect, test } from 'vitest';
import { features, Ring, WRITE } from './support/ring.js';
import { DeviceQueue, DriverQueue, type GuestMemory, SharedMemory } from './support/runtime.js';

/** Memory of which one access fails, and those before and behind it do not. */
class Failing implements GuestMemory {
  accesses = 0;

  constructor(
    readonly inner: GuestMemory,
    readonly nth: number,
  ) {}

  readable: GuestMemory['readable'] = (address, length) => this.inner.readable(address, length);
  writable: GuestMemory['writable'] = (address, length) => this.inner.writable(address, length);
  read: GuestMemory['read'] = (address, target) => this.#there() && this.inner.read(address, target);
  write: GuestMemory['write'] = (address, source) => this.#there() && this.inner.write(address, source);
  load16: GuestMemory['load16'] = (address) => (this.#there() ? this.inner.load16(address) : -1);
  store16: GuestMemory['store16'] = (address, value) => this.#there() && this.inner.store16(address, value);

  #there(): boolean {
    return this.accesses++ !== this.nth;
  }
}

const START = 65535;
const NEVER = -1;
/** One run after another, each with another access that fails, after one in which none does. */
function sweep(run: (nth: number) => number): number {
  const accesses = run(NEVER);
  for (let nth = 0; nth < accesses; nth++) run(nth);
  return accesses;
}

describe.each([[[]], [[28]], [[29]], [[35]], [[28, 29, 35]]])(
  'one failing access of the ring, with features %s,',
  (bits) => {
    test('ends a device queue there, with all before it done and nothing behind', () => {
      const run = (nth: number): number => {
        const ring = new Ring(4);
        for (let i = 0; i < 3; i++) ring.desc(i, ring.at(0), 4, WRITE);
        ring.availIdx = START;
        ring.usedIdx = START;
        ring.usedEvent = START;
        ring.offer(0, 1, 2);
        const memory = new Failing(ring.memory, nth);
        const queue = new DeviceQueue(memory, ring.config, features(...bits), { start: START });
        queue.suppressKicks();
        queue.allowKicks();
        queue.poll();
        let given = 0;
        for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) if (queue.complete(chain)) given++;
        expect((ring.usedIdx - START) & 0xffff, `${nth}`).toBe(given);
        const notify = queue.notifyWanted();
        expect(notify, `${nth}`).toBe(queue.fault === undefined);
        expect(queue.poll()).toBe(0);
        if (nth === NEVER) expect([queue.fault, given]).toEqual([undefined, 3]);
        else {
          expect([queue.fault?.code, queue.faultCounts.q_memory, queue.state], `${nth}`).toEqual([
            'q_memory',
            1,
            'faulted',
          ]);
          expect(memory.accesses).toBe(nth + 1);
        }
        return memory.accesses;
      };
      expect(sweep(run)).toBeGreaterThan(12);
    });

    test('ends a driver queue there, with all before it done and nothing behind', () => {
      const run = (nth: number): number => {
        const ring = new Ring(4);
        ring.usedIdx = START;
        ring.availIdx = START;
        ring.availEvent = START;
        const memory = new Failing(ring.memory, nth);
        const indirect = { base: ring.at(0x1000), entries: 2 };
        const queue = new DriverQueue<number>(memory, ring.config, features(...bits), { start: START, indirect });
        queue.suppressNotifications();
        queue.allowNotifications();
        const segments = bits.includes(28) ? 2 : 1;
        const pieces = Array(segments).fill({ address: ring.at(0), length: 4 });
        const added = [0, 1, 2].map((token) => queue.add(pieces, [], token));
        const heads = added.filter((head) => typeof head === 'number');
        expect(added.slice(heads.length), `${nth}`).toEqual(Array(3 - heads.length).fill('bad_state'));
        expect(queue.outstanding).toBe(heads.length);
        const kick = queue.publish();
        expect(kick, `${nth}`).toBe(queue.fault === undefined);
        const published = (ring.availIdx - START) & 0xffff;
        for (const head of heads.slice(0, published)) ring.use([head, 0]);
        let back = 0;
        for (let left = queue.poll(); left > 0 && queue.take() !== undefined; left--) back++;
        expect([queue.poll(), queue.take()]).toEqual([0, undefined]);
        if (nth === NEVER) {
          expect([queue.fault, back]).toEqual([undefined, 3]);
          return memory.accesses;
        }
        expect([queue.fault?.code, queue.faultCounts.q_memory, queue.state], `${nth}`).toEqual([
          'q_memory',
          1,
          'broken',
        ]);
        expect(memory.accesses).toBe(nth + 1);
        // What did not come back is still the driver's to end.
        expect(queue.reset(), `${nth}`).toEqual(heads.map((_, i) => i).slice(back));
        return memory.accesses;
      };
      expect(sweep(run)).toBeGreaterThan(12);
    });
  },
);

test('a driver clears all three areas, and nothing else', () => {
  const ring = new Ring(4);
  ring.bytes.fill(0xff);
  expect(new DriverQueue(ring.memory, ring.config, features(), { start: 7 }).initialise()).toBe(true);
  // 2.7: 16 * 4, 6 + 2 * 4 and 6 + 8 * 4 bytes; both indices are where the queue begins.
  expect(ring.hex(0x0fff, 66)).toBe(`ff${'00'.repeat(64)}ff`);
  expect(ring.hex(0x2fff, 16)).toBe(`ff00000700${'00'.repeat(10)}ff`);
  expect(ring.hex(0x3fff, 40)).toBe(`ff00000700${'00'.repeat(34)}ff`);
});

describe('memory that is missing from the beginning', () => {
  const without = (hole: number, length: number) => {
    const ring = new Ring(4);
    const part = (from: number, to: number) => ({ base: ring.base + from, bytes: ring.bytes.subarray(from, to) });
    return { ring, memory: new SharedMemory([part(0, hole), part(hole + length, 0x10000)]) };
  };

  test('is no queue for a driver to initialise', () => {
    for (const area of [0x1000, 0x3000, 0x4000]) {
      const { ring, memory } = without(area, 8);
      expect(new DriverQueue(memory, ring.config, features()).initialise()).toBe(false);
    }
  });

  test('is a fault of no head in particular where an index cannot be read', () => {
    const fault = { queueFault: 1, code: 'q_memory', class: 'latch', head: -1, got: 0, limit: 0 };
    const avail = without(0x3000, 8);
    const device = new DeviceQueue(avail.memory, avail.ring.config, features());
    expect([device.poll(), device.fault]).toEqual([0, fault]);
    const used = without(0x4000, 8);
    const driver = new DriverQueue(used.memory, used.ring.config, features());
    expect([driver.poll(), driver.fault]).toEqual([0, fault]);
  });

  test('leaves no buffer in flight whose descriptors could not be read', () => {
    const { ring, memory } = without(0x1000, 8);
    ring.offer(0);
    const queue = new DeviceQueue(memory, ring.config, features());
    expect([queue.poll(), queue.pop(), queue.fault?.code]).toEqual([1, undefined, 'q_memory']);
    expect([queue.inFlight, queue.reset()]).toEqual([0, 0]);
  });
});
