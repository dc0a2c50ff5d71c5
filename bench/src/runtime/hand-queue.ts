/**
 * A split virtqueue by hand, both sides over one DataView: size 256, buffers of one readable and one writable segment at
 * fixed places, every index believed. What the runtime's queues cost on top is what they check.
 */
export const SIZE = 256;
const DESC = 0;
const AVAIL = 16 * SIZE;
const USED = AVAIL + 8 + 2 * SIZE;
export const RING_BYTES = USED + 8 + 8 * SIZE;

export class HandQueue {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #free: number[] = [];
  #added = 0;
  #taken = 0;
  #seen = 0;
  #usedIdx = 0;

  /** Ring at the beginning of `bytes`, which hold the buffers as well. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let head = SIZE - 2; head >= 0; head -= 2) this.#free.push(head);
  }

  /** Driver: offers `out` bytes at `from` and room for `room` behind them. */
  add(from: number, out: number, room: number): void {
    const head = this.#free.pop()!;
    const d = DESC + 16 * head;
    const view = this.#view;
    view.setBigUint64(d, BigInt(from), true);
    view.setUint32(d + 8, out, true);
    view.setUint16(d + 12, 1, true);
    view.setUint16(d + 14, head + 1, true);
    view.setBigUint64(d + 16, BigInt(from + out), true);
    view.setUint32(d + 24, room, true);
    view.setUint16(d + 28, 2, true);
    view.setUint16(AVAIL + 4 + 2 * (this.#added & (SIZE - 1)), head, true);
    this.#added = (this.#added + 1) & 0xffff;
  }

  publish(): void {
    this.#view.setUint16(AVAIL + 2, this.#added, true);
  }

  /** Device: takes every buffer, fills the writable segment, gives it back; returns how many. */
  serve(fill: (bytes: Uint8Array) => void): number {
    const view = this.#view;
    const idx = view.getUint16(AVAIL + 2, true);
    let n = 0;
    for (; this.#seen !== idx; this.#seen = (this.#seen + 1) & 0xffff, n++) {
      const head = view.getUint16(AVAIL + 4 + 2 * (this.#seen & (SIZE - 1)), true);
      const next = DESC + 16 * view.getUint16(DESC + 16 * head + 14, true);
      const at = Number(view.getBigUint64(next, true));
      const length = view.getUint32(next + 8, true);
      fill(this.#bytes.subarray(at, at + length));
      const element = USED + 4 + 8 * (this.#usedIdx & (SIZE - 1));
      view.setUint32(element, head, true);
      view.setUint32(element + 4, length, true);
      this.#usedIdx = (this.#usedIdx + 1) & 0xffff;
    }
    view.setUint16(USED + 2, this.#usedIdx, true);
    return n;
  }

  /** Driver: takes back what was used; returns the bytes written. */
  reap(): number {
    const view = this.#view;
    const idx = view.getUint16(USED + 2, true);
    let written = 0;
    for (; this.#taken !== idx; this.#taken = (this.#taken + 1) & 0xffff) {
      const element = USED + 4 + 8 * (this.#taken & (SIZE - 1));
      this.#free.push(view.getUint32(element, true));
      written += view.getUint32(element + 4, true);
    }
    return written;
  }
}
