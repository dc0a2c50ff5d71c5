import type { CountCode } from '../core/fault.js';

/** How often each thing worth counting happened on one end of a bus: every reason for dropping a message has its own. */
export class Counters {
  readonly #counts = new Map<CountCode, number>();

  add(code: CountCode): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  /** 0 for what never happened. */
  of(code: CountCode): number {
    return this.#counts.get(code) ?? 0;
  }

  /** Everything that happened, by code, in alphabetical order. */
  all(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
