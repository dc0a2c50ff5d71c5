import { isBusName, type Message, type Name } from '../../wire/message.js';
import { Line } from './line.js';
import type { Pending } from './pending.js';

/** Bus messages have device number 0, which is also a device: they go their own lane. */
export const BUS_LANE = -1;

export const laneKey = (name: Name, device: number): number => (isBusName(name) ? BUS_LANE : device);

/** Responses of one message id that may still come. */
interface Debts {
  readonly count: number;
  /** How many of them are of resets. */
  readonly resets: number;
  /** Resets that had been sent when the last of them was given up. */
  readonly before: number;
}

/** The requests to one device, or those to the bus. */
export class Lane {
  /** In flight and held, in request order. The first one is in flight whenever order counts. */
  readonly flying = new Line<Pending>();
  /** Waiting, in the order they were submitted. */
  readonly waiting = new Line<Pending>();
  held = 0;
  /** Without tokens: message ids given up whose response may still come. */
  readonly #owed = new Map<Name, Debts>();
  /** Resets sent to the device, and answers to resets that came: a loss makes the second fall behind, never run ahead. */
  #resets = 0;
  #resetAnswers = 0;
  /** Whether it has to be looked at before the turn ends. */
  dirty = false;

  get idle(): boolean {
    return this.flying.length === 0 && this.waiting.length === 0 && this.#owed.size === 0;
  }

  /** A reset goes out. */
  resetSent(): void {
    this.#resets++;
  }

  owe(name: Name, reset: boolean): void {
    const { count = 0, resets = 0 } = this.#owed.get(name) ?? {};
    this.#owed.set(name, { count: count + 1, resets: resets + (reset ? 1 : 0), before: this.#resets });
  }

  owes(name: Name): boolean {
    return this.#owed.has(name);
  }

  /** A response to something given up has come. False where nothing is owed. */
  pay(name: Name): boolean {
    const owed = this.#owed.get(name);
    if (owed === undefined) return false;
    const { count, resets, before } = owed;
    // Where other status writes are owed too, this may be the answer to one of them.
    if (resets === count) this.#resetAnswers++;
    if (count === 1) this.#owed.delete(name);
    else this.#owed.set(name, { count: count - 1, resets: Math.min(resets, count - 1), before });
    return true;
  }

  /**
   * A reset was answered: what is older will not be (rfc2: order is implied). But if an earlier reset was given up, nobody
   * can tell which of the two was answered. That makes the n-th answer the one to the n-th reset or to a later one, and what
   * was sent before the n-th reset the most that it can end.
   */
  forgive(): void {
    this.#resetAnswers++;
    for (const [name, { before }] of this.#owed) if (before < this.#resetAnswers) this.#owed.delete(name);
  }

  /**
   * A request other than a reset was answered. It was sent with nothing of its name owed, so the answer is its own, and what
   * is older will not be answered any more (rfc2: order is implied).
   */
  caughtUp(): void {
    this.#owed.clear();
    this.#resetAnswers = this.#resets;
  }

  /**
   * Whether that response, which looks like the one to a reset, is the late one to a status write given up before. A reset is
   * let through while one is owed, or a device that lost one response could never be reset again; it is told by content.
   */
  isLate(message: Message): boolean {
    return (
      message.name === 'SET_DEVICE_STATUS' &&
      this.owes(message.name) &&
      'status' in message.fields &&
      message.fields.status !== 0
    );
  }
}
