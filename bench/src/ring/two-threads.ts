import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { ringMemory } from '@virtio-wire/runtime';
import { WrongSubject } from '../codec-case.js';
import { type Channel, mediumChannel, portChannel } from './channel.js';
import { BYTES, put } from './hand-ring.js';
import { type ChannelKind, CONTROL_BYTES, DONE, type Order, READY, type Shared } from './partner.js';
import { expectedSum, type Kind, memoryFor, ping, type Side, sidesOf } from './side.js';

export type Carrier = Kind | ChannelKind;

const isRing = (carrier: Carrier): carrier is Kind => carrier in memoryFor;

/** Two threads with everything between them that is compared; all times are of the clock on the wall. */
export class TwoThreads {
  readonly #worker: Worker;
  readonly #control: Int32Array;
  readonly #sides: Readonly<Record<Kind, Side>>;
  readonly #channels: Partial<Record<ChannelKind, Channel>> = {};
  readonly #open: Readonly<Record<ChannelKind, () => Channel>>;
  #burner: Worker | null = null;
  #times = new Float64Array(0);

  constructor() {
    const rings = { ring: memoryFor.ring(), 'in place': memoryFor['in place'](), hand: memoryFor.hand() };
    const { port1, port2 } = new MessageChannel();
    const shared: Shared = {
      rings,
      medium: ringMemory({ maxMessage: BYTES }),
      port: port2,
      control: new SharedArrayBuffer(CONTROL_BYTES),
    };
    this.#control = new Int32Array(shared.control);
    this.#sides = sidesOf(rings, true);
    this.#open = { medium: () => mediumChannel(shared.medium, 'driver'), port: () => portChannel(port1) };
    this.#worker = new Worker(new URL('./partner.js', import.meta.url), { workerData: shared, transferList: [port2] });
  }

  /** Nanoseconds until the other thread has read `n` messages, shown `batch` at a time. */
  async oneWay(carrier: Carrier, n: number, batch: number): Promise<number> {
    const answer = once(this.#worker, 'message');
    let took: number;
    if (isRing(carrier)) {
      const done = Atomics.load(this.#control, DONE);
      this.#begin({ what: 'consume', kind: carrier, n });
      const before = performance.now();
      this.#sides[carrier].produce(n, batch);
      this.#await(DONE, done);
      took = performance.now() - before;
      check(carrier, await answer, expectedSum(n));
    } else {
      const channel = this.#channel(carrier);
      await this.#ask({ what: 'hear', kind: carrier, n });
      const told = once(this.#worker, 'message');
      const before = performance.now();
      await post(channel, n, batch);
      const [total] = await told;
      took = performance.now() - before;
      check(carrier, [total], expectedSum(n));
    }
    return took * 1e6;
  }

  /** Nanoseconds of each of `n` round trips; the next call writes over them. */
  async roundTrips(carrier: Carrier, n: number): Promise<Float64Array> {
    if (this.#times.length !== n) this.#times = new Float64Array(n);
    const times = this.#times;
    if (isRing(carrier)) {
      const answer = once(this.#worker, 'message');
      this.#begin({ what: 'pong', kind: carrier, n });
      ping(this.#sides[carrier], times);
      await answer;
      return times;
    }
    const channel = this.#channel(carrier);
    await this.#ask({ what: 'echo', kind: carrier, n });
    const message = numbered(0, 1);
    await new Promise<void>((done) => {
      let i = 0;
      let before = performance.now();
      channel.hear(
        () => {
          const now = performance.now();
          times[i++] = (now - before) * 1e6;
          before = now;
          if (i === n) done();
          else channel.send(message);
        },
        () => {},
      );
      channel.send(message);
    });
    return times;
  }

  /** Keeps one core busy with something else, or no longer. */
  async burn(on: boolean): Promise<void> {
    if (on) {
      this.#burner = new Worker(new URL('./burner.js', import.meta.url));
      await once(this.#burner, 'online');
    } else {
      await this.#burner?.terminate();
      this.#burner = null;
    }
  }

  async close(): Promise<void> {
    await this.burn(false);
    await this.#worker.terminate();
  }

  #channel(kind: ChannelKind): Channel {
    this.#channels[kind] ??= this.#open[kind]();
    return this.#channels[kind];
  }

  /** Returns when the other thread has begun. */
  #begin(order: Order): void {
    const ready = Atomics.load(this.#control, READY);
    this.#worker.postMessage(order);
    this.#await(READY, ready);
  }

  /** Looks for a moment before it sleeps: to be woken takes as long as many messages. */
  #await(word: number, was: number): void {
    for (let i = 0; i < 10_000; i++) if (Atomics.load(this.#control, word) !== was) return;
    while (Atomics.load(this.#control, word) === was) Atomics.wait(this.#control, word, was, 1000);
  }

  async #ask(order: Order): Promise<void> {
    this.#worker.postMessage(order);
    await once(this.#worker, 'message');
  }
}

/** Sends `n` messages, `batch` of them as one array. */
function post(channel: Channel, n: number, batch: number): Promise<void> {
  return new Promise((done) => {
    let sent = 0;
    const more = (): void => {
      while (sent < n) {
        if (!channel.send(numbered(sent, Math.min(batch, n - sent)))) return;
        sent += batch;
      }
      done();
    };
    channel.hear(() => {}, more);
    more();
  });
}

/** As many messages, numbered from `first` on, in one array, which is used again, as a sender would. */
function numbered(first: number, count: number): Uint8Array {
  if (scratch.bytes.length !== BYTES * count) scratch = room(count);
  for (let i = 0; i < count; i++) put(scratch.view, BYTES * i, first + i);
  return scratch.bytes;
}

function room(count: number): { readonly bytes: Uint8Array; readonly view: DataView } {
  const bytes = new Uint8Array(BYTES * count);
  return { bytes, view: new DataView(bytes.buffer) };
}

let scratch = room(1);

function check(carrier: Carrier, [got]: readonly unknown[], expected: number): void {
  if (got !== expected) throw new WrongSubject(`${carrier}: the words come to ${got}, expected ${expected}`);
}
