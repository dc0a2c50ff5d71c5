import type { Clock } from '../../../runtime/dist/index.js';

/** Time that passes when the script says so, and turns that are taken when it asks for them. */
export class ReplayClock implements Clock {
  #now = 0;
  #turns: (() => void)[] = [];
  readonly #timers = new Set<{ readonly due: number; readonly call: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { due: this.#now + ms, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  soon(call: () => void): void {
    this.#turns.push(call);
  }

  later(call: () => void): void {
    this.#turns.push(call);
  }

  /** Takes the turns that are due, and those they bring. */
  settle(): void {
    for (let turns = this.#turns; turns.length > 0; turns = this.#turns) {
      this.#turns = [];
      for (const turn of turns) turn();
    }
  }

  /** The same where promises are part of it. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet++) {
      if (this.#turns.length > 0) quiet = 0;
      this.settle();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Lets time pass, timer by timer. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await this.idle();
      const next = [...this.#timers].sort((a, b) => a.due - b.due)[0];
      if (next === undefined || next.due > end) break;
      this.#now = next.due;
      this.#timers.delete(next);
      next.call();
    }
    this.#now = end;
  }
}
