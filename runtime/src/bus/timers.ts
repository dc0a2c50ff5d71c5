import type { Clock } from '../medium/clock.js';

interface Entry<Key> {
  readonly key: Key;
  readonly due: number;
  readonly list: List<Key>;
  previous: Entry<Key> | null;
  next: Entry<Key> | null;
}

/** Timers of one duration, which run out in the order they were armed. */
interface List<Key> {
  readonly ms: number;
  head: Entry<Key> | null;
  tail: Entry<Key> | null;
}

/**
 * Named timers on one timer of the clock. Arming and cancelling are O(1) and touch the clock only where nothing runs out
 * earlier: a bus arms one timer for every request, and nearly all are cancelled.
 */
export class Timers<Key extends string | number> {
  readonly #clock: Pick<Clock, 'now' | 'after'>;
  readonly #fire: (key: Key) => void;
  readonly #entries = new Map<Key, Entry<Key>>();
  readonly #lists = new Map<number, List<Key>>();
  #due = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(clock: Pick<Clock, 'now' | 'after'>, fire: (key: Key) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** How many are running. */
  get size(): number {
    return this.#entries.size;
  }

  /** Starts a timer in place of the one of the same name. */
  arm(key: Key, ms: number): void {
    this.cancel(key);
    let list = this.#lists.get(ms);
    if (list === undefined) {
      list = { ms, head: null, tail: null };
      this.#lists.set(ms, list);
    }
    const due = this.#clock.now() + ms;
    const entry: Entry<Key> = { key, due, list, previous: list.tail, next: null };
    if (list.tail === null) list.head = entry;
    else list.tail.next = entry;
    list.tail = entry;
    this.#entries.set(key, entry);
    if (due < this.#due) this.#wakeAt(due, ms);
  }

  cancel(key: Key): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unlink(entry);
  }

  /** Cancels all of them. */
  clear(): void {
    this.#entries.clear();
    this.#lists.clear();
    this.#cancel?.();
    this.#cancel = null;
    this.#due = Number.POSITIVE_INFINITY;
  }

  #unlink(entry: Entry<Key>): void {
    const { list, previous, next } = entry;
    if (previous === null) list.head = next;
    else previous.next = next;
    if (next === null) list.tail = previous;
    else next.previous = previous;
  }

  #wakeAt(due: number, ms: number): void {
    this.#cancel?.();
    this.#due = due;
    this.#cancel = this.#clock.after(Math.ceil(ms), () => this.#wake());
  }

  #wake(): void {
    this.#cancel = null;
    this.#due = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    const over: Key[] = [];
    for (const list of this.#lists.values()) {
      for (let entry = list.head; entry !== null && entry.due <= now; entry = list.head) {
        this.#entries.delete(entry.key);
        this.#unlink(entry);
        over.push(entry.key);
      }
    }
    // Before anything is told: whoever is told arms again.
    this.#rearm(now);
    for (const key of over) this.#fire(key);
  }

  #rearm(now: number): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const list of this.#lists.values()) if (list.head !== null) earliest = Math.min(earliest, list.head.due);
    if (earliest < this.#due) this.#wakeAt(earliest, Math.max(0, earliest - now));
  }
}
