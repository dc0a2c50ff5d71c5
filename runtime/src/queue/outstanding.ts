/** What a driver remembers of one buffer it offered, under the head it was offered with. */
export interface Offered<T> {
  readonly token: T;
  /** Last descriptor of its chain in the table, and how many it has there. */
  readonly last: number;
  readonly descriptors: number;
  /** Bytes the device may write. */
  readonly writable: number;
  /** How many buffers were offered before it since the queue began; unlike the 16-bit index it never wraps. */
  readonly position: number;
}

/**
 * Buffers offered and not yet used, by head. It is the driver's own record and the only truth: what the device names
 * is looked up here, and nothing about a buffer is ever read back from the ring.
 */
export class Outstanding<T> {
  count = 0;
  readonly #byHead: (Offered<T> | undefined)[];
  /** Heads by their place in the available ring, to find the oldest. */
  readonly #heads: Uint16Array;

  constructor(size: number) {
    this.#byHead = new Array(size).fill(undefined);
    this.#heads = new Uint16Array(size);
  }

  add(head: number, offered: Offered<T>): void {
    this.#byHead[head] = offered;
    this.#heads[offered.position & (this.#heads.length - 1)] = head;
    this.count++;
  }

  /** The buffer with this head; undefined if there is none, whatever number it is. */
  get(head: number): Offered<T> | undefined {
    return head < this.#byHead.length ? this.#byHead[head] : undefined;
  }

  /** The head that was offered last at a position modulo the queue size: in order, the one that still is out. */
  headAt(position: number): number {
    return this.#heads[position & (this.#heads.length - 1)]!;
  }

  remove(head: number): void {
    this.#byHead[head] = undefined;
    this.count--;
  }

  /** Takes everything out and returns the tokens in the order in which they were offered. */
  drain(): T[] {
    const left = this.#byHead.filter((offered) => offered !== undefined);
    this.#byHead.fill(undefined);
    this.count = 0;
    return left.sort((a, b) => a.position - b.position).map((offered) => offered.token);
  }
}
