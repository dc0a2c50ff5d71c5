import type { ShapeTable } from './shape-table.js';

/**
 * Hears of a message: bytes `start` to `end` of `view` are it, or the first of its `length` bytes where it never ends;
 * `at` is where it begins in the input. The view is valid only during the call, since the buffer is used again.
 */
export type Cut = (view: DataView, start: number, end: number, at: number, length: number) => void;

/** What is kept of a message whose size leads nowhere: the rest of the input belongs to it, however much that is. */
const KEPT = 1 << 16;
/** A size beyond this is not waited for. Sizes of up to 24 bits stay below it. */
const LONGEST = 1 << 24;

/**
 * Cuts a stream of chunks into messages laid back to back, as `splitMessages` does with all bytes at hand: by what their
 * headers count, or by the fixed frame. Memory is bounded by one chunk and one message, whatever sizes the bytes claim.
 */
export class MessageCutter {
  /** Bytes taken in so far. */
  total = 0;
  #buffer: Uint8Array;
  #view: DataView;
  #filled = 0;
  /** Position in the input of the first byte of the buffer. */
  #at = 0;
  #endless = false;

  constructor(
    readonly shape: ShapeTable,
    readonly cut: Cut,
    capacity = 1 << 17,
  ) {
    this.#buffer = new Uint8Array(capacity);
    this.#view = new DataView(this.#buffer.buffer);
  }

  push(chunk: Uint8Array): void {
    this.total += chunk.length;
    const taken = this.#endless ? chunk.subarray(0, Math.max(0, KEPT - this.#filled)) : chunk;
    this.#room(taken.length);
    this.#buffer.set(taken, this.#filled);
    this.#filled += taken.length;
    if (!this.#endless) this.#cutAll();
  }

  /** The input is over: what is left is a message too, though not a whole one. */
  end(): void {
    if (this.#filled > 0) this.cut(this.#view, 0, this.#filled, this.#at, this.total - this.#at);
    this.#at = this.total;
    this.#filled = 0;
    this.#endless = false;
  }

  #cutAll(): void {
    const end = this.#filled;
    let p = 0;
    while (p < end) {
      const size = this.shape.extent(this.#view, p, end);
      if (size < 0 || size > LONGEST) {
        this.#endless = true;
        break;
      }
      if (size === 0 || size > end - p) break;
      this.cut(this.#view, p, p + size, this.#at + p, size);
      p += size;
    }
    this.#buffer.copyWithin(0, p, end);
    this.#filled = this.#endless ? Math.min(KEPT, end - p) : end - p;
    this.#at += p;
  }

  #room(more: number): void {
    if (this.#filled + more <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#filled + more));
    grown.set(this.#buffer.subarray(0, this.#filled));
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}
