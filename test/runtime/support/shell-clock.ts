import type { Clock } from '../../../runtime/dist/medium/clock.js';

interface Timer {
  readonly due: number;
  readonly call: () => void;
}

/** A clock that stands still until it is told, and whose turns are run by hand. */
export class HandClock implements Clock {
  time = 0;
  readonly timers = new Set<Timer>();
  /** Turns waiting; a test may shuffle them, as any scheduler could. */
  turns: (() => void)[] = [];
  /** Tells which of the waiting turns is next; the first unless a test says otherwise. */
  pick: (waiting: number) => number = () => 0;

  now(): number {
    return this.time;
  }

  after(ms: number, call: () => void): () => void {
    // Node warns of them on standard error.
    if (!(ms >= 0)) throw new RangeError(`a wait of ${ms} ms`);
    const timer = { due: this.time + ms, call };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  soon(call: () => void): void {
    this.turns.push(call);
  }

  later(call: () => void): void {
    this.turns.push(call);
  }

  /** Runs one waiting turn; false where there is none. */
  turn(): boolean {
    if (this.turns.length === 0) return false;
    const [call] = this.turns.splice(this.pick(this.turns.length), 1);
    call!();
    return true;
  }

  /** Moves on to the next timer if it runs out within `ms`, and runs it; false where none does. */
  fire(until: number): boolean {
    let next: Timer | null = null;
    for (const timer of this.timers) if (timer.due <= until && (next === null || timer.due < next.due)) next = timer;
    if (next === null) return false;
    this.timers.delete(next);
    this.time = Math.max(this.time, next.due);
    next.call();
    return true;
  }
}
