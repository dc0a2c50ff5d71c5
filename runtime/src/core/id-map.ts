const SLOTS = 4096;

/**
 * A map whose keys are positive integers handed out one after the other, most of which live shortly: a slot for each of the
 * newest, a map for the few that have outlived 4096 others. A `Map` would allocate again and again for the same work, since
 * it keeps the places of deleted keys until it is copied.
 */
export class IdMap<T> {
  readonly #keys: number[] = new Array(SLOTS).fill(0);
  readonly #values: (T | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #rest = new Map<number, T>();
  #size = 0;

  get size(): number {
    return this.#size + this.#rest.size;
  }

  get(id: number): T | undefined {
    const at = id & (SLOTS - 1);
    if (this.#keys[at] === id) return this.#values[at];
    return this.#rest.size === 0 ? undefined : this.#rest.get(id);
  }

  /** Keeps a value; the key must not be there. */
  set(id: number, value: T): void {
    const at = id & (SLOTS - 1);
    if (this.#keys[at] !== 0) {
      this.#rest.set(id, value);
      return;
    }
    this.#keys[at] = id;
    this.#values[at] = value;
    this.#size++;
  }

  delete(id: number): boolean {
    const at = id & (SLOTS - 1);
    if (this.#keys[at] !== id) return this.#rest.delete(id);
    this.#keys[at] = 0;
    this.#values[at] = undefined;
    this.#size--;
    return true;
  }

  /** All values in the order of their keys, as they are now. */
  values(): T[] {
    const all: [number, T][] = [...this.#rest];
    for (const [at, id] of this.#keys.entries()) if (id !== 0) all.push([id, this.#values[at]!]);
    return all.sort(([a], [b]) => a - b).map(([, value]) => value);
  }

  clear(): void {
    this.#keys.fill(0);
    this.#values.fill(undefined);
    this.#rest.clear();
    this.#size = 0;
  }
}
