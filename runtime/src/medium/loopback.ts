import { Backlog } from './backlog.js';
import {
  checkMaxMessage,
  checkSize,
  type Medium,
  type Receiver,
  type Sent,
  USUAL_BACKLOG,
  USUAL_MESSAGE,
} from './medium.js';
import { type Held, MessagePool } from './message-pool.js';
import { soon } from './soon.js';

export interface LoopbackOptions {
  /** Largest message in bytes; 264. */
  readonly maxMessage?: number;
  /** Bytes that may wait in one direction; 1 MiB. */
  readonly backlog?: number;
  /**
   * Runs a task soon, never at once; a microtask unless given, with a turn for timers and sockets now and then.
   * `null`: nothing is delivered but by `pump()`.
   */
  readonly schedule?: ((task: () => void) => void) | null;
}

/** Two ends of one medium in this process. */
export interface Loopback {
  readonly ends: readonly [Medium, Medium];
  /**
   * Delivers what waits now, the first end's before the second's, and returns how many messages that were. What is sent
   * meanwhile waits for the next call, so two ends that answer each other for ever do not spin here. Called from a
   * receiver, does nothing.
   */
  pump(): number;
}

/** Connects two ends; each hears, in order, what the other sends, in copies. */
export function loopback(options: LoopbackOptions = {}): Loopback {
  const { maxMessage = USUAL_MESSAGE, backlog = USUAL_BACKLOG, schedule = soon } = options;
  checkMaxMessage(maxMessage, 1);
  let scheduled = false;
  let pumping = false;
  const wake = (): void => {
    if (scheduled || schedule === null) return;
    scheduled = true;
    schedule(() => {
      scheduled = false;
      pump();
    });
  };
  const first = new End(maxMessage, new Backlog(backlog), wake);
  const second = new End(maxMessage, new Backlog(backlog), wake);
  first.peer = second;
  second.peer = first;
  function pump(): number {
    if (pumping) return 0;
    pumping = true;
    try {
      const batches = [first.due(), second.due()] as const;
      return first.deliver(batches[0]) + second.deliver(batches[1]);
    } finally {
      pumping = false;
      if (first.waits || second.waits) wake();
    }
  }
  return { ends: [first, second], pump };
}

class End implements Medium {
  peer: End | null = null;
  #receiver: Receiver | null = null;
  #inbox: Held[] = [];
  readonly #pool = new MessagePool();
  #peerClosed = false;
  #open = true;
  readonly #wake: () => void;
  /** What we sent and the peer has not heard. */
  readonly #backlog: Backlog;
  readonly maxMessage: number;

  constructor(maxMessage: number, backlog: Backlog, wake: () => void) {
    this.maxMessage = maxMessage;
    this.#backlog = backlog;
    this.#wake = wake;
  }

  receive(receiver: Receiver): void {
    if (this.#receiver !== null) throw new Error('this medium has a receiver');
    this.#receiver = receiver;
    if (this.waits) this.#wake();
  }

  send(bytes: Uint8Array, view?: DataView): Sent {
    checkSize(bytes.length, 1, this.maxMessage);
    const { peer } = this;
    if (!this.#open || this.#peerClosed || peer === null) return 'down';
    if (!this.#backlog.take(bytes.length)) return 'full';
    peer.#inbox.push(peer.#pool.hold(bytes, view));
    if (peer.waits) this.#wake();
    return 'sent';
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#inbox = [];
    if (this.peer === null) return;
    this.peer.#peerClosed = true;
    if (this.peer.waits) this.#wake();
  }

  /** Whether a delivery would do something. */
  get waits(): boolean {
    return this.#open && this.#receiver !== null && (this.#inbox.length > 0 || this.#peerClosed);
  }

  /** Takes what is to be delivered. */
  due(): readonly Held[] {
    if (!this.waits) return [];
    const batch = this.#inbox;
    this.#inbox = [];
    return batch;
  }

  /** Tells the receiver, until it closes; returns how many messages that were. */
  deliver(batch: readonly Held[]): number {
    let told = 0;
    for (const held of batch) {
      if (!this.#open) return told;
      const { length } = held.bytes;
      told++;
      try {
        this.#receiver?.message(held.bytes, held.view);
      } finally {
        this.#pool.release(held);
      }
      if (this.peer !== null) this.peer.#delivered(length);
    }
    if (this.waits && this.#peerClosed && this.#inbox.length === 0) {
      this.#open = false;
      this.#receiver?.down({ code: 'bus_down', message: 'the peer closed' });
    }
    return told;
  }

  #delivered(bytes: number): void {
    if (this.#backlog.release(bytes) && this.#open && !this.#peerClosed) this.#receiver?.writable();
  }
}
