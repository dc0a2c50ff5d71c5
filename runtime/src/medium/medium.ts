import { GREATEST_MESSAGE_SIZE } from '../core/bus/agreement.js';
import type { FaultCode } from '../core/fault.js';

/** Largest message in bytes of a bus that was told nothing else: "SHOULD NOT exceed 264". */
export const USUAL_MESSAGE = 264;

/** Bytes that may wait for a slow peer before `send` says `full`. Ours (section 15). */
export const USUAL_BACKLOG = 1024 * 1024;

/**
 * What became of a message: taken; not taken, and `writable()` will be called once; not taken, and none ever will be.
 * `sent` is no promise that the peer has it: only an answer is.
 */
export type Sent = 'sent' | 'full' | 'down';

/** Why a medium went down by itself. */
export interface Down {
  /**
   * Of the media here: `bus_down`, the peer closed between two messages or the carrier failed; `bad_header`, msg_size out
   * of bounds, or the queue head of a ring is none; `bad_size`, the peer closed inside a message, or an index of a ring
   * cannot be; `timeout`, the rest of a message did not come.
   */
  readonly code: FaultCode;
  readonly message: string;
  /** What the carrier said, where it failed. */
  readonly cause?: unknown;
}

/** What a bus hears from its medium. Nothing here may throw; `send` and `close` may be called from within. */
export interface Receiver {
  /**
   * One message, unjudged: section 1 is the bus's. `bytes` is a view valid during the call only; keep a copy or nothing.
   * A carrier of frames of a fixed size hands over the whole frame: what is behind `msg_size` is ignored, and counted as
   * `nonzero_padding` where it is not zero.
   * No peer can change it during the call: a medium over shared memory copies first, else every check could be undone.
   *
   * `view`, where a medium has one at hand: the same bytes from byte 0 on, and maybe more behind them. It spares the
   * receiver a copy of its own, which it else makes to have one.
   */
  message(bytes: Uint8Array, view?: DataView): void;
  /** After `full`, once: there is room again. */
  writable(): void;
  /** Once and last: the medium went down by itself. Not called after our own `close()`. */
  down(reason: Down): void;
}

/**
 * What carries the messages of one bus between its two ends: a socket, a pipe, a character device, a queue file, FF-A.
 * Messages arrive whole, in order, at most once, or the medium goes down.
 *
 *     bus                 medium                       peer
 *      │ receive(r)          │                           │
 *      ├────────────────────▶│ nothing is read before    │
 *      │ send(PING) → sent   │                           │
 *      ├────────────────────▶├──────── 0c bytes ────────▶│
 *      │                     │◀── 0c bytes, then 0e ─────┤   as chunks cut anywhere
 *      │ r.message(0c bytes) │                           │
 *      │◀────────────────────┤                           │
 *      │ r.message(0e bytes) │                           │
 *      │◀────────────────────┤                           │
 *      │ send(…) → full      │  the peer does not read   │
 *      ├────────────────────▶│                           │
 *      │ r.writable()        │  it did; send it again    │
 *      │◀────────────────────┤                           │
 *      │ r.down(bus_down)    │◀───────── closed ─────────┤   nothing after this
 *      │◀────────────────────┤                           │
 *
 * Nothing is called on the receiver from within `receive`, `send` or `close`.
 *
 * A medium owns its order, not its fate: one that loses messages now and then (datagrams) is survived, as requests have
 * timers, but a lost event is lost. Its handles keep a process alive; the timers of a bus do not.
 */
export interface Medium {
  /** Largest message in bytes, header included, in both directions. */
  readonly maxMessage: number;
  /** Names the receiver, once; a second call throws. What came before waits for it. */
  receive(receiver: Receiver): void;
  /**
   * Sends one message, which belongs to the caller again on return. May say `down` before the receiver was told why.
   * `view`, where the caller has one at hand: the same bytes from byte 0 on, and maybe more behind them. A medium that
   * copies the message may read it by words instead of bytes.
   *
   * @throws {RangeError} where the bytes are no message this medium can carry; the bus has checked (section 1: a failure
   * of an outgoing message is a local exception).
   */
  send(bytes: Uint8Array, view?: DataView): Sent;
  /**
   * Ends it: what was `sent` still goes out, nothing more comes in, and the receiver is not called again. The peer sees a
   * close between two messages. May be called any number of times.
   */
  close(): void;
}

/** @throws {RangeError} unless a largest message is a whole number of bytes from `least` to 65535. */
export function checkMaxMessage(maxMessage: number, least: number): void {
  if (!Number.isInteger(maxMessage) || maxMessage < least || maxMessage > GREATEST_MESSAGE_SIZE)
    throw new RangeError(`maxMessage is ${maxMessage}; it has to be from ${least} to ${GREATEST_MESSAGE_SIZE} bytes`);
}

/** @throws {RangeError} unless `size` bytes are at least `least` and at most `maxMessage`. */
export function checkSize(size: number, least: number, maxMessage: number): void {
  if (size < least || size > maxMessage)
    throw new RangeError(`a message of ${size} bytes; this medium carries ${least} to ${maxMessage}`);
}
