import { ordered16 } from '../../memory/host-order.js';
import type { Dialect } from '../../wire/dialect.js';
import type { Side } from '../../wire/sender.js';
import type { Down } from '../medium.js';
import { type Bell, ROOM } from './bell.js';
import type { RingLayout } from './ring-memory.js';
import { HEAD_CELL, TAIL_CELL } from './ring-writer.js';

/** Bytes that come from another core as one. */
const LINE = 64;
/** Slots that are fetched at a time. */
const AHEAD = 16;

/** Four words, one by one: a loop takes three times as long. */
function copyFour(own: Int32Array, to: number, words: Int32Array, from: number): void {
  own[to] = words[from]!;
  own[to + 1] = words[from + 1]!;
  own[to + 2] = words[from + 2]!;
  own[to + 3] = words[from + 3]!;
}

/**
 * The reading end of one direction. Each message is copied once, as much as its own header says, and judged in the copy:
 * the peer may change the ring at any time.
 *
 *     for (let size = reader.take(); size > 0; size = reader.take()) use(reader.view, 0, size);
 *
 * A peer that is trusted not to, such as another thread of the same program, may be read where it wrote:
 *
 *     for (let p = reader.peek(); p >= 0; p = reader.peek()) {
 *       use(reader.ring, p, reader.size);
 *       reader.next();
 *     }
 */
export class RingReader {
  /** The message taken last begins at 0; it is there until the next `take`. */
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** The memory of the ring, for `peek`. */
  readonly ring: DataView;
  /** Bytes of the message that `peek` has found. */
  size = 0;
  /** Most bytes of a message, which are those of a slot, or fewer. */
  readonly maxMessage: number;
  readonly #own: Int32Array;
  readonly #spare: number;
  readonly #words: Int32Array;
  readonly #cells: Uint16Array;
  readonly #tailCell: number;
  readonly #headCell: number;
  /** In words. */
  readonly #first: number;
  readonly #slotWords: number;
  readonly #slots: number;
  readonly #bell: Bell;
  readonly #dialect: Pick<Dialect, 'headerSize' | 'messageSize'>;
  readonly #least: number;
  /** Slot to be read next, and where its words begin. */
  #head = 0;
  #at: number;
  /** Slot the peer writes next, as far as we looked. */
  #tail = 0;
  /** The head the peer knows of. */
  #released = 0;
  /** Messages taken since; a quarter of the ring is given back at once, so that a slow reader does not stop the writer. */
  #kept = 0;
  readonly #quarter: number;
  #fault: Down | null = null;

  /** `side` reads; `bell` is the other's. */
  constructor(
    memory: SharedArrayBuffer,
    layout: RingLayout,
    side: Side,
    bell: Bell,
    dialect: Pick<Dialect, 'headerSize' | 'messageSize'>,
    maxMessage = layout.slotSize,
  ) {
    // Four words are copied at a time, whether all of them are of the message or not.
    const size = Math.max(layout.slotSize, LINE);
    const own = new ArrayBuffer(size + 4);
    this.view = new DataView(own, 0, size);
    this.bytes = new Uint8Array(own, 0, size);
    this.ring = new DataView(memory);
    this.#own = new Int32Array(own);
    this.#spare = size >> 2;
    this.maxMessage = Math.min(maxMessage, layout.slotSize);
    this.#words = new Int32Array(memory, 0, memory.byteLength >> 2);
    this.#cells = new Uint16Array(memory, 0, memory.byteLength >> 1);
    const writer = layout[side === 'driver' ? 'device' : 'driver'];
    this.#tailCell = (writer.head >> 1) + TAIL_CELL;
    this.#headCell = (layout[side].head >> 1) + HEAD_CELL;
    this.#first = writer.slots >> 2;
    this.#slotWords = layout.slotSize >> 2;
    this.#at = this.#first;
    this.#slots = layout.slots;
    this.#quarter = (layout.slots + 3) >> 2;
    this.#bell = bell;
    this.#dialect = dialect;
    this.#least = dialect.headerSize;
  }

  /** What the peer did that cannot be. Nothing is taken after that. */
  get fault(): Down | null {
    return this.#fault;
  }

  /** Takes the next message: its bytes; 0 where there is none, -1 after a fault. */
  take(): number {
    if (this.#head === this.#tail && !this.#look()) return this.#fault === null ? 0 : -1;
    const own = this.#own;
    const from = this.#at;
    if ((this.#head & (AHEAD - 1)) === 0) this.#fetch(from);
    const words = this.#words;
    copyFour(own, 0, words, from);
    const size = this.#dialect.messageSize(this.view, 0);
    if (size < this.#least || size > this.maxMessage) return this.#refuse(size);
    if (size > 16) {
      copyFour(own, 4, words, from + 4);
      if (size > 32) {
        copyFour(own, 8, words, from + 8);
        if (size > 48) {
          copyFour(own, 12, words, from + 12);
          if (size > LINE) this.#copyRest(from, size);
        }
      }
    }
    this.#advance();
    return size;
  }

  /** Where in `ring` the next message begins, of `size` bytes; -1 where there is none, or after a fault. */
  peek(): number {
    if (this.#head === this.#tail && !this.#look()) return -1;
    const from = this.#at;
    if ((this.#head & (AHEAD - 1)) === 0) this.#fetch(from);
    const p = from << 2;
    const size = this.#dialect.messageSize(this.ring, p);
    if (size < this.#least || size > this.maxMessage) return this.#refuse(size);
    this.size = size;
    return p;
  }

  /**
   * Done with the message that `peek` has found.
   *
   * @throws {RangeError} where there is none.
   */
  next(): void {
    if (this.#head === this.#tail) throw new RangeError('next without a message: peek() tells whether there is one');
    this.#advance();
  }

  #advance(): void {
    const next = this.#head + 1;
    if (next === this.#slots) {
      this.#head = 0;
      this.#at = this.#first;
    } else {
      this.#head = next;
      this.#at += this.#slotWords;
    }
    if (++this.#kept === this.#quarter) this.release();
  }

  /** Whether `take` would have something to say. */
  waits(): boolean {
    return this.#head !== this.#tail || this.#look() || this.#fault !== null;
  }

  /** Gives back the slots of what was taken. `take` does so too, when it has nothing more or a quarter of the ring. */
  release(): void {
    if (this.#released === this.#head) return;
    this.#released = this.#head;
    this.#kept = 0;
    Atomics.store(this.#cells, this.#headCell, ordered16(this.#head));
    this.#bell.ring(ROOM);
  }

  /** Looks what there is, after everything that was there is taken. */
  #look(): boolean {
    if (this.#fault !== null) return false;
    this.release();
    const tail = ordered16(Atomics.load(this.#cells, this.#tailCell));
    if (tail === this.#tail) return false;
    // Any other slot is ahead. A tail that goes back so makes us read old slots again, at most the ring once, as messages
    // that the bus has to judge anyway.
    if (tail >= this.#slots) {
      this.#fault = { code: 'bad_size', message: `the peer's tail is ${tail}, in a ring of ${this.#slots} slots` };
      return false;
    }
    this.#tail = tail;
    return true;
  }

  /**
   * Touches the slots ahead, in one go: each is a line in another core's cache, and a processor waits for several at a time,
   * but does not look so far ahead by itself.
   */
  #fetch(from: number): void {
    const head = this.#head;
    if ((this.#tail > head ? this.#tail : this.#slots) - head < AHEAD) return;
    const words = this.#words;
    const end = from + AHEAD * this.#slotWords;
    let all = 0;
    for (let i = from; i < end; i += this.#slotWords) all ^= words[i]!;
    // Of no use, but without one the loads would be left out.
    this.#own[this.#spare] = all;
  }

  #copyRest(from: number, size: number): void {
    const end = (size + 3) >> 2;
    for (let i = LINE / 4; i < end; i++) this.#own[i] = this.#words[from + i]!;
  }

  #refuse(size: number): number {
    const bounds = `from ${this.#least} to ${this.maxMessage}`;
    this.#fault = { code: 'bad_header', message: `msg_size is ${size}, not ${bounds}, in slot ${this.#head}` };
    this.#tail = this.#head;
    return -1;
  }
}
