import type { Name } from '../../wire/message.js';
import type { CountCode } from '../fault.js';
import type { Limits } from '../limits.js';
import { TOKEN, type TokenEvent, type TokenState } from './token-machine.js';

/** 16 bits without 0, which no request has (S3). */
export const ALL_TOKENS = 65535;

/** What is remembered of a request that was given up. */
export interface Debt {
  readonly name: Name;
  readonly device: number;
  /** When it was sent, counted in sent requests of this bus. */
  readonly serial: number;
}

export type TokenLimits = Pick<Limits, 'maxInFlightPerBus' | 'maxZombies' | 'tokenQuarantine'>;

const EVENTS = [
  'allocate',
  'answered',
  'abandoned',
  'unsent',
  'response',
  'overflow',
  'barrier',
  'aged',
  'epoch',
] as const;
type EventName = TokenEvent['type'];

interface Move {
  readonly next: number;
  readonly count: CountCode | null;
}

/** What an event does to a token, by the number of the state it is in; undefined where no row fits. */
type Moves = (Move | undefined)[];

/** The table as a matrix: MOVES[event][state]. */
const MOVES: Readonly<Record<EventName, Moves>> = Object.fromEntries(
  EVENTS.map((type) => [
    type,
    TOKEN.states.map((state): Move | undefined => {
      const row = TOKEN.rows.find((r) => r.on === type && r.from.includes(state));
      if (row === undefined) return undefined;
      let count: CountCode | null = null;
      row.act?.(null, { type } as never, (code) => {
        count = code;
      });
      return { next: TOKEN.states.indexOf((row.to as TokenState | null) ?? state), count };
    }),
  ]),
) as Record<EventName, Moves>;

const eventOf = (moves: Moves): EventName => EVENTS.find((type) => MOVES[type] === moves)!;

const FREE = TOKEN.states.indexOf('free');

/**
 * Gives out correlation tokens, each to one request at a time, and keeps one that was used from being used again while a
 * response to it may still be under way. Everything is O(1), but `epoch` and `barrier`; memory is fixed by the limits.
 *
 * What it cannot do: a *duplicated* response that is delayed by more releases than the quarantine is long looks like the
 * first response to whoever has the token then. That is why the pool is large and is gone through in a circle.
 */
export class Tokens {
  readonly #limits: TokenLimits;
  readonly #pool: number;
  readonly #states: Uint8Array;
  /** Quarantined tokens, oldest first: a ring. */
  readonly #quarantine: Uint16Array;
  #first = 0;
  #quarantined = 0;
  readonly #debts = new Map<number, Debt>();
  #cursor = 0;
  #free: number;

  /** `pool`: tokens 1..pool. Throws a RangeError for a pool so small that protection would suffer (5.1). */
  constructor(limits: TokenLimits, pool: number = ALL_TOKENS) {
    const least = Math.min(ALL_TOKENS, 4 * (limits.maxInFlightPerBus + limits.tokenQuarantine));
    if (!(pool >= least && pool <= ALL_TOKENS)) {
      throw new RangeError(`a pool of ${pool} tokens, at least ${least} and at most ${ALL_TOKENS} are needed`);
    }
    this.#limits = limits;
    this.#pool = pool;
    this.#free = pool;
    this.#states = new Uint8Array(pool + 1);
    this.#quarantine = new Uint16Array(Math.min(limits.tokenQuarantine, pool) + 1);
  }

  get zombies(): number {
    return this.#debts.size;
  }

  /** Whether `allocate` would find one. */
  get available(): boolean {
    return this.#free > 0 || this.#quarantined > 0;
  }

  stateOf(token: number): TokenState {
    return TOKEN.states[this.#states[token] ?? FREE]!;
  }

  /** The next free token, 1..65535, or 0 when there is none. */
  allocate(): number {
    if (this.#free === 0) {
      if (this.#quarantined === 0) return 0;
      this.#age();
    }
    const states = this.#states;
    let token = this.#cursor;
    do token = token === this.#pool ? 1 : token + 1;
    while (states[token] !== FREE);
    this.#cursor = token;
    this.#move(token, MOVES.allocate);
    return token;
  }

  answered(token: number): void {
    this.#move(token, MOVES.answered);
    this.#retire(token);
  }

  unsent(token: number): void {
    this.#move(token, MOVES.unsent);
  }

  /** Returns what to count, if that makes too many zombies: the oldest is given up for lost. */
  abandoned(token: number, debt: Debt): CountCode | null {
    this.#move(token, MOVES.abandoned);
    this.#debts.set(token, debt);
    if (this.#debts.size <= this.#limits.maxZombies) return null;
    const [oldest] = this.#debts.keys();
    this.#debts.delete(oldest!);
    const count = this.#move(oldest!, MOVES.overflow);
    this.#retire(oldest!);
    return count;
  }

  /** A response nobody in flight waits for: what to count. A late one pays the debt of its request, if it is its own. */
  response(token: number, name: Name, device: number): CountCode {
    const debt = this.#debts.get(token);
    // As for a request in flight: the true response may still come.
    if (debt !== undefined && (debt.name !== name || debt.device !== device)) return 'mismatch';
    // A number outside the pool, or 0, was never given out.
    if (!(token > 0 && token <= this.#pool)) return 'stale';
    const count = this.#move(token, MOVES.response);
    if (debt !== undefined) {
      this.#debts.delete(token);
      this.#retire(token);
    }
    return count ?? 'stale';
  }

  /** A reset sent as number `serial` was answered by a device that answers in order: its older debts are void (5.3). */
  barrier(device: number, serial: number): void {
    for (const [token, debt] of this.#debts) {
      // Bus messages have device number 0 without being of device 0.
      if (debt.device !== device || debt.serial >= serial || debt.name === 'PING' || debt.name === 'GET_DEVICES')
        continue;
      this.#debts.delete(token);
      this.#move(token, MOVES.barrier);
    }
  }

  /** A new bus epoch: nothing sent before can come back. */
  epoch(): void {
    for (let token = 1; token <= this.#pool; token++) if (this.#states[token] !== FREE) this.#move(token, MOVES.epoch);
    this.#debts.clear();
    this.#first = 0;
    this.#quarantined = 0;
  }

  #move(token: number, moves: Moves): CountCode | null {
    const state = this.#states[token]!;
    const move = moves[state];
    if (move === undefined) throw new Error(`token ${token} is ${TOKEN.states[state]}: ${eventOf(moves)}`);
    this.#states[token] = move.next;
    if (move.next === FREE) {
      if (state !== FREE) this.#free++;
    } else if (state === FREE) this.#free--;
    return move.count;
  }

  #retire(token: number): void {
    const ring = this.#quarantine;
    // One slot more than the limit, so that the token is put in before the oldest gets out.
    ring[(this.#first + this.#quarantined) % ring.length] = token;
    if (++this.#quarantined === ring.length) this.#age();
  }

  #age(): void {
    const ring = this.#quarantine;
    const oldest = ring[this.#first]!;
    this.#first = (this.#first + 1) % ring.length;
    this.#quarantined--;
    this.#move(oldest, MOVES.aged);
  }
}
