import type { CountCode, FaultCode } from '../core/fault.js';
import { type Head, intake } from '../core/intake.js';
import type { Down, Medium, Receiver, Sent } from '../medium/medium.js';
import type { Dialect } from '../wire/dialect.js';
import type { Message } from '../wire/message.js';
import type { Side } from '../wire/sender.js';
import type { Counters } from './counters.js';
import { rethrowLater } from './rethrow.js';
import type { Tracer } from './tracer.js';

/** Who hears what comes in on a link. */
export interface LinkUser {
  /** A message that passed intake. `bytes` is what it was read from, for this call only. */
  message(message: Message, bytes: Uint8Array): void;
  /** A response whose body is bad: the request it answers need not wait for its timer. */
  malformed(head: Head, code: FaultCode): void;
  /** Whether a device number is known. */
  knows(device: number): boolean;
  writable(): void;
  down(reason: Down): void;
}

export interface LinkOptions {
  readonly dialect: Dialect;
  readonly side: Side;
  readonly medium: Medium;
  readonly user: LinkUser;
  readonly counters: Counters;
  readonly tracer: Tracer | undefined;
}

/** One end of a medium, in messages instead of bytes. */
export class Link implements Receiver {
  readonly #user: LinkUser;
  readonly #tracer: Tracer | undefined;
  readonly #medium: Medium;
  readonly #dialect: Dialect;
  readonly #rules: Parameters<typeof intake>[3] & { maxMessage: number };
  /** What is judged and decoded lies here, where the medium has no view of it. */
  readonly #in: Uint8Array;
  readonly #inView: DataView;
  readonly #out: Uint8Array;
  readonly #outView: DataView;
  /** Beginnings of `#out`, by length. */
  readonly #cuts: Uint8Array[] = [];
  /** Messages that have to go out before anything else does. */
  readonly #kept: Uint8Array[] = [];
  readonly #counters: Counters;
  #full = false;
  /** The medium is being called; what it says from within, which it must not, waits in `#early` until it is not. */
  #within = false;
  readonly #early: (() => void)[] = [];
  #closed = false;

  constructor({ dialect, side, medium, user, counters, tracer }: LinkOptions) {
    this.#user = user;
    this.#tracer = tracer;
    this.#medium = medium;
    this.#dialect = dialect;
    const count = (code: CountCode): void => this.count(code);
    this.#rules = { dialect, side, maxMessage: medium.maxMessage, knows: (device) => user.knows(device), count };
    this.#in = new Uint8Array(Math.max(medium.maxMessage, dialect.headerSize));
    this.#inView = new DataView(this.#in.buffer);
    this.#out = new Uint8Array(medium.maxMessage);
    this.#outView = new DataView(this.#out.buffer);
    this.#counters = counters;
  }

  /** Answers that wait for room. Whoever answers has to stop taking requests in when there are many. */
  get kept(): number {
    return this.#kept.length;
  }

  /** Begins to hear. */
  open(): void {
    this.#within = true;
    this.#medium.receive(this);
    this.#within = this.#early.length > 0;
  }

  close(): void {
    this.#closed = true;
    this.#medium.close();
  }

  /** Largest message in bytes from now on; never more than the medium carries. */
  limit(bytes: number): void {
    this.#rules.maxMessage = Math.min(bytes, this.#medium.maxMessage);
  }

  count(code: CountCode): void {
    this.#counters.add(code);
    this.#tracer?.count?.(code);
  }

  /**
   * Sends a message, or says that there is no room; then nothing else goes out before `writable()` either. A message the
   * dialect cannot express is ours; it is counted and dropped.
   */
  send(message: Message): Sent {
    if (this.#full) return 'full';
    const size = this.#dialect.encode(this.#outView, 0, message);
    if (size === 0 || size > this.#rules.maxMessage) {
      this.count(size === 0 ? 'bad_value' : 'too_big');
      return 'sent';
    }
    return this.#put(this.#cut(size), this.#outView);
  }

  /** Sends a message, now or as soon as there is room: an answer. See `kept`. */
  post(message: Message): void {
    const size = this.#dialect.encode(this.#outView, 0, message);
    if (size === 0 || size > this.#rules.maxMessage) this.count(size === 0 ? 'bad_value' : 'too_big');
    else if (this.#full || this.#put(this.#cut(size), this.#outView) === 'full')
      this.#kept.push(this.#out.slice(0, size));
  }

  /** Receiver: one message of the medium. */
  message(bytes: Uint8Array, view?: DataView): void {
    if (this.#within) {
      // slice() of a Buffer would be a view of the same bytes.
      const own = new Uint8Array(bytes);
      this.#later(() => this.#hear(own, undefined));
    } else this.#hear(bytes, view);
  }

  #hear(bytes: Uint8Array, view: DataView | undefined): void {
    const { length } = bytes;
    this.#tracer?.frame?.('received', bytes);
    if (view !== undefined) {
      this.#judge(view, bytes, length);
      return;
    }
    // A carrier may hand over more than the message; what does not fit here cannot be one of this bus.
    if (length > this.#in.length && this.#tooLong(bytes)) return;
    const n = Math.min(length, this.#in.length);
    const own = this.#in;
    if (n > 64) own.set(n === length ? bytes : bytes.subarray(0, n));
    else for (let i = 0; i < n; i++) own[i] = bytes[i]!;
    this.#judge(this.#inView, own, n);
  }

  writable(): void {
    if (this.#within) this.#later(() => this.#makeUp());
    else this.#makeUp();
  }

  /** Sends what had to wait. */
  #makeUp(): void {
    this.#full = false;
    while (this.#kept.length > 0) {
      if (this.#put(this.#kept[0]!) === 'full') return;
      this.#kept.shift();
    }
    this.#user.writable();
  }

  down(reason: Down): void {
    if (this.#within) this.#later(() => this.#user.down(reason));
    else this.#user.down(reason);
  }

  /** In order and behind what runs now: whoever sends is in the middle of something. */
  #later(call: () => void): void {
    if (this.#early.push(call) > 1) return;
    queueMicrotask(() => {
      for (const next of this.#early.splice(0)) {
        try {
          if (!this.#closed) next();
        } catch (reason) {
          rethrowLater(reason);
        }
      }
      this.#within = this.#early.length > 0;
    });
  }

  #judge(view: DataView, bytes: Uint8Array, n: number): void {
    const result = intake(view, 0, n, this.#rules);
    if (result.kind !== 'dropped') this.#user.message(result, bytes);
    else {
      this.count(result.code);
      if (result.head !== null) this.#user.malformed(result.head, result.code);
    }
  }

  #tooLong(bytes: Uint8Array): boolean {
    const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const size = this.#dialect.messageSize(head, 0);
    if (size <= this.#in.length) return false;
    this.count(size > bytes.length ? 'bad_size' : 'too_big');
    return true;
  }

  #put(bytes: Uint8Array, view?: DataView): Sent {
    this.#within = true;
    const sent = this.#medium.send(bytes, view);
    this.#within = this.#early.length > 0;
    if (sent === 'sent') this.#tracer?.frame?.('sent', bytes);
    else if (sent === 'full') this.#full = true;
    return sent;
  }

  #cut(size: number): Uint8Array {
    let cut = this.#cuts[size];
    if (cut === undefined) {
      cut = this.#out.subarray(0, size);
      this.#cuts[size] = cut;
    }
    return cut;
  }
}
