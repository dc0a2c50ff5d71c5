import { IdMap } from '../core/id-map.js';
import type { Clock } from '../medium/clock.js';

/** Longest wait a timer of a clock takes; Node fires one of more at once. */
const LONGEST = 0x7fff_ffff;
/** Lists kept although nothing runs in them: the few durations of the limits. Any other is dropped with its last timer. */
const KEPT_LISTS = 16;

/** Of a timer that was armed in this turn. */
const UNKNOWN = -1;

interface Entry<Key> {
  readonly key: Key;
  /** When it runs out, or `UNKNOWN`. */
  due: number;
  readonly list: List<Key>;
  previous: Entry<Key> | null;
  next: Entry<Key> | null;
}

/** Timers of one duration, which run out in the order they were armed. */
interface List<Key> {
  readonly ms: number;
  head: Entry<Key> | null;
  tail: Entry<Key> | null;
  /** Whether timers of this turn stand at its end. */
  fresh: boolean;
}

/**
 * Named timers on one timer of the clock. Arming and cancelling are O(1): a bus arms one timer for every request, and nearly
 * all are cancelled. To look at a clock costs more than that, so it is looked at once a turn, when the turn is over: timers
 * run out late by what the turn took, never early, and those cancelled in the same turn never touch the clock.
 */
export class Timers<Key extends string | number> {
  readonly #clock: Pick<Clock, 'now' | 'after' | 'soon'>;
  readonly #fire: (key: Key) => void;
  /** Numbers are the names of requests, one after the other; few timers have words for names. */
  readonly #numbered = new IdMap<Entry<Key>>();
  readonly #named = new Map<Key, Entry<Key>>();
  readonly #lists = new Map<number, List<Key>>();
  /** The one that was asked for last: most wait equally long. */
  #last: List<Key> | null = null;
  #due = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;
  /** Lists with timers of this turn. */
  readonly #fresh: List<Key>[] = [];
  readonly #endOfTurn = (): void => this.#stamp();

  constructor(clock: Pick<Clock, 'now' | 'after' | 'soon'>, fire: (key: Key) => void) {
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
    const entry: Entry<Key> = { key, due: UNKNOWN, list, previous: list.tail, next: null };
    if (list.tail === null) list.head = entry;
    else list.tail.next = entry;
    list.tail = entry;
    if (typeof key === 'number') this.#numbered.set(key, entry);
    else this.#named.set(key, entry);
    if (list.fresh) return;
    list.fresh = true;
    if (this.#fresh.push(list) === 1) this.#clock.soon(this.#endOfTurn);
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
    this.#fresh.length = 0;
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
      list = { ms, head: null, tail: null, fresh: false };
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

  /** Tells the timers of this turn when they run out. */
  #stamp(): void {
    if (this.#fresh.length === 0) return;
    const now = this.#clock.now();
    for (const list of this.#fresh) {
      list.fresh = false;
      const due = now + list.ms;
      for (let entry = list.tail; entry !== null && entry.due === UNKNOWN; entry = entry.previous) entry.due = due;
      if (list.head !== null && list.head.due < this.#due) this.#wakeAt(list.head.due, list.head.due - now);
    }
    this.#fresh.length = 0;
  }

  /** `ms` may have passed already: a turn can take longer than a timer that was armed before it. */
  #wakeAt(due: number, ms: number): void {
    this.#cancel?.();
    this.#due = due;
    this.#cancel = this.#clock.after(Math.min(LONGEST, Math.max(0, Math.ceil(ms))), () => this.#wake());
  }

  #wake(): void {
    this.#cancel = null;
    this.#due = Number.POSITIVE_INFINITY;
    this.#stamp();
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
    // What was armed meanwhile is told at the end of this turn.
    for (const { head } of this.#lists.values())
      if (head !== null && head.due !== UNKNOWN) earliest = Math.min(earliest, head.due);
    if (earliest < this.#due) this.#wakeAt(earliest, earliest - now);
  }
}
