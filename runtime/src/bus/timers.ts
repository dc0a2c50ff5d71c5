import { IdMap } from '../core/id-map.js';
import type { Clock } from '../medium/clock.js';

/** Longest wait a timer of a clock takes; Node fires one of more at once. */
const LONGEST = 0x7fff_ffff;
/** Lists kept although nothing runs in them: the few durations of the limits. Any other is dropped with its last timer. */
const KEPT_LISTS = 16;

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
  /** Numbers are the names of requests, one after the other; few timers have words for names. */
  readonly #numbered = new IdMap<Entry<Key>>();
  readonly #named = new Map<Key, Entry<Key>>();
  readonly #lists = new Map<number, List<Key>>();
  /** The one that was asked for last: most wait equally long. */
  #last: List<Key> | null = null;
  #due = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(clock: Pick<Clock, 'now' | 'after'>, fire: (key: Key) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** How many are running. */
  get size(): number {
    return this.#numbered.size + this.#named.size;
  }

  /** Starts a timer in place of the one of the same name. What is no wait runs out at once, an endless one never. */
  arm(key: Key, wait: number): void {
    const ms = wait >= 0 ? wait : 0;
    this.cancel(key);
    const list = this.#listOf(ms);
    const due = this.#clock.now() + ms;
    const entry: Entry<Key> = { key, due, list, previous: list.tail, next: null };
    if (list.tail === null) list.head = entry;
    else list.tail.next = entry;
    list.tail = entry;
    if (typeof key === 'number') this.#numbered.set(key, entry);
    else this.#named.set(key, entry);
    if (due < this.#due) this.#wakeAt(due, ms);
  }

  cancel(key: Key): void {
    const entry = this.#entryOf(key);
    if (entry === undefined) return;
    this.#forget(key);
    this.#unlink(entry);
  }

  /** Cancels all of them. */
  clear(): void {
    this.#numbered.clear();
    this.#named.clear();
    this.#lists.clear();
    this.#last = null;
    this.#cancel?.();
    this.#cancel = null;
    this.#due = Number.POSITIVE_INFINITY;
  }

  #listOf(ms: number): List<Key> {
    const last = this.#last;
    // One that was dropped meanwhile is empty, but so is one that is kept.
    if (last !== null && last.ms === ms && last.head !== null) return last;
    let list = this.#lists.get(ms);
    if (list === undefined) {
      list = { ms, head: null, tail: null };
      this.#lists.set(ms, list);
    }
    this.#last = list;
    return list;
  }

  #entryOf(key: Key): Entry<Key> | undefined {
    return typeof key === 'number' ? this.#numbered.get(key) : this.#named.get(key);
  }

  #forget(key: Key): void {
    if (typeof key === 'number') this.#numbered.delete(key);
    else this.#named.delete(key);
  }

  #unlink(entry: Entry<Key>): void {
    const { list, previous, next } = entry;
    if (previous === null) list.head = next;
    else previous.next = next;
    if (next === null) list.tail = previous;
    else next.previous = previous;
    if (list.head === null && this.#lists.size > KEPT_LISTS) this.#lists.delete(list.ms);
  }

  #wakeAt(due: number, ms: number): void {
    this.#cancel?.();
    this.#due = due;
    this.#cancel = this.#clock.after(Math.min(LONGEST, Math.ceil(ms)), () => this.#wake());
  }

  #wake(): void {
    this.#cancel = null;
    this.#due = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    const over: Entry<Key>[] = [];
    for (const list of this.#lists.values())
      for (let entry = list.head; entry !== null && entry.due <= now; entry = entry.next) over.push(entry);
    over.sort((a, b) => a.due - b.due);
    try {
      for (const entry of over) {
        // Whoever was told before may have cancelled it, or armed it anew.
        if (this.#entryOf(entry.key) !== entry) continue;
        this.#forget(entry.key);
        this.#unlink(entry);
        this.#fire(entry.key);
      }
    } finally {
      this.#rearm(this.#clock.now());
    }
  }

  #rearm(now: number): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const list of this.#lists.values()) if (list.head !== null) earliest = Math.min(earliest, list.head.due);
    if (earliest < this.#due) this.#wakeAt(earliest, Math.max(0, earliest - now));
  }
}
