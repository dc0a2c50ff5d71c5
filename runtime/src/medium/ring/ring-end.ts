import type { Dialect } from '../../wire/dialect.js';
import type { Side } from '../../wire/sender.js';
import type { Down } from '../medium.js';
import { Bell, MESSAGES, ROOM } from './bell.js';
import { bellsOf, ringLayout } from './ring-memory.js';
import { RingReader } from './ring-reader.js';
import { type PeerState, RingStatus } from './ring-status.js';
import { RingWriter } from './ring-writer.js';

/**
 * Looks at the ring before a thread goes to sleep: some 50 µs, which has to be more than it takes to wake a thread. Were it
 * less, two threads that answer each other would never stop sleeping: while one wakes up, the other goes to sleep.
 */
const LOOKS = 5000;

export interface RingEndOptions {
  /** Whose header and msg_size. */
  readonly dialect: Pick<Dialect, 'headerSize' | 'messageSize'>;
  /** Largest message in bytes to be taken; those of a slot. */
  readonly maxMessage?: number;
}

/**
 * One side of a ring, for a thread that has nothing else to do: what `RingMedium` is made of, without an event loop.
 *
 *     const end = new RingEnd(memory, 'device', { dialect });
 *     while (end.wait(1000)) {
 *       for (let size = end.reader.take(); size > 0; size = end.reader.take()) answer(end.reader.view, size);
 *       end.writer.publish();
 *     }
 */
export class RingEnd {
  /** Of the peer's messages. */
  readonly reader: RingReader;
  /** Of one's own. */
  readonly writer: RingWriter;
  /** What this side sleeps on. */
  readonly bell: Bell;
  readonly #peerBell: Bell;
  readonly #status: RingStatus;

  /**
   * @throws {RangeError} where the memory is no ring, or has something else where the bells are.
   * @throws {Error} where this side of it is taken.
   */
  constructor(memory: SharedArrayBuffer, side: Side, options: RingEndOptions) {
    const layout = ringLayout(memory);
    const bells = bellsOf(memory, layout);
    const peer = side === 'driver' ? 'device' : 'driver';
    this.bell = new Bell(bells, layout[side].bell / 4);
    this.#peerBell = new Bell(bells, layout[peer].bell / 4);
    this.reader = new RingReader(memory, layout, side, this.#peerBell, options.dialect, options.maxMessage);
    this.writer = new RingWriter(memory, layout, side, this.#peerBell);
    this.#status = new RingStatus(memory, layout, side);
  }

  /** Looks whether the peer is there. What it wrote before it went can still be taken. */
  get peer(): PeerState {
    return this.#status.peer();
  }

  /** What the peer did that cannot be, in either direction. */
  get fault(): Down | null {
    return this.reader.fault ?? this.writer.fault;
  }

  /** Whether a sleep for this would be over at once: what is wanted is there, a fault, or no peer any more. */
  due(wanted: number): boolean {
    if ((wanted & MESSAGES) !== 0 && this.reader.waits()) return true;
    if ((wanted & ROOM) !== 0 && this.writer.room() > 0) return true;
    if (this.fault !== null) return true;
    const { peer } = this;
    return peer === 'gone' || peer === 'broken';
  }

  /**
   * Waits for a message, at most `ms` milliseconds: looks for a moment, then blocks this thread until the peer wakes it.
   * Whether there is one; false besides when the peer has gone, or broke a rule, and when the time is over.
   */
  wait(ms: number): boolean {
    for (let i = 0; i < LOOKS; i++) if (this.reader.waits()) return this.reader.fault === null;
    this.#sleep(MESSAGES, ms);
    return this.reader.waits() && this.reader.fault === null;
  }

  /** The same for room to write. Whoever waits for it without reading may wait for a peer that does the same. */
  waitForRoom(ms: number): boolean {
    for (let i = 0; i < LOOKS; i++) if (this.writer.room() > 0) return true;
    this.#sleep(ROOM, ms);
    return this.writer.room() > 0;
  }

  /** Until something is due or the time is over. A bell may have been rung for what is dealt with already: then again. */
  #sleep(wanted: number, ms: number): void {
    const until = performance.now() + ms;
    for (let left = ms; left > 0; left = until - performance.now()) {
      this.bell.arm(wanted);
      const due = this.due(wanted);
      if (!due) this.bell.sleep(wanted, left);
      this.bell.arm(0);
      if (due) return;
    }
  }

  /** Ends this side; the peer can still take what was published. `dead`: the peer broke a rule. */
  close(dead = false): void {
    this.writer.publish();
    this.#status.end(dead);
    this.#peerBell.wake();
    this.bell.wake();
  }
}
