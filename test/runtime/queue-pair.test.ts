import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from './support/properties.js';
import { type Model, newModel, Pair, type Sent, type Step } from './support/queue-pair.js';
import { features } from './support/ring.js';

/** Content that tells its buffer and place. */
const content = (id: number, length: number, salt: number) =>
  Uint8Array.from({ length }, (_, i) => (id * 31 + i * 7 + salt) & 0xff);

/** The driver adds a buffer of segments of these lengths. */
class Add implements Step {
  constructor(
    readonly out: number[],
    readonly back: number[],
  ) {}
  check = (m: Readonly<Model>) => !m.done;
  run(m: Model, pair: Pair): void {
    const { driver } = pair;
    const lengths = [...this.out, ...this.back];
    if (lengths.length > pair.pages.length) return;
    const pages = lengths.map(() => pair.pages.pop()!);
    const segments = lengths.map((length, i) => ({ address: pages[i]!, length }));
    const total = (part: number[]) => part.reduce((a, b) => a + b, 0);
    const id = pair.next++;
    const request = content(id, total(this.out), 1);
    const sent: Sent = {
      id,
      request,
      answers: segments.slice(this.out.length),
      room: total(this.back),
      pages,
      answer: undefined,
    };
    let at = 0;
    for (const { address, length } of segments.slice(0, this.out.length)) {
      pair.poke(address, request.subarray(at, at + length));
      at += length;
    }
    const free = driver.free;
    const result = driver.add(segments.slice(0, this.out.length), sent.answers, sent);
    const indirect = pair.features.indirectDesc && lengths.length > 1 && lengths.length <= Math.min(pair.size, 8);
    const needed = indirect ? 1 : lengths.length;
    if (lengths.length === 0 || lengths.length > pair.size) expect(result).toBe('bad_value');
    else if (needed > free) expect(result).toBe('q_full');
    else {
      expect(result).toBeTypeOf('number');
      m.added.push(sent);
      return;
    }
    pair.pages.push(...pages);
  }
  toString = () => `add(${this.out}; ${this.back})`;
}

class Publish implements Step {
  check = (m: Readonly<Model>) => !m.done;
  run(m: Model, { driver, features }: Pair): void {
    const more = m.added.length > m.published;
    const kick = driver.publish();
    m.published = m.added.length;
    // Nothing new, no kick; a device that sleeps and may be kicked must be.
    if (!more) expect(kick).toBe(false);
    else if (m.deviceAsleep) expect(kick).toBe(true);
    else if (!features.eventIdx) expect(kick).toBe(m.kicksAllowed);
    if (kick) m.deviceAsleep = false;
    const { next_offset, next_wrap } = driver.position;
    expect(next_offset + next_wrap * 0x8000).toBe(features.notificationData ? driver.availableIndex : 0);
  }
  toString = () => 'publish';
}

class DevicePoll implements Step {
  constructor(readonly pops: number) {}
  check = (m: Readonly<Model>) => !m.done;
  run(m: Model, pair: Pair): void {
    const waiting = m.published - m.popped.length;
    expect(pair.device.poll()).toBe(waiting);
    m.deviceAsleep = waiting === 0 && m.kicksAllowed;
    for (let i = 0; i < Math.min(this.pops, waiting); i++) {
      const chain = pair.device.pop()!;
      const sent = m.added[m.popped.length]!;
      const request = new Uint8Array(sent.request.length);
      expect([chain.readableLength, chain.writableLength]).toEqual([sent.request.length, sent.room]);
      expect(chain.read(0, request)).toBe(true);
      expect(request).toEqual(sent.request);
      m.popped.push(sent);
      pair.chains.set(chain, sent);
    }
    if (this.pops >= waiting) expect(pair.device.pop()).toBeUndefined();
  }
  toString = () => `device polls and pops ${this.pops}`;
}

class Complete implements Step {
  constructor(
    readonly which: number,
    readonly part: number,
  ) {}
  check = (m: Readonly<Model>) => !m.done;
  run(m: Model, pair: Pair): void {
    const open = [...pair.chains];
    if (open.length === 0) return;
    const [chain, sent] = open[this.which % open.length]!;
    const answer = content(sent.id, Math.floor((sent.room * this.part) / 4), 9);
    expect(chain.write(0, answer)).toBe(true);
    expect(pair.device.complete(chain)).toBe(true);
    expect(pair.device.complete(chain)).toBe(false);
    sent.answer = answer;
    pair.chains.delete(chain);
    m.completed.push(sent);
    if (!pair.features.inOrder) m.visible.push(sent);
    else
      for (let due = m.popped[m.visible.length]; due?.answer !== undefined; due = m.popped[m.visible.length])
        m.visible.push(due);
    expect(pair.device.inFlight).toBe(m.popped.length - m.visible.length);
  }
  toString = () => `complete(${this.which}, ${this.part}/4)`;
}

class Notify implements Step {
  check = (m: Readonly<Model>) => !m.done;
  run(m: Model, { device, driver, features }: Pair): void {
    const before = device.notifyWanted();
    // A sleeping driver with something to see must be told by the first question after it became visible.
    if (m.driverAsleep && m.visible.length > m.taken.size) {
      expect(before).toBe(true);
      m.driverAsleep = false;
    }
    if (!m.notificationsAllowed && !features.eventIdx) expect(before).toBe(false);
    expect(device.notifyWanted()).toBe(false);
    expect(driver.state).toBe('live');
  }
  toString = () => 'notify?';
}

class DriverPoll implements Step {
  constructor(readonly takes: number) {}
  check = (m: Readonly<Model>) => !m.done;
  run(m: Model, pair: Pair): void {
    const waiting = m.visible.length - m.taken.size;
    // Whatever the device has not been asked about yet would be told of later; ask, as every turn of a device does.
    pair.device.notifyWanted();
    expect(pair.driver.poll()).toBe(waiting);
    m.driverAsleep = waiting === 0 && m.notificationsAllowed;
    for (let i = 0; i < Math.min(this.takes, waiting); i++) {
      const used = pair.driver.take()!;
      const sent = used.token;
      expect(used.fault).toBeUndefined();
      expect(sent.id).toBe(m.visible[m.taken.size]!.id);
      expect(used.written).toBe(sent.answer!.length);
      const back = Buffer.concat(sent.answers.map(({ address, length }) => pair.peek(address, length)));
      expect(new Uint8Array(back.subarray(0, used.written))).toEqual(sent.answer);
      m.taken.add(sent.id);
      pair.pages.push(...sent.pages);
    }
    expect(pair.driver.outstanding).toBe(m.added.length - m.taken.size);
    if (this.takes >= waiting) expect(pair.driver.take()).toBeUndefined();
  }
  toString = () => `driver polls and takes ${this.takes}`;
}

class Suppress implements Step {
  constructor(
    readonly side: 'kicks' | 'notifications',
    readonly allow: boolean,
  ) {}
  check = (m: Readonly<Model>) => !m.done;
  run(m: Model, { device, driver }: Pair): void {
    if (this.side === 'kicks') {
      if (this.allow) device.allowKicks();
      else device.suppressKicks();
      m.kicksAllowed = this.allow;
      m.deviceAsleep = false;
    } else {
      if (this.allow) driver.allowNotifications();
      else driver.suppressNotifications();
      m.notificationsAllowed = this.allow;
      m.driverAsleep = false;
    }
  }
  toString = () => `${this.allow ? 'allow' : 'suppress'} ${this.side}`;
}

/** Both sides finish what is there, or the queue is reset in the middle of it: every buffer ends exactly once. */
class End implements Step {
  constructor(readonly reset: boolean) {}
  check = (m: Readonly<Model>) => !m.done;
  run(m: Model, pair: Pair): void {
    if (!this.reset) {
      new Publish().run(m, pair);
      new DevicePoll(pair.size).run(m, pair);
      while (pair.chains.size > 0) new Complete(3, 4).run(m, pair);
      new DriverPoll(pair.size).run(m, pair);
      expect([pair.driver.outstanding, pair.driver.free, pair.device.inFlight]).toEqual([0, pair.size, 0]);
      return;
    }
    m.done = true;
    pair.driver.stop();
    pair.device.stop();
    expect(pair.device.reset()).toBe(m.popped.length - m.visible.length);
    const bytes = pair.bytes.slice();
    for (const [chain] of pair.chains) expect(pair.device.complete(chain)).toBe(false);
    const left = pair.driver.reset().map((sent) => sent.id);
    expect(left).toEqual(m.added.filter((sent) => !m.taken.has(sent.id)).map((sent) => sent.id));
    expect(Buffer.compare(pair.bytes, bytes)).toBe(0);
  }
  toString = () => (this.reset ? 'reset' : 'drain');
}

const lengths = fc.array(fc.integer({ min: 1, max: 64 }), { maxLength: 5 });
const count = fc.integer({ min: 0, max: 20 });
const steps = fc.commands(
  [
    fc.tuple(lengths, lengths).map(([out, back]) => new Add(out, back)),
    fc.tuple(lengths, lengths).map(([out, back]) => new Add(out.slice(0, 1), back.slice(0, 1))),
    fc.constant(new Publish()),
    count.map((pops) => new DevicePoll(pops)),
    fc.tuple(fc.nat(31), fc.nat(4)).map(([which, part]) => new Complete(which, part)),
    fc.constant(new Notify()),
    count.map((takes) => new DriverPoll(takes)),
    fc
      .tuple(fc.constantFrom('kicks' as const, 'notifications' as const), fc.boolean())
      .map(([s, a]) => new Suppress(s, a)),
    fc.constant(new End(false)),
    fc.integer({ min: 0, max: 9 }).map((n) => new End(n === 9)),
  ],
  { maxCommands: 120, size: 'max' },
);

/** All subsets of the features that change what the two sides do to each other. */
const combinations = Array.from({ length: 32 }, (_, n) => [28, 29, 35, 38, 40].filter((_, i) => (n >> i) & 1));

describe('a driver and a device on one ring', () => {
  // One property in 32 tests: 3,200 runs together, 100 for each set of features.
  for (const bits of combinations) {
    test(`lose, repeat and mix up nothing, with features ${bits.join(' ') || 'none'}`, () => {
      const sizes = fc.constantFrom(1, 2, 4, 8, 16);
      const start = fc.constantFrom(0, 1, 32767, 65520, 65533, 65535);
      fc.assert(
        fc.property(sizes, start, steps, (size, from, commands) => {
          const pair = new Pair(size, features(...bits), from);
          fc.modelRun(() => ({ model: newModel(), real: pair }), commands);
          pair.checkHealth();
        }),
        runs(100),
      );
    });
  }

  for (const bits of [[], [29], [28, 29], [35], [28, 29, 35]]) {
    test(`go round all 65536 indices, with features ${bits.join(' ') || 'none'}`, () => {
      const { driver, device, memory } = new Pair(16, features(...bits), 65500);
      const place = { address: 0x11_0000, length: 2 };
      const answer = new Uint8Array(2);
      // No `expect` inside: 66,000 rounds are counted and the counts are looked at.
      const wrong = { content: 0, kick: 0, notification: 0 };
      let sent = 0;
      let received = 0;
      for (; driver.poll() === 0 && device.poll() === 0 && sent < 66_000; ) {
        const batch = 1 + (sent % 8);
        for (let i = 0; i < batch; i++)
          driver.add([{ address: 0x10_0000, length: 1 }], [{ ...place, address: 0x11_0000 + 2 * i }], undefined);
        if (!driver.publish()) wrong.kick++;
        sent += batch;
        for (let left = device.poll(); left > 0; left--) {
          const chain = device.pop()!;
          chain.write(0, Uint8Array.of(sent & 0xff, left));
          device.complete(chain);
        }
        if (!device.notifyWanted()) wrong.notification++;
        for (let i = 0, left = driver.poll(); i < left; i++) {
          received++;
          memory.read(0x11_0000 + 2 * i, answer);
          if (driver.take()?.written !== 2 || answer[0] !== (sent & 0xff) || answer[1] !== batch - i) wrong.content++;
        }
      }
      expect([driver.fault, device.fault, device.lastChainFault]).toEqual([undefined, undefined, undefined]);
      expect(wrong).toEqual({ content: 0, kick: 0, notification: 0 });
      expect([received, driver.availableIndex]).toEqual([sent, (65500 + sent) & 0xffff]);
    });
  }
});
