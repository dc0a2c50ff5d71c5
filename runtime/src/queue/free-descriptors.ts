/**
 * The descriptors of a table that are not in use, as a queue of indices: taken from the front, given back to the end.
 *
 * First in, first out is what VIRTIO_F_IN_ORDER asks for: as long as chains come back in the order in which they went,
 * descriptors are used in table order, and `next` of x is x + 1 or, at the end, 0 (Virtio 1.3, 2.7.5.1).
 * The links are this side's own; `next` fields in the ring are copies of them and never read back.
 */
export class FreeDescriptors {
  /** How many are free. */
  count: number;
  readonly #next: Uint16Array;
  #first = 0;
  #last: number;

  constructor(size: number) {
    this.count = size;
    this.#last = size - 1;
    this.#next = Uint16Array.from({ length: size }, (_, i) => (i + 1) % size);
  }

  /** Takes one; there must be one. Those taken one after the other are linked for `give`. */
  take(): number {
    const index = this.#first;
    this.#first = this.#next[index]!;
    this.count--;
    return index;
  }

  /** The one that followed a descriptor when it was taken, or will follow it. */
  next(index: number): number {
    return this.#next[index]!;
  }

  /** Gives back `count` descriptors that were taken one after the other, `head` first and `last` last. */
  give(head: number, last: number, count: number): void {
    if (this.count === 0) this.#first = head;
    else this.#next[this.#last] = head;
    this.#last = last;
    this.count += count;
  }
}
