import { DIALECTS, RingEnd, ringMemory } from '@virtio-wire/runtime';
import { afterEach, describe, expect, test } from 'vitest';
import { message } from './support/medium-contract.js';

const dialect = DIALECTS['v1-2026'];
const REAL = { load: Atomics.load, store: Atomics.store, wait: Atomics.wait, notify: Atomics.notify };
const restore = (): unknown => Object.assign(Atomics, REAL);
afterEach(restore);

interface Sleep {
  readonly word: Int32Array;
  readonly at: number;
  over: boolean;
}

/**
 * Two threads on one: at the `moment`-th atomic access of what runs, what the other thread does comes in between, as a whole,
 * and at the latest when what runs has gone to sleep.
 */
class Interleaving {
  readonly sleeps: Sleep[] = [];
  notified = 0;
  accesses = 0;
  #came = false;
  #inside = false;
  readonly #moment: number;
  readonly #other: () => void;

  constructor(moment: number, other: () => void) {
    this.#moment = moment;
    this.#other = other;
    Object.assign(Atomics, {
      load: (word: Int32Array, at: number) => {
        this.#access();
        return REAL.load(word, at);
      },
      store: (word: Int32Array, at: number, value: number) => {
        this.#access();
        return REAL.store(word, at, value);
      },
      wait: (word: Int32Array, at: number, value: number) => {
        this.#access();
        // The look at the word and the sleep are one step.
        if (word[at] !== value) return 'not-equal';
        this.sleeps.push({ word, at, over: false });
        if (!this.#inside) this.come();
        return 'ok';
      },
      notify: (word: Int32Array, at: number) => {
        this.notified++;
        for (const sleep of this.sleeps) if (sleep.word.buffer === word.buffer && sleep.at === at) sleep.over = true;
        return 1;
      },
    });
  }

  #access(): void {
    if (!this.#inside && this.accesses++ === this.#moment) this.come();
  }

  /** The other thread, once. */
  come(): void {
    if (this.#came) return;
    this.#came = true;
    this.#inside = true;
    this.#other();
    this.#inside = false;
  }

  /** A sleep that nobody ends. */
  get lost(): boolean {
    return this.sleeps.some((sleep) => !sleep.over);
  }
}

function pair(): readonly [RingEnd, RingEnd] {
  const memory = ringMemory({ slots: 3, maxMessage: 64 });
  return [new RingEnd(memory, 'driver', { dialect }), new RingEnd(memory, 'device', { dialect })];
}

/** Runs `run` with `other` in between at every place there is; returns how often there was a sleep. */
function everywhere(make: () => { run: () => void; other: () => void; check: (i: Interleaving) => void }): number {
  let sleeps = 0;
  for (let moment = 0, last = 0; moment <= last; moment++) {
    const { run, other, check } = make();
    const interleaving = new Interleaving(moment, other);
    run();
    interleaving.come();
    last = Math.max(last, interleaving.accesses);
    sleeps += interleaving.sleeps.length;
    check(interleaving);
    restore();
    // The looks before a sleep are all alike: the first of them and the last.
    if (moment === 3) moment = Math.max(moment, last - 60);
  }
  return sleeps;
}

describe('a thread that goes to sleep', () => {
  test('is woken by a message, wherever between two of its steps it comes', () => {
    const sleeps = everywhere(() => {
      const [a, b] = pair();
      return {
        run: () => void b.wait(60_000),
        other() {
          a.writer.write(message(8, 1));
          a.writer.publish();
        },
        check: (i) => expect([i.lost, b.reader.take()]).toEqual([false, 8]),
      };
    });
    expect(sleeps).toBeGreaterThan(0);
  });

  test('is woken by a close, wherever it comes', () => {
    const sleeps = everywhere(() => {
      const [a, b] = pair();
      return {
        run: () => void b.wait(60_000),
        other: () => a.close(),
        check: (i) => expect([i.lost, b.peer]).toEqual([false, 'gone']),
      };
    });
    expect(sleeps).toBeGreaterThan(0);
  });

  test('is woken by room, wherever it comes', () => {
    const sleeps = everywhere(() => {
      const [a, b] = pair();
      while (a.writer.write(message(8, 1)));
      a.writer.publish();
      return {
        run: () => void a.waitForRoom(60_000),
        other() {
          while (b.reader.take() > 0);
        },
        check: (i) => expect([i.lost, a.writer.room()]).toEqual([false, 2]),
      };
    });
    expect(sleeps).toBeGreaterThan(0);
  });

  test('is woken by whoever publishes, wherever between two of the steps of publishing it went to sleep', () => {
    let slept = 0;
    for (let moment = 0; moment < 12; moment++) {
      const [a, b] = pair();
      // As `wait` does it, up to where it sleeps: what comes after that is not to happen before it is woken.
      const interleaving = new Interleaving(moment, () => {
        b.bell.arm(1);
        if (!b.due(1)) b.bell.sleep(1, 60_000);
      });
      a.writer.write(message(8, 1));
      a.writer.publish();
      expect(interleaving.lost).toBe(false);
      slept += interleaving.sleeps.length;
      restore();
      expect(b.reader.take()).toBe(8);
    }
    expect(slept).toBeGreaterThan(0);
  });

  test('costs its peer a system call once, and one that is awake none', () => {
    const [a, b] = pair();
    const awake = new Interleaving(-1, () => {});
    for (let i = 0; i < 2; i++) {
      a.writer.write(message(8, i));
      a.writer.publish();
    }
    expect(awake.notified).toBe(0);
    while (b.reader.take() > 0);
    expect(awake.notified).toBe(0);
    b.bell.arm(1);
    for (let i = 0; i < 2; i++) {
      a.writer.write(message(8, i));
      a.writer.publish();
    }
    expect(awake.notified).toBe(1);
  });

  test('for messages is not woken for room', () => {
    const [a, b] = pair();
    a.writer.write(message(8, 1));
    a.writer.publish();
    a.bell.arm(1);
    const { notified } = new Interleaving(-1, () => {});
    while (b.reader.take() > 0);
    expect(notified).toBe(0);
  });
});
