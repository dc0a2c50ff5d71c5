import type { Readable, Writable } from 'node:stream';
import { DEFAULT_LIMITS, type Limits } from '../core/limits.js';
import type { Dialect } from '../wire/dialect.js';
import { Backlog } from './backlog.js';
import { type Clock, REAL_CLOCK } from './clock.js';
import { checkSize, type Down, type Medium, type Receiver, type Sent, USUAL_BACKLOG, USUAL_MESSAGE } from './medium.js';
import { StreamFramer } from './stream-framer.js';

export interface StreamOptions {
  /** Whose header and msg_size cut the stream into messages. Frames padded to a fixed size are not understood. */
  readonly dialect: Pick<Dialect, 'headerSize' | 'messageSize'>;
  /** Largest message in bytes, header included; 264. A peer that announces more ends the stream. */
  readonly maxMessage?: number;
  /** Bytes that may wait for a peer that does not read; 1 MiB. */
  readonly backlog?: number;
  readonly limits?: Pick<Limits, 'partialMessage' | 'drainTimeout'>;
  readonly clock?: Pick<Clock, 'after'>;
}

/**
 * A medium over byte streams (section 15): a socket is both of them, a child process has one of each. It owns them from
 * here on and ends them. An error of either ends it at once; a close lets out what was sent and lets in what has come, each
 * for drainTimeout at most.
 *
 *     socket.setNoDelay(true); // TCP would keep small messages back
 *     new StreamMedium(socket, socket, { dialect });
 *     new StreamMedium(process.stdin, process.stdout, { dialect });
 *     new StreamMedium(child.stdout, child.stdin, { dialect }); // receive before it exits: node empties stdout then
 */
export class StreamMedium implements Medium {
  readonly maxMessage: number;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #dialect: StreamOptions['dialect'];
  readonly #limits: Pick<Limits, 'partialMessage' | 'drainTimeout'>;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #backlog: Backlog;
  readonly #framer: StreamFramer;
  #receiver: Receiver | null = null;
  /** How it ended: not yet; by us, null; by itself. */
  #end: Down | null | undefined;
  #cancelPartial = (): void => {};
  #cancelDrain = (): void => {};
  /** Chunks that came from within a receiver or `send`, from where neither framer nor receiver may be entered. */
  readonly #chunks: Uint8Array[] = [];
  #taking = false;
  #sending = false;

  /**
   * @throws {RangeError} where maxMessage is not from a header to 65535 bytes.
   * @throws {TypeError} where a stream carries something other than bytes.
   */
  constructor(input: Readable, output: Writable, options: StreamOptions) {
    if (input.readableObjectMode || input.readableEncoding !== null || output.writableObjectMode)
      throw new TypeError('a medium needs streams of bytes, without object mode and encoding');
    this.#input = input;
    this.#output = output;
    this.#dialect = options.dialect;
    this.maxMessage = options.maxMessage ?? USUAL_MESSAGE;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#clock = options.clock ?? REAL_CLOCK;
    this.#backlog = new Backlog(options.backlog ?? USUAL_BACKLOG);
    this.#framer = new StreamFramer(
      { dialect: options.dialect, maxMessage: this.maxMessage, limits: this.#limits },
      {
        message: (bytes) => this.#receiver?.message(bytes),
        arm: (ms) => {
          this.#cancelPartial = this.#clock.after(ms, () => this.#framer.timeout());
        },
        cancel: () => this.#cancelPartial(),
        dead: (code, message) => this.#fail({ code, message }),
        down: () => {
          this.#finish();
          this.#report({ code: 'bus_down', message: 'the peer closed' });
        },
      },
    );
    this.#listen();
  }

  receive(receiver: Receiver): void {
    if (this.#receiver !== null) throw new Error('this medium has a receiver');
    this.#receiver = receiver;
    const end = this.#end;
    if (end === undefined) this.#input.on('data', (chunk: Uint8Array) => this.#take(chunk)).resume();
    else if (end !== null) queueMicrotask(() => this.#tell(end));
  }

  send(bytes: Uint8Array): Sent {
    this.#check(bytes);
    if (this.#end !== undefined || !this.#output.writable) return 'down';
    if (!this.#backlog.take(bytes.length)) return 'full';
    // A stream keeps what it is given until it is written; these bytes are the caller's again when we return.
    const copy = Buffer.from(bytes);
    this.#sending = true;
    try {
      this.#output.write(copy, () => this.#written(copy.length));
    } finally {
      this.#sending = false;
    }
    return 'sent';
  }

  close(): void {
    if (this.#end !== undefined) {
      // A reason that waits to be told is not told any more.
      this.#end = null;
      return;
    }
    this.#end = null;
    this.#framer.close();
    this.#finish();
    // What still comes is read and dropped: a socket closed over unread bytes resets, and the peer loses our last words.
    this.#input.resume();
  }

  /** Not the stream's own `drain`, which does not come where its high-water mark is above our limit. */
  #written(bytes: number): void {
    if (this.#backlog.release(bytes) && this.#end === undefined) this.#receiver?.writable();
  }

  #listen(): void {
    const gone = (): void => this.#gone();
    const failed = (cause: Error): void => this.#fail({ code: 'bus_down', message: cause.message, cause });
    this.#input.on('end', gone).on('close', gone).on('error', failed);
    if (this.#isPair) this.#output.on('close', () => this.#outputGone()).on('error', failed);
    // Nobody would say it again.
    if (this.#input.readableEnded || this.#input.destroyed || this.#output.destroyed) gone();
  }

  get #isPair(): boolean {
    return (this.#output as unknown) !== this.#input;
  }

  #take(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    // Pipes inside one process deliver at once, so an answer can be here before our own send() is over.
    if (this.#sending) queueMicrotask(() => this.#drain());
    else this.#drain();
  }

  #drain(): void {
    if (this.#taking) return;
    this.#taking = true;
    try {
      for (let next = this.#chunks.shift(); next !== undefined; next = this.#chunks.shift()) this.#framer.take(next);
    } finally {
      this.#taking = false;
    }
  }

  /** The peer closed, or the streams were destroyed. */
  #gone(): void {
    // A chunk that waits came before the end.
    this.#drain();
    if (this.#end === undefined) this.#framer.peerClosed();
    // Not before both are over: the one may still have to drain, and over unread bytes of the other see close().
    if (this.#inputOver && (this.#output.writableFinished || this.#output.destroyed)) this.#destroy();
  }

  /** The input may still hold the last words: a child's stdin is closed when it exits, its stdout when it is read. */
  #outputGone(): void {
    if (this.#end !== undefined || this.#inputOver) this.#gone();
    else this.#cancelDrain = this.#clock.after(this.#limits.drainTimeout, () => this.#gone());
  }

  get #inputOver(): boolean {
    return this.#input.readableEnded || this.#input.destroyed;
  }

  #fail(reason: Down): void {
    this.#report(reason);
    this.#destroy();
  }

  #report(reason: Down): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#framer.close();
    this.#tell(reason);
  }

  #tell(reason: Down): void {
    if (this.#end === reason) this.#receiver?.down(reason);
  }

  /** Lets out what was sent, as long as drainTimeout allows. */
  #finish(): void {
    this.#output.end();
    this.#cancelDrain();
    this.#cancelDrain = this.#clock.after(this.#limits.drainTimeout, () => this.#destroy());
  }

  #destroy(): void {
    this.#cancelPartial();
    this.#cancelDrain();
    this.#input.destroy();
    this.#output.destroy();
  }

  /** A message that is not as long as it says would put the peer out of step. */
  #check(bytes: Uint8Array): void {
    checkSize(bytes.length, this.#dialect.headerSize, this.maxMessage);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = this.#dialect.messageSize(view, 0);
    if (size !== bytes.length) throw new RangeError(`a message of ${bytes.length} bytes whose msg_size says ${size}`);
  }
}
