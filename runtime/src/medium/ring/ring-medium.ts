import { rethrowLater } from '../../bus/rethrow.js';
import type { Dialect } from '../../wire/dialect.js';
import type { Side } from '../../wire/sender.js';
import {
  checkMaxMessage,
  checkSize,
  type Down,
  type Medium,
  type Receiver,
  type Sent,
  USUAL_MESSAGE,
} from '../medium.js';
import { MESSAGES, ROOM } from './bell.js';
import { KeepAlive } from './keep-alive.js';
import { RingEnd } from './ring-end.js';
import type { PeerState } from './ring-status.js';

/**
 * Turns of the event loop without a message before it sleeps: some 100 µs. An answer is usually there sooner, and waking up
 * takes that long.
 */
const IDLE_TURNS = 64;

export interface RingMediumOptions {
  /** Whose header and msg_size. */
  readonly dialect: Pick<Dialect, 'headerSize' | 'messageSize'>;
  /** Largest message in bytes, header included; 264, or what a slot holds where that is less. */
  readonly maxMessage?: number;
}

/**
 * A medium between two threads: a ring in each direction over memory of `ringMemory()`, which is handed to both.
 *
 *     const memory = ringMemory();                                        // in one thread,
 *     const worker = new Worker(file, { workerData: memory });
 *     new RingMedium(memory, 'driver', { dialect });
 *
 *     new RingMedium(workerData, 'device', { dialect });                  // and in the other
 *
 * What is sent before the other side is there waits for it, and `full` is a ring without a free slot, until half of it is
 * free again. While it has a receiver and is open, it keeps its thread alive, like a socket. A thread that ends without
 * `close()` is not noticed here; the bus notices, by its pings. A ring is used once: after the end make another.
 */
export class RingMedium implements Medium {
  readonly maxMessage: number;
  readonly #end: RingEnd;
  readonly #dialect: RingMediumOptions['dialect'];
  readonly #half: number;
  /** Of a message to be sent, out of reach of the peer, and of whoever gave it. */
  readonly #header: Uint8Array;
  readonly #headerView: DataView;
  /** Beginnings of the reader's bytes, by length. */
  readonly #cuts: (Uint8Array | undefined)[] = [];
  readonly #keepAlive = new KeepAlive();
  #receiver: Receiver | null = null;
  /** We closed, or it went down. */
  #ended = false;
  /** Somebody was told `full`. */
  #refused = false;
  #idle = 0;

  /**
   * @throws {RangeError} where the memory is no ring or maxMessage is not from a header to 65535 bytes.
   * @throws {Error} where this side of it is taken.
   */
  constructor(memory: SharedArrayBuffer, side: Side, options: RingMediumOptions) {
    const { dialect, maxMessage = USUAL_MESSAGE } = options;
    checkMaxMessage(maxMessage, dialect.headerSize);
    this.#end = new RingEnd(memory, side, { dialect, maxMessage });
    this.maxMessage = this.#end.reader.maxMessage;
    this.#dialect = dialect;
    this.#half = this.#end.writer.room() >> 1;
    this.#header = new Uint8Array(dialect.headerSize);
    this.#headerView = new DataView(this.#header.buffer);
  }

  receive(receiver: Receiver): void {
    if (this.#receiver !== null) throw new Error('this medium has a receiver');
    this.#receiver = receiver;
    if (this.#ended) return;
    this.#keepAlive.start();
    setImmediate(this.#turn);
  }

  send(bytes: Uint8Array, view?: DataView): Sent {
    this.#check(bytes, view);
    if (this.#ended) return 'down';
    const { writer } = this.#end;
    if (this.#refused) return 'full';
    if (!writer.write(bytes, view)) {
      this.#refused = true;
      // It may sleep for messages alone.
      this.#end.bell.wake();
      return 'full';
    }
    writer.publish();
    return 'sent';
  }

  close(): void {
    this.#finish(false);
  }

  /** A field, as it is handed to timers and promises. */
  readonly #turn = (): void => {
    if (this.#ended) return;
    // Looked at first: what a peer sent before it went is there then.
    const { peer } = this.#end;
    const told = this.#deliver();
    if (this.#ended) return;
    const reason = this.#reason(peer);
    if (reason !== null) {
      this.#down(reason);
      return;
    }
    if (this.#refused && this.#end.writer.room() > this.#half) {
      this.#refused = false;
      this.#tell((receiver) => receiver.writable());
    }
    this.#idle = told > 0 ? 0 : this.#idle + 1;
    if (this.#ended) return;
    if (this.#idle < IDLE_TURNS) setImmediate(this.#turn);
    else this.#sleep();
  };

  /** Why it has to end, if it has to. */
  #reason(peer: PeerState): Down | null {
    if (this.#end.fault !== null) return this.#end.fault;
    if (peer === 'broken') return BROKEN;
    // What did not fit into this turn comes first.
    return peer === 'gone' && !this.#end.reader.waits() ? GONE : null;
  }

  /** Hands out what is there, the ring once at most: others want their turn. */
  #deliver(): number {
    const { reader } = this.#end;
    let told = 0;
    for (let most = 2 * this.#half + 1; told < most; told++) {
      const size = reader.take();
      if (size <= 0) break;
      this.#cuts[size] ??= reader.bytes.subarray(0, size);
      try {
        this.#receiver!.message(this.#cuts[size], reader.view);
      } catch (reason) {
        rethrowLater(reason);
      }
      if (this.#ended) break;
    }
    return told;
  }

  #sleep(): void {
    const wanted = this.#refused ? MESSAGES | ROOM : MESSAGES;
    const { bell } = this.#end;
    bell.arm(wanted);
    const rung = this.#end.due(wanted) ? null : bell.rung(wanted);
    this.#idle = 0;
    if (rung !== null) void rung.then(this.#turn);
    else {
      bell.arm(0);
      setImmediate(this.#turn);
    }
  }

  #down(reason: Down): void {
    this.#finish(reason.code !== 'bus_down');
    this.#tell((receiver) => receiver.down(reason));
  }

  #finish(dead: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#keepAlive.stop();
    this.#end.close(dead);
  }

  #tell(what: (receiver: Receiver) => void): void {
    try {
      what(this.#receiver!);
    } catch (reason) {
      rethrowLater(reason);
    }
  }

  /** A message that is not as long as it says would be cut, or read with what an older one left behind it. */
  #check(bytes: Uint8Array, view: DataView | undefined): void {
    const { length } = this.#header;
    checkSize(bytes.length, length, this.maxMessage);
    if (view === undefined) for (let i = 0; i < length; i++) this.#header[i] = bytes[i]!;
    const size = this.#dialect.messageSize(view ?? this.#headerView, 0);
    if (size !== bytes.length) throw new RangeError(`a message of ${bytes.length} bytes whose msg_size says ${size}`);
  }
}

const GONE: Down = { code: 'bus_down', message: 'the peer closed' };
const BROKEN: Down = {
  code: 'bad_header',
  message: "the peer's queue head has a magic other than 0x514f, or a state that is none",
};
