import type { Clock } from '../medium/clock.js';
import { Timers } from './timers.js';

/** Timers of a bus: those of requests, named by number, and those with words for names, each with what it calls. */
export class Alarms {
  readonly timers: Timers<number | string>;
  readonly #calls = new Map<string, () => void>();

  /** `numbered` is told when the timer of a request runs out. */
  constructor(clock: Pick<Clock, 'now' | 'after' | 'soon'>, numbered: (id: number) => void) {
    this.timers = new Timers(clock, (key) => {
      if (typeof key === 'number') numbered(key);
      else this.#ring(key);
    });
  }

  /** Calls `call` in `ms` milliseconds, in place of what the name stood for. */
  arm(key: string, ms: number, call: () => void): void {
    this.#calls.set(key, call);
    this.timers.arm(key, ms);
  }

  cancel(key: string): void {
    this.#calls.delete(key);
    this.timers.cancel(key);
  }

  clear(): void {
    this.timers.clear();
    this.#calls.clear();
  }

  #ring(key: string): void {
    const call = this.#calls.get(key);
    this.#calls.delete(key);
    call?.();
  }
}
