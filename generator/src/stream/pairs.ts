import { Latencies } from './latencies.js';

/** Requests that may be open at once; the oldest is given up for a new one, so that memory stays bounded. */
const MOST_OPEN = 1 << 16;

/**
 * Requests and responses of a stream, counted: no message is kept, only when each open request was asked. A response
 * belongs to the oldest open request with the same key.
 */
export class Pairs {
  exchanges = 0;
  /** Responses that answer no open request. */
  stray = 0;
  /** Requests under a token and device that another open request of the same message has. */
  reused = 0;
  /** Milliseconds at which the next message was heard; NaN where nobody knows. */
  time = Number.NaN;
  #dropped = 0;
  /** When the one request under a key was asked; most keys never have a second. */
  readonly #open = new Map<number, number>();
  /** The requests behind it, oldest first. */
  readonly #behind = new Map<number, number[]>();
  #queued = 0;
  readonly #latencies = new Latencies();

  /** Requests without an answer, those that still wait included. */
  get unanswered(): number {
    return this.#dropped + this.#open.size + this.#queued;
  }

  get min(): number {
    return this.#latencies.min;
  }

  get max(): number {
    return this.#latencies.max;
  }

  ask(key: number, token: boolean): void {
    this.exchanges++;
    if (this.#open.has(key)) {
      if (token) this.reused++;
      this.#queue(key);
      return;
    }
    if (this.#open.size >= MOST_OPEN) this.#giveUp();
    this.#open.set(key, this.time);
  }

  answer(key: number): void {
    const asked = this.#open.get(key);
    if (asked === undefined) {
      this.stray++;
      return;
    }
    const behind = this.#behind.get(key);
    const next = behind?.shift();
    if (next === undefined) this.#open.delete(key);
    else {
      this.#open.set(key, next);
      this.#queued--;
      if (behind?.length === 0) this.#behind.delete(key);
    }
    const took = this.time - asked;
    if (Number.isNaN(took)) return;
    this.#latencies.add(took);
  }

  /** Milliseconds within which `share` of the timed answers came, not less than it was and at most a tenth more; null without any. */
  within(share: number): number | null {
    return this.#latencies.within(share);
  }

  #queue(key: number): void {
    if (this.#queued >= MOST_OPEN) {
      this.#dropped++;
      return;
    }
    this.#queued++;
    const behind = this.#behind.get(key);
    if (behind === undefined) this.#behind.set(key, [this.time]);
    else behind.push(this.time);
  }

  #giveUp(): void {
    for (const key of this.#open.keys()) {
      const behind = this.#behind.get(key)?.length ?? 0;
      this.#behind.delete(key);
      this.#queued -= behind;
      this.#dropped += 1 + behind;
      this.#open.delete(key);
      return;
    }
  }
}
