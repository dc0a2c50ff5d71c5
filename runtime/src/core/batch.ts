/**
 * Collects what one call has to hand out. Its own room is kept from call to call, and what is handed out is a copy of just
 * that length: an array that grows from empty by `push` takes room for seventeen at once.
 */
export class Batch<T> {
  readonly #items: (T | undefined)[] = [];
  #count = 0;

  add(item: T): void {
    this.#items[this.#count++] = item;
  }

  /** Everything added since the last time, in that order. */
  take(): T[] {
    const count = this.#count;
    this.#count = 0;
    const taken = this.#items.slice(0, count) as T[];
    for (let i = 0; i < count; i++) this.#items[i] = undefined;
    return taken;
  }
}
