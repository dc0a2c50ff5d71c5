import type { Dialect, Order } from '../../wire/dialect.js';
import type { Message } from '../../wire/message.js';
import type { Side } from '../../wire/sender.js';
import { Batch } from '../batch.js';
import { dispatcher } from '../dispatch.js';
import type { CountCode, Fault, FaultCode } from '../fault.js';
import { IdMap } from '../id-map.js';
import type { Head, IntakeRules } from '../intake.js';
import { type OutgoingRules, outgoing } from '../intake-outgoing.js';
import type { Limits } from '../limits.js';
import type { CorrelationEffect, RequestMessage, ResponseMessage } from './effect.js';
import { Lane, laneKey } from './lane.js';
import { Lanes } from './lanes.js';
import { Pending } from './pending.js';
import {
  CANCEL,
  DEVICE_REMOVED,
  DEVICE_RESET,
  LIMIT_LOWERED,
  OLDER_SETTLED,
  OVERFLOW,
  REFUSED,
  RESPONSE,
  RESPONSE_EARLY,
  RESPONSE_OTHER,
  SUBMIT,
  SUBMIT_WAIT,
  TOKEN,
  WRITABLE,
} from './request-events.js';
import { REQUEST, type RequestEffect, type RequestEvent, type RequestState, requestFault } from './request-machine.js';
import { isReset, maxRetries, timeoutOf } from './retry.js';
import { ALL_TOKENS, Tokens } from './tokens.js';

export interface RequestTableOptions {
  readonly dialect: Dialect;
  readonly side: Side;
  readonly limits: Limits;
  /** Largest message of the bus in bytes. */
  readonly maxMessage: number;
  /** Whether a device number may be spoken to. GET_DEVICE_INFO and bus messages are not asked about. */
  readonly knows: IntakeRules['knows'];
  /** Default: the dialect's. */
  readonly order?: Order;
  /** Tokens 1..tokens; default all 65535. */
  readonly tokens?: number;
}

export interface Submitted<Caller = unknown> {
  /** Names the request from now on: in effects, to cancel it, and as the name of its timer. Never used twice. */
  readonly id: number;
  readonly effects: readonly CorrelationEffect<Caller>[];
}

const step = dispatcher(REQUEST);
const NOTHING: readonly never[] = [];

/**
 * Requests of one side of a bus and their responses: the originating side of section 5. Pure: every call returns what is to
 * be done. Each request is settled exactly once, by `done` or `fail`, in every order of responses, losses, duplicates,
 * timers and resets; work per call is O(1), but for calls that end many requests at once.
 */
export class RequestTable<Caller = unknown> {
  readonly #options: RequestTableOptions;
  readonly #dialect: Dialect;
  readonly #limits: Limits;
  readonly #strict: boolean;
  readonly #retries: number;
  readonly #tokens: Tokens;
  /** Who has a token; the index is the token. */
  readonly #holders: (Pending | null)[];
  readonly #byId = new IdMap<Pending>();
  readonly #lanes: Lanes;
  /** In flight, but the medium was full: in the order they are to be sent. */
  readonly #backlog = new Set<Pending>();
  readonly #apply: (effect: RequestEffect) => void;
  readonly #next: (p: Pending) => void;
  #rules: OutgoingRules;
  #up = true;
  #lastId = 0;
  #serial = 0;
  // Of the call being worked on.
  readonly #effects = new Batch<CorrelationEffect<Caller>>();
  #current: Pending | null = null;
  #full = false;

  /** Throws a RangeError for a token pool too small for the limits. */
  constructor(options: RequestTableOptions) {
    const { dialect, limits } = options;
    this.#options = options;
    this.#dialect = dialect;
    this.#limits = limits;
    this.#rules = { dialect, side: options.side, maxMessage: options.maxMessage };
    this.#strict = (options.order ?? dialect.order) === 'strict';
    this.#retries = maxRetries(limits, dialect.hasToken);
    this.#tokens = new Tokens(limits, options.tokens);
    this.#lanes = new Lanes(limits, dialect.hasToken, this.#tokens);
    this.#holders = new Array((options.tokens ?? ALL_TOKENS) + 1).fill(null);
    this.#apply = (effect) => this.#do(this.#current!, effect);
    this.#next = (p) => this.#run(p, p.state === 'held' ? OLDER_SETTLED : TOKEN);
  }

  /** Requests in flight or held, waiting for a token, and given up with a response still owed. */
  get size(): { readonly inFlight: number; readonly waiting: number; readonly zombies: number } {
    return { inFlight: this.#lanes.flying, waiting: this.#lanes.waiting, zombies: this.#tokens.zombies };
  }

  /**
   * Takes a request in; its token is given here, whatever it says. `timeout` in milliseconds, else by the limits; `caller` is
   * said with how it ended.
   */
  submit(
    request: RequestMessage,
    timeout: number = timeoutOf(request, this.#limits),
    caller?: Caller,
  ): Submitted<Caller> {
    const refusal = this.#refusal(request);
    const key = laneKey(request.name, request.device);
    // A reset makes all that is pending for its device pointless, whoever asked for it (5.2).
    if (refusal === null && isReset(request)) this.#each(this.#lanes.get(key), DEVICE_RESET);
    const lane = refusal === null ? this.#lanes.open(key) : new Lane();
    const id = ++this.#lastId;
    const p = new Pending(id, request, lane, timeout, this.#retries, caller);
    if (refusal !== null) this.#run(p, { type: 'submit', refusal, room: false });
    else if (this.#lanes.mayGo(p)) this.#run(p, SUBMIT);
    else if (this.#lanes.waiting >= this.#limits.maxWaiting) {
      const code = this.#tokens.available ? 'limit' : 'no_tokens';
      this.#run(p, { type: 'submit', refusal: code, room: false });
    } else this.#run(p, SUBMIT_WAIT);
    return { id, effects: this.#end() };
  }

  /** A response that intake has passed. */
  response(message: ResponseMessage): readonly CorrelationEffect<Caller>[] {
    return this.#received(message, message);
  }

  /** A response whose body intake has refused: it cannot be told to the caller, but that it came can. */
  malformed(head: Head, code: FaultCode): readonly CorrelationEffect<Caller>[] {
    return this.#received(head, code);
  }

  /** A timer has run out. One that was cancelled or replaced meanwhile must not be told. */
  timer(id: number): readonly CorrelationEffect<Caller>[] {
    const p = this.#byId.get(id);
    if (p === undefined) return NOTHING;
    this.#run(p, { type: 'timer', token: !this.#dialect.hasToken || this.#tokens.available });
    return this.#end();
  }

  /** The caller has lost interest. No message is sent: there is none for that. */
  cancel(id: number): readonly CorrelationEffect<Caller>[] {
    const p = this.#byId.get(id);
    if (p === undefined) return NOTHING;
    this.#run(p, CANCEL);
    return this.#end();
  }

  /** The medium was full for this request. */
  refused(id: number): readonly CorrelationEffect<Caller>[] {
    const p = this.#byId.get(id);
    if (p === undefined || p.state !== 'in_flight' || !p.sent) return NOTHING;
    this.#run(p, REFUSED);
    this.#backlog.add(p);
    return this.#end();
  }

  /** The medium takes messages again. */
  writable(): readonly CorrelationEffect<Caller>[] {
    const backlog = [...this.#backlog];
    this.#backlog.clear();
    for (const p of backlog) this.#run(p, WRITABLE);
    return this.#end();
  }

  /** The device is being reset. Submitting SET_DEVICE_STATUS(0) says so by itself. */
  deviceReset(device: number): readonly CorrelationEffect<Caller>[] {
    this.#each(this.#lanes.get(device), DEVICE_RESET);
    return this.#end();
  }

  deviceRemoved(device: number): readonly CorrelationEffect<Caller>[] {
    this.#each(this.#lanes.get(device), DEVICE_REMOVED);
    // What a device without tokens owes stays remembered: the number may be used again, and the response still come.
    this.#lanes.forget(device);
    return this.#end();
  }

  /** The medium is gone, or the peer is dead: everything ends, in the order it was asked, and nothing more is taken. */
  busDown(code: 'bus_down' | 'peer_dead' = 'bus_down'): readonly CorrelationEffect<Caller>[] {
    this.#up = false;
    const down: RequestEvent = { type: 'bus_down', code };
    for (const p of this.#byId.values()) this.#run(p, down);
    this.#tokens.epoch();
    this.#holders.fill(null);
    this.#lanes.clear();
    this.#backlog.clear();
    return this.#end();
  }

  /** A new bus epoch. */
  busUp(): void {
    this.#up = true;
  }

  /** The limit of the bus has changed, in bytes: what is not sent yet and too big for it ends. */
  maxMessageChanged(bytes: number): readonly CorrelationEffect<Caller>[] {
    this.#rules = { ...this.#rules, maxMessage: bytes };
    for (const p of this.#byId.values()) {
      if (this.#dialect.sizeOf(p.request) > bytes) this.#run(p, LIMIT_LOWERED);
    }
    return this.#end();
  }

  #refusal(request: RequestMessage): FaultCode | null {
    if (!this.#up) return 'bus_down';
    const code = outgoing(request, this.#rules);
    if (code !== null) return code;
    const asks = request.name === 'GET_DEVICE_INFO' || request.name === 'PING' || request.name === 'GET_DEVICES';
    return asks || this.#options.knows(request.device) ? null : 'no_device';
  }

  #received(head: Head, answer: ResponseMessage | FaultCode): readonly CorrelationEffect<Caller>[] {
    const p = this.#dialect.hasToken ? this.#holders[head.token] : this.#oldest(head, answer);
    if (p == null) this.#unmatched(head);
    else if (p.request.name !== head.name || p.request.device !== head.device) this.#run(p, RESPONSE_OTHER);
    else {
      const { lane } = p;
      const early = this.#strict && lane.flying.head !== p;
      if (p.sent) p.answer = answer;
      this.#run(p, early ? RESPONSE_EARLY : RESPONSE);
      if (lane.held > this.#limits.reorderBuffer) this.#overflow(lane);
    }
    return this.#end();
  }

  /** Without tokens: the oldest outstanding request of the same device and message id (0.2). */
  #oldest(head: Head, answer: ResponseMessage | FaultCode): Pending | null {
    const lane = this.#lanes.get(laneKey(head.name, head.device));
    const p = lane?.flying.head ?? null;
    if (p === null || p.request.name !== head.name) return null;
    return typeof answer === 'object' && lane!.isLate(answer) ? null : p;
  }

  #unmatched(head: Head): void {
    let code: CountCode;
    if (this.#dialect.hasToken) code = this.#tokens.response(head.token, head.name, head.device);
    else code = this.#payLane(head) ? 'late' : 'stale';
    this.#effects.add({ type: 'drop', code });
  }

  #payLane(head: Head): boolean {
    const lane = this.#lanes.get(laneKey(head.name, head.device));
    if (lane === undefined || !lane.pay(head.name)) return false;
    this.#lanes.touch(lane);
    return true;
  }

  /** The reorder buffer is full: the first that is held goes out before its turn. */
  #overflow(lane: Lane): void {
    for (let p = lane.flying.head; p !== null; p = p.next) {
      if (p.state === 'held') {
        this.#run(p, OVERFLOW);
        return;
      }
    }
  }

  #each(lane: Lane | undefined, what: RequestEvent): void {
    if (lane === undefined) return;
    for (const p of [...lane.flying.toArray(), ...lane.waiting.toArray()]) this.#run(p, what);
  }

  #end(): readonly CorrelationEffect<Caller>[] {
    this.#lanes.settle(this.#next);
    return this.#effects.take();
  }

  #run(p: Pending, what: RequestEvent): void {
    const before = p.state;
    this.#current = p;
    this.#full = false;
    const after = step(before, p, what, this.#apply);
    if (after === null) {
      this.#effects.add({ type: 'count', code: 'bad_state' });
      return;
    }
    p.state = after;
    if (after !== before) this.#moved(p, before);
    if (!this.#full) return;
    this.#backlog.add(p);
    this.#run(p, REFUSED);
  }

  #moved(p: Pending, before: RequestState): void {
    if (before === 'new' && p.state === 'settled') return;
    if (before === 'new') this.#byId.set(p.id, p);
    else if (p.state === 'settled') this.#byId.delete(p.id);
    this.#lanes.moved(p, before);
  }

  #do(p: Pending, effect: RequestEffect): void {
    switch (effect.do) {
      case 'send':
        this.#send(p);
        return;
      case 'arm': {
        const { retryDelays } = this.#limits;
        const ms = effect.timer === 'request' ? p.timeout : retryDelays[retryDelays.length - p.retries - 1]!;
        this.#effects.add({ type: 'arm', timer: p.id, ms });
        return;
      }
      case 'disarm':
        this.#effects.add({ type: 'cancel', timer: p.id });
        return;
      case 'answered':
        if (p.token !== 0) this.#tokens.answered(this.#takeToken(p));
        return;
      case 'release':
        this.#backlog.delete(p);
        if (p.token !== 0) this.#tokens.unsent(this.#takeToken(p));
        return;
      case 'abandon':
        this.#abandon(p);
        return;
      case 'deliver':
        this.#deliver(p);
        return;
      case 'fail':
        this.#fail(p, effect.code, effect.outcome);
        return;
      case 'drop':
        this.#effects.add({ type: 'drop', code: effect.code });
        return;
      case 'count':
        this.#effects.add({ type: 'count', code: effect.code });
        return;
      case 'bus_error':
        this.#effects.add({ type: 'bus_error', code: effect.code });
    }
  }

  #send(p: Pending): void {
    if (p.token === 0 && this.#dialect.hasToken) {
      p.token = this.#tokens.allocate();
      this.#holders[p.token] = p;
    }
    // Nobody overtakes those the medium was full for.
    if (this.#backlog.size > 0) {
      this.#full = true;
      return;
    }
    if (p.reset && p.serial === 0) p.lane.resetSent();
    p.serial = ++this.#serial;
    const { name, kind, device, fields } = p.request;
    this.#effects.add({ type: 'send', id: p.id, message: { name, kind, device, token: p.token, fields } as Message });
  }

  #takeToken(p: Pending): number {
    const { token } = p;
    this.#holders[token] = null;
    p.token = 0;
    return token;
  }

  #abandon(p: Pending): void {
    const { name, device } = p.request;
    if (!this.#dialect.hasToken) {
      p.lane.owe(name, p.reset);
      return;
    }
    const lost = this.#tokens.abandoned(this.#takeToken(p), { name, device, serial: p.serial });
    if (lost === null) return;
    this.#effects.add({ type: 'count', code: lost });
    this.#effects.add({ type: 'ping' });
  }

  #deliver(p: Pending): void {
    const { answer } = p;
    if (!this.#dialect.hasToken && this.#dialect.answersInOrder && !p.reset) p.lane.caughtUp();
    if (typeof answer === 'string') {
      const outcome = p.idempotent ? 'none' : 'unknown';
      this.#fail(p, answer, outcome);
      return;
    }
    if (p.reset) this.#barrier(p);
    this.#effects.add({ type: 'done', id: p.id, caller: p.caller as Caller, message: answer! });
  }

  #fail(p: Pending, code: FaultCode, outcome: Fault['outcome']): void {
    const { name, device } = p.request;
    const fault = requestFault(code, outcome, name, device);
    this.#effects.add({ type: 'fail', id: p.id, caller: p.caller as Caller, fault });
  }

  /** 5.3: order per device guarantees that no response to anything older can follow the answer to a reset. */
  #barrier(p: Pending): void {
    if (!this.#dialect.answersInOrder) return;
    if (this.#dialect.hasToken) this.#tokens.barrier(p.request.device, p.serial);
    else p.lane.forgive();
  }
}
