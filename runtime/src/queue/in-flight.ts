/** What the device has taken and not yet given back. All of it is this side's own record, none of it is in the ring. */
export class InFlight {
  /** Heads taken and not yet in the used ring. */
  count = 0;
  readonly #taken: Uint8Array;

  constructor(size: number) {
    this.#taken = new Uint8Array(size);
  }

  has(head: number): boolean {
    return this.#taken[head] === 1;
  }

  take(head: number): void {
    this.#taken[head] = 1;
    this.count++;
  }

  give(head: number): void {
    this.#taken[head] = 0;
    this.count--;
  }
}

/**
 * Puts completions back into the order in which heads were taken, for VIRTIO_F_IN_ORDER: a device may finish in any
 * order, its used ring may not. Virtio 1.3, 2.7.9.
 */
export class CompletionOrder {
  readonly #heads: Uint16Array;
  readonly #done: Uint8Array;
  readonly #written: Uint32Array;
  readonly #mask: number;
  #first = 0;
  #count = 0;

  constructor(size: number) {
    this.#heads = new Uint16Array(size);
    this.#done = new Uint8Array(size);
    this.#written = new Uint32Array(size);
    this.#mask = size - 1;
  }

  taken(head: number): void {
    this.#done[head] = 0;
    this.#heads[(this.#first + this.#count++) & this.#mask] = head;
  }

  finished(head: number, written: number): void {
    this.#done[head] = 1;
    this.#written[head] = written;
  }

  /** The head that is due for the used ring, removed from the order; -1 while the oldest is still being worked on. */
  due(): number {
    const head = this.#heads[this.#first]!;
    if (this.#count === 0 || this.#done[head] === 0) return -1;
    this.#first = (this.#first + 1) & this.#mask;
    this.#count--;
    return head;
  }

  written(head: number): number {
    return this.#written[head]!;
  }
}
