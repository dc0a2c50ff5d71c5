import type { Limits } from '../limits.js';
import { Lane } from './lane.js';
import type { Pending } from './pending.js';
import type { RequestState } from './request-machine.js';
import { ALL_TOKENS, type Tokens } from './tokens.js';

/**
 * Who is in flight and who waits: the limits of bus and device, and whose turn is next. Requests of one device keep their
 * order; devices that wait for the bus go in turn, so that none starves behind a busy one.
 */
export class Lanes {
  readonly #lanes = new Map<number, Lane>();
  readonly #hasToken: boolean;
  readonly #tokens: Pick<Tokens, 'available'>;
  readonly #laneLimit: number;
  readonly #busLimit: number;
  /** Lanes with somebody waiting and room in the lane: they wait for the bus, in turn. */
  readonly #ready = new Set<Lane>();
  /** Lanes to look at before the turn ends. */
  readonly #dirty: (Lane | undefined)[] = [];
  #dirtyCount = 0;
  #flying = 0;
  #waiting = 0;

  constructor(limits: Limits, hasToken: boolean, tokens: Pick<Tokens, 'available'>) {
    this.#hasToken = hasToken;
    this.#tokens = tokens;
    // Without tokens a response belongs to the one request in flight, or to nobody (0.2).
    this.#laneLimit = hasToken ? limits.maxInFlightPerDevice : 1;
    this.#busLimit = Math.min(limits.maxInFlightPerBus, ALL_TOKENS);
  }

  /** In flight or held. */
  get flying(): number {
    return this.#flying;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get(key: number): Lane | undefined {
    return this.#lanes.get(key);
  }

  open(key: number): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new Lane();
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** Drops a lane nothing is known of any more. */
  forget(key: number): void {
    if (this.#lanes.get(key)?.idle) this.#lanes.delete(key);
  }

  clear(): void {
    this.#lanes.clear();
    this.#ready.clear();
    this.#dirty.fill(undefined);
    this.#dirtyCount = 0;
  }

  /** Whether a new request may be sent at once: there is room, and nobody waits whom it would overtake. */
  mayGo(p: Pending): boolean {
    return p.lane.waiting.length === 0 && this.#ready.size === 0 && this.#busHasRoom() && this.#laneHasRoom(p);
  }

  /** A request has changed its state, from `before` to what it is now. */
  moved(p: Pending, before: RequestState): void {
    const { lane } = p;
    if (before === 'waiting') {
      this.#waiting--;
      lane.waiting.remove(p);
    }
    if (before === 'held') lane.held--;
    switch (p.state) {
      case 'waiting':
        this.#waiting++;
        lane.waiting.push(p);
        // It may be the bus that is full and not the lane, which then has to stand in line with the others.
        this.touch(lane);
        break;
      case 'in_flight':
        this.#flying++;
        lane.flying.push(p);
        break;
      case 'held':
        lane.held++;
        break;
      case 'settled':
        if (before !== 'waiting') {
          this.#flying--;
          lane.flying.remove(p);
        }
        this.touch(lane);
    }
  }

  touch(lane: Lane): void {
    if (lane.dirty) return;
    lane.dirty = true;
    this.#dirty[this.#dirtyCount++] = lane;
  }

  /** Everything that follows from requests having left: `next` is told of those held, then of those whose turn it is. */
  settle(next: (p: Pending) => void): void {
    // More may be added on the way.
    for (let i = 0; i < this.#dirtyCount; i++) {
      const lane = this.#dirty[i]!;
      this.#dirty[i] = undefined;
      for (let p = lane.flying.head; p !== null && p.state === 'held'; p = lane.flying.head) next(p);
      // Not before: those that were held touch their lane again as they leave.
      lane.dirty = false;
      if (lane.waiting.length > 0) this.#ready.add(lane);
    }
    this.#dirtyCount = 0;
    if (this.#ready.size > 0) this.#pump(next);
  }

  #pump(next: (p: Pending) => void): void {
    for (const lane of this.#ready) {
      if (!this.#busHasRoom()) return;
      this.#ready.delete(lane);
      const p = lane.waiting.head;
      if (p === null || !this.#laneHasRoom(p)) continue;
      next(p);
      // Added again at the end of the set, which this loop comes to after the others.
      if (lane.waiting.length > 0) this.#ready.add(lane);
    }
  }

  #busHasRoom(): boolean {
    return this.#flying < this.#busLimit && (!this.#hasToken || this.#tokens.available);
  }

  #laneHasRoom(p: Pending): boolean {
    const { lane } = p;
    if (lane.flying.length >= this.#laneLimit) return false;
    // rfc2: a late response of the same message id would be taken for this one's (5.2).
    return this.#hasToken || p.reset || !lane.owes(p.request.name);
  }
}
