const NOTHING: readonly never[] = [];

/**
 * Collects what one call has to hand out. Its own room is kept from call to call, and what is handed out is a copy of just
 * that length: an array that grows from empty by `push` takes room for seventeen at once. The few that most calls have are
 * copied one by one, which the compiler does in place.
 */
export class Batch<T> {
  readonly #items: (T | undefined)[] = [];
  #count = 0;

  add(item: T): void {
    this.#items[this.#count++] = item;
  }

  /** Everything added since the last time, in that order. */
  take(): readonly T[] {
    const count = this.#count;
    if (count === 0) return NOTHING;
    const items = this.#items as T[];
    const taken =
      count === 1
        ? [items[0]!]
        : count === 2
          ? [items[0]!, items[1]!]
          : count === 3
            ? [items[0]!, items[1]!, items[2]!]
            : items.slice(0, count);
    for (let i = 0; i < count; i++) this.#items[i] = undefined;
    this.#count = 0;
    return taken;
  }
}
