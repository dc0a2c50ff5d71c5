/**
 * A ring by hand for messages of 40 bytes: fields are written into and read from the slots, every index is believed, both
 * sides spin for ever. What ours costs on top is a copy, its checks and its bells.
 */
export const BYTES = 40;
const SLOTS = 1024;
const SLOT = 64;
/** In words; each on lines of its own. */
const TAIL = 0;
const HEAD = 32;
const FIRST = 256;
export const HAND_RING_BYTES = FIRST + SLOTS * SLOT;

/** Ten words: type, id and device; token and size; eight of payload that begin with `i`. */
export function put(view: DataView, p: number, i: number): void {
  view.setUint32(p, 0x0200, true);
  view.setUint32(p + 4, BYTES << 16, true);
  view.setUint32(p + 8, i, true);
  view.setUint32(p + 12, i, true);
  view.setUint32(p + 16, i, true);
  view.setUint32(p + 20, i, true);
  view.setUint32(p + 24, i, true);
  view.setUint32(p + 28, i, true);
  view.setUint32(p + 32, i, true);
  view.setUint32(p + 36, i, true);
}

/** The sum of all ten, cut to 32 bits. */
export function sum(view: DataView, p: number): number {
  const a = view.getUint32(p, true);
  const b = view.getUint32(p + 4, true);
  const c = view.getUint32(p + 8, true);
  const d = view.getUint32(p + 12, true);
  const e = view.getUint32(p + 16, true);
  const f = view.getUint32(p + 20, true);
  const g = view.getUint32(p + 24, true);
  const h = view.getUint32(p + 28, true);
  const i = view.getUint32(p + 32, true);
  const j = view.getUint32(p + 36, true);
  return (a + b + c + d + e + f + g + h + i + j) | 0;
}

export class HandRing {
  readonly #words: Int32Array;
  readonly #view: DataView;
  #tail = 0;
  #head = 0;
  /** What it knows of the other side. */
  #seen = 0;

  constructor(memory: SharedArrayBuffer, at = 0) {
    this.#words = new Int32Array(memory, at, FIRST / 4);
    this.#view = new DataView(memory, at + FIRST);
  }

  /** Writes `n` messages, shown `batch` at a time. */
  produce(n: number, batch: number): void {
    const words = this.#words;
    let tail = this.#tail;
    let kept = 0;
    for (let i = 0; i < n; i++) {
      if (((tail - this.#seen) | 0) >= SLOTS) {
        Atomics.store(words, TAIL, tail);
        kept = 0;
        while (((tail - this.#seen) | 0) >= SLOTS) this.#seen = Atomics.load(words, HEAD);
      }
      put(this.#view, (tail & (SLOTS - 1)) * SLOT, i);
      tail = (tail + 1) | 0;
      if (++kept === batch) {
        Atomics.store(words, TAIL, tail);
        kept = 0;
      }
    }
    Atomics.store(words, TAIL, tail);
    this.#tail = tail;
  }

  /** Reads `n` messages; the sum of their words, cut to 32 bits. */
  consume(n: number): number {
    const words = this.#words;
    let head = this.#head;
    let total = 0;
    for (const end = (head + n) | 0; head !== end; ) {
      // Nobody writes more than is asked for.
      const tail = Atomics.load(words, TAIL);
      if (tail === head) continue;
      for (; head !== tail; head = (head + 1) | 0) total = (total + sum(this.#view, (head & (SLOTS - 1)) * SLOT)) | 0;
      Atomics.store(words, HEAD, head);
    }
    this.#head = head;
    return total;
  }
}
