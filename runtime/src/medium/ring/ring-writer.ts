import { ordered16 } from '../../memory/host-order.js';
import type { Side } from '../../wire/sender.js';
import { copyWords, IN_A_LOOP } from '../copy-words.js';
import type { Down } from '../medium.js';
import { type Bell, MESSAGES } from './bell.js';
import type { RingLayout } from './ring-memory.js';

/** In 16-bit cells from the start of a QUEUE_HEAD. */
export const TAIL_CELL = 2;
export const HEAD_CELL = 3;

/**
 * The writing end of one direction. A message is written where it will be read from, and nothing is allocated:
 *
 *     const p = writer.reserve();
 *     if (p >= 0) {
 *       encode(writer.view, p, …);
 *       writer.push();
 *     }
 *     writer.publish(); // once for as many as were pushed
 *
 * How far the peer has read is believed only where it can be true, and looked at only when the ring seems full.
 */
export class RingWriter {
  /** The memory of the ring. Write nowhere but where `reserve` said. */
  readonly view: DataView;
  /** Bytes of a slot. */
  readonly slotSize: number;
  readonly #bytes: Uint8Array;
  readonly #cells: Uint16Array;
  readonly #tailCell: number;
  readonly #headCell: number;
  readonly #first: number;
  readonly #slots: number;
  readonly #bell: Bell;
  /** Slot to be written next, the one behind it, and where the first of them lies: sums, as products take twice as long. */
  #tail = 0;
  #next = 1;
  #at: number;
  /** Slot the peer reads next, as far as we looked. */
  #head = 0;
  #fault: Down | null = null;

  /** `side` writes; `bell` is the other's. */
  constructor(memory: SharedArrayBuffer, layout: RingLayout, side: Side, bell: Bell) {
    this.view = new DataView(memory);
    this.slotSize = layout.slotSize;
    this.#bytes = new Uint8Array(memory);
    this.#cells = new Uint16Array(memory, 0, memory.byteLength >> 1);
    this.#tailCell = (layout[side].head >> 1) + TAIL_CELL;
    this.#headCell = (layout[side === 'driver' ? 'device' : 'driver'].head >> 1) + HEAD_CELL;
    this.#first = layout[side].slots;
    this.#at = this.#first;
    this.#slots = layout.slots;
    this.#bell = bell;
  }

  /** What the peer did that cannot be. Nothing can be reserved after that. */
  get fault(): Down | null {
    return this.#fault;
  }

  /** Where in `view` the next message goes, at most `slotSize` bytes; -1 where there is no room, or a fault. */
  reserve(): number {
    return this.#next === this.#head && !this.#look() ? -1 : this.#at;
  }

  /**
   * What was written where `reserve` said is a message; it is shown by `publish`.
   *
   * @throws {RangeError} where nothing could be reserved.
   */
  push(): void {
    const tail = this.#next;
    if (tail === this.#head) throw new RangeError('push without room: reserve() tells whether there is some');
    this.#tail = tail;
    this.#at = tail === 0 ? this.#first : this.#at + this.slotSize;
    this.#next = tail + 1 === this.#slots ? 0 : tail + 1;
  }

  /**
   * Copies a message of at most `slotSize` bytes into the ring; false where `reserve` would say -1. `view`, where there is
   * one: the same bytes from byte 0 on.
   */
  write(message: Uint8Array, view?: DataView): boolean {
    const p = this.reserve();
    if (p < 0) return false;
    if (view !== undefined && message.length <= IN_A_LOOP) copyWords(this.view, p, view, message.length);
    else this.#bytes.set(message, p);
    this.push();
    return true;
  }

  /** Shows the peer everything that was pushed, and wakes it where it sleeps. */
  publish(): void {
    Atomics.store(this.#cells, this.#tailCell, ordered16(this.#tail));
    this.#bell.ring(MESSAGES);
  }

  /** How many messages may still be pushed; 0 after a fault. */
  room(): number {
    this.#look();
    if (this.#fault !== null) return 0;
    return this.#slots - 1 - this.#ahead(this.#head, this.#tail);
  }

  /** Slots from one to another, in the direction of the ring. */
  #ahead(from: number, to: number): number {
    return to >= from ? to - from : to - from + this.#slots;
  }

  /** Looks how far the peer has read; whether it is farther than it was. */
  #look(): boolean {
    if (this.#fault !== null) return false;
    const head = ordered16(Atomics.load(this.#cells, this.#headCell));
    if (head === this.#head) return false;
    // The peer can have read what there is, and nothing twice. Believed, it would have us write over what it has not read.
    if (head >= this.#slots || this.#ahead(this.#head, head) > this.#ahead(this.#head, this.#tail)) {
      this.#fault = {
        code: 'bad_size',
        message: `the peer's head is ${head}, not from ${this.#head} to ${this.#tail} of ${this.#slots} slots`,
      };
      // From now on it looks full, and stays so.
      this.#head = this.#next;
      return false;
    }
    this.#head = head;
    return true;
  }
}
