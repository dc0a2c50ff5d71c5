import type { Message, Name } from '../../wire/message.js';
import { Line } from './line.js';
import type { Pending } from './pending.js';

/** Bus messages have device number 0, which is also a device: they go their own lane. */
export const BUS_LANE = -1;

export const laneKey = (name: Name, device: number): number =>
  name === 'PING' || name === 'GET_DEVICES' || name === 'EVENT_DEVICE' ? BUS_LANE : device;

/** The requests to one device, or those to the bus. */
export class Lane {
  readonly key: number;
  /** In flight and held, in request order. The first one is in flight whenever order counts. */
  readonly flying = new Line<Pending>();
  /** Waiting, in the order they were submitted. */
  readonly waiting = new Line<Pending>();
  held = 0;
  /** Without tokens: message ids given up whose response may still come, and how many of each. */
  readonly #owed = new Map<Name, number>();
  #owedResets = 0;
  /** Whether it has to be looked at before the turn ends. */
  dirty = false;

  constructor(key: number) {
    this.key = key;
  }

  get idle(): boolean {
    return this.flying.length === 0 && this.waiting.length === 0 && this.#owed.size === 0;
  }

  owe(name: Name, reset: boolean): void {
    this.#owed.set(name, (this.#owed.get(name) ?? 0) + 1);
    if (reset) this.#owedResets++;
  }

  owes(name: Name): boolean {
    return this.#owed.has(name);
  }

  /** A response to something given up has come. False where nothing is owed. */
  pay(name: Name): boolean {
    const owed = this.#owed.get(name);
    if (owed === undefined) return false;
    if (owed === 1) this.#owed.delete(name);
    else this.#owed.set(name, owed - 1);
    if (name === 'SET_DEVICE_STATUS') this.#owedResets = Math.min(this.#owedResets, owed - 1);
    return true;
  }

  /**
   * A reset was answered: what is older will not be (rfc2: order is implied). But if an earlier reset was given up, nobody
   * can tell which of the two was answered, and one response may still come.
   */
  forgive(): void {
    this.#owed.clear();
    if (this.#owedResets > 0) this.#owed.set('SET_DEVICE_STATUS', this.#owedResets);
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
