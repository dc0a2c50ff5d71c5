import type { FaultCode } from '../core/fault.js';
import type { Limits } from '../core/limits.js';
import { step } from '../core/table.js';
import type { Dialect } from '../wire/dialect.js';
import { checkMaxMessage } from './medium.js';
import { newStream, type StreamContext, type StreamEvent, type StreamState, stream } from './stream-machine.js';

export interface FramerOptions {
  /** Whose header and msg_size. */
  readonly dialect: Pick<Dialect, 'headerSize' | 'messageSize'>;
  /** Largest message in bytes, header included; as many are kept. */
  readonly maxMessage: number;
  readonly limits: Pick<Limits, 'partialMessage'>;
}

/** What comes out of a framer. `dead` and `down` come once and last. */
export interface FramerSink {
  /** One message, as a view valid during the call. */
  message(bytes: Uint8Array): void;
  /** Start the timer of `ms` milliseconds that ends in `timeout()`. */
  arm(ms: number): void;
  cancel(): void;
  /** The stream cannot be understood any more. */
  dead(code: FaultCode, why: string): void;
  /** The peer closed between two messages. */
  down(): void;
}

/**
 * Cuts a byte stream into messages by their msg_size, wherever the chunks end. A message inside one chunk is not copied;
 * one across a border is copied once, into the one buffer of the largest message. Never throws, whatever the bytes.
 *
 *     chunk │ 12 bytes │ 8 bytes │ 20 of 44 │   chunk │ 24 of 44 │ 8 bytes │ 5 of 12 │
 *             view       view      copied             copied     view      copied
 *                                  arm                cancel               arm
 */
export class StreamFramer {
  readonly #context: StreamContext;
  readonly #messageSize: Dialect['messageSize'];
  readonly #sink: FramerSink;
  readonly #buffer: Uint8Array;
  readonly #bufferView: DataView;
  #state: StreamState = 'header';
  /** Bytes of the current message that stand in the buffer. */
  #held = 0;

  /** @throws {RangeError} where maxMessage is less than a header or more than 65535 bytes. */
  constructor(options: FramerOptions, sink: FramerSink) {
    const { dialect, maxMessage, limits } = options;
    checkMaxMessage(maxMessage, dialect.headerSize);
    this.#context = newStream({
      headerSize: dialect.headerSize,
      maxMessage,
      partialMessage: limits.partialMessage,
    });
    this.#messageSize = (view, p) => dialect.messageSize(view, p);
    this.#sink = sink;
    this.#buffer = new Uint8Array(maxMessage);
    this.#bufferView = new DataView(this.#buffer.buffer);
  }

  /** Whether more bytes can mean anything. */
  get open(): boolean {
    return this.#state === 'header' || this.#state === 'body';
  }

  /**
   * Takes the next bytes of the stream, which are not kept. Not to be called from within a sink: `close` is.
   */
  take(chunk: Uint8Array): void {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (this.open) {
      if (this.#held > 0) at += this.#fill(chunk, at);
      const inBuffer = this.#held > 0;
      const there = inBuffer ? this.#held : chunk.length - at;
      if (there === 0) return;
      const source = inBuffer ? this.#buffer : chunk;
      const p = inBuffer ? 0 : at;
      const hasHeader = there >= this.#context.headerSize;
      const size = hasHeader ? this.#messageSize(inBuffer ? this.#bufferView : view, p) : 0;
      const next = this.#step({ type: 'bytes', there, size });
      if (next === 'more') {
        if (!inBuffer) this.#fill(chunk, at);
        return;
      }
      if (next === 'again') continue;
      if (inBuffer) this.#held = 0;
      else at += next;
      this.#sink.message(source.subarray(p, p + next));
    }
  }

  /** The timer ran out. */
  timeout(): void {
    this.#step({ type: 'timer', timer: 'partial' });
  }

  /** No more bytes will come. */
  peerClosed(): void {
    this.#step({ type: 'peer_closed' });
  }

  /** We want no more. */
  close(): void {
    this.#step({ type: 'close' });
  }

  /** Copies into the buffer what the current header or body lacks, not a byte of the next message. */
  #fill(chunk: Uint8Array, at: number): number {
    const goal = this.#state === 'body' ? this.#context.size : this.#context.headerSize;
    const count = Math.min(goal - this.#held, chunk.length - at);
    this.#buffer.set(chunk.subarray(at, at + count), this.#held);
    this.#held += count;
    return count;
  }

  /** Returns the size of a message that is complete, or whether to look again or to wait for more bytes. */
  #step(event: StreamEvent): number | 'again' | 'more' {
    const { state, effects } = step(stream, this.#state, this.#context, event);
    this.#state = state;
    let next: number | 'again' | 'more' = 'more';
    for (const effect of effects) {
      switch (effect.type) {
        case 'arm':
          this.#sink.arm(effect.ms);
          break;
        case 'cancel':
          this.#sink.cancel();
          break;
        case 'message':
          next = effect.size;
          break;
        case 'again':
          next = 'again';
          break;
        case 'dead':
          this.#sink.dead(effect.code, effect.why);
          break;
        case 'down':
          this.#sink.down();
          break;
      }
    }
    return next;
  }
}
