import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CorrelationEffect, RequestMessage, ResponseMessage } from '../../runtime/dist/core/correlation/effect.js';
import { RequestTable } from '../../runtime/dist/core/correlation/request-table.js';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/dist/core/limits.js';
import type { DialectName } from '../../runtime/dist/wire/dialect.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import { atLeast, runs } from './support/properties.js';

/** What the wire does to responses besides delivering them. */
interface Wire {
  readonly loses: boolean;
  readonly duplicates: boolean;
  readonly reorders: boolean;
}

interface Setting {
  readonly dialect: DialectName;
  readonly limits: Limits;
  readonly tokens?: number;
  readonly wire: Wire;
}

/** A response under way, with the request it was made for. */
interface UnderWay {
  readonly owner: number;
  readonly message: ResponseMessage;
  readonly reset: boolean;
}

/** As `expect`, but for millions of times. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`must hold: ${what}`);
}

const asks: readonly ((device: number) => RequestMessage)[] = [
  (device) => ({ name: 'GET_DEVICE_STATUS', kind: 'request', device, token: 0, fields: {} }),
  (device) => ({ name: 'SET_DEVICE_STATUS', kind: 'request', device, token: 0, fields: { status: 1 } }),
  (device) => ({ name: 'GET_CONFIG', kind: 'request', device, token: 0, fields: { offset: 0, length: 0 } }),
  (device) => ({ name: 'RESET_VQUEUE', kind: 'request', device, token: 0, fields: { index: 0 } }),
  () => ({ name: 'PING', kind: 'request', device: 0, token: 0, fields: { data: 1 } }),
  (device) => ({ name: 'SET_DEVICE_STATUS', kind: 'request', device, token: 0, fields: { status: 0 } }),
];

function responseTo(m: RequestMessage): ResponseMessage {
  const head = { kind: 'response', device: m.device, token: m.token } as const;
  if (m.name === 'PING') return { ...head, name: m.name, fields: m.fields };
  if (m.name === 'GET_CONFIG')
    return { ...head, name: m.name, fields: { generation: 0, offset: 0, data: new Uint8Array(0) } };
  if (m.name === 'SET_DEVICE_STATUS') return { ...head, name: m.name, fields: m.fields };
  if (m.name === 'GET_DEVICE_STATUS') return { ...head, name: m.name, fields: { status: 1 } };
  return { ...head, name: 'RESET_VQUEUE', fields: {} };
}

/** The model: what a caller and a wire see of a request table, and what may never happen. */
class World {
  readonly setting: Setting;
  readonly requests = new Map<number, RequestMessage>();
  readonly settled = new Set<number>();
  readonly timers = new Set<number>();
  readonly wire: UnderWay[] = [];
  /** The token each unsettled request went out with last. */
  readonly tokens = new Map<number, number>();
  readonly lastDone = new Map<number, number>();
  /** For each token put to rest: how many had been, at that time. */
  readonly restedAt = new Map<number, number>();
  rested = 0;
  full = false;
  up = true;

  constructor(setting: Setting) {
    this.setting = setting;
  }

  laneOf(m: { readonly name: string; readonly device: number }): number {
    return m.name === 'PING' ? -1 : m.device;
  }

  submitted(id: number, request: RequestMessage): void {
    must(!this.requests.has(id), 'an id is given once');
    this.requests.set(id, request);
  }

  rest(token: number): void {
    this.restedAt.set(token, ++this.rested);
  }

  /** Does the effects, as a shell would. `cause`: the response under way that brought them about. */
  take(table: RequestTable, effects: readonly CorrelationEffect[], cause: UnderWay | null = null): void {
    for (const e of effects) {
      switch (e.type) {
        case 'send':
          this.sent(table, e.id, e.message as RequestMessage);
          break;
        case 'arm':
          must(e.ms > 0, 'a timer takes time');
          this.timers.add(e.timer);
          break;
        case 'cancel':
          this.timers.delete(e.timer);
          break;
        case 'done':
          this.done(e.id, e.message, cause);
          break;
        case 'fail':
          this.settle(e.id);
          break;
        case 'drop':
          if (e.code === 'late' && cause !== null) this.rest(cause.message.token);
          break;
        case 'count':
          if (e.code === 'early') this.rest(cause!.message.token);
          if (e.code === 'lost_response') this.rested++;
          must(e.code !== 'bad_state', 'every event has a row');
      }
    }
    this.check(table);
  }

  private sent(table: RequestTable, id: number, message: RequestMessage): void {
    must(!this.settled.has(id), 'nothing settled is sent');
    if (DIALECTS[this.setting.dialect].hasToken) {
      must(message.token > 0, 'token 0 is in no request');
      for (const [other, token] of this.tokens) {
        must(other === id || token !== message.token, 'no two requests in flight share a token');
      }
    }
    this.tokens.set(id, message.token);
    if (this.full) {
      this.take(table, table.refused(id));
      return;
    }
    this.restedAt.delete(message.token);
    const reset = message.name === 'SET_DEVICE_STATUS' && message.fields.status === 0;
    this.wire.push({ owner: id, message: responseTo(message), reset });
  }

  private done(id: number, message: ResponseMessage, cause: UnderWay | null): void {
    const request = this.requests.get(id)!;
    must(
      message.name === request.name && message.device === request.device,
      'a response is of the message and device asked',
    );
    // Whose answer was it? One that came in this turn, or one that was held.
    const owner = this.owners.get(message)!;
    if (owner.owner !== id) {
      // Without tokens a reset may be answered by the answer to an earlier reset, and by nothing else.
      must(!DIALECTS[this.setting.dialect].hasToken, 'a request is settled by its own response');
      const reset = request.name === 'SET_DEVICE_STATUS' && request.fields.status === 0;
      must(owner.reset && reset, 'only a reset is settled by the response to an older one');
    }
    if (cause?.owner === id && cause.message === message && !this.restedAt.has(message.token)) this.rest(message.token);
    if (DIALECTS[this.setting.dialect].order === 'strict') {
      const lane = this.laneOf(request);
      must(id > (this.lastDone.get(lane) ?? 0), 'responses reach callers in request order');
      this.lastDone.set(lane, id);
    }
    this.settle(id);
  }

  readonly owners = new Map<ResponseMessage, UnderWay>();

  private settle(id: number): void {
    must(this.requests.has(id), 'only what was submitted is settled');
    must(!this.settled.has(id), 'a request is settled once');
    this.settled.add(id);
    this.tokens.delete(id);
    must(!this.timers.has(id), 'no timer outlives its request');
  }

  /** Takes a response off the wire, or null where the wire does not allow that, or it is later than anybody promises. */
  pick(n: number, keep: boolean): UnderWay | null {
    if (this.wire.length === 0) return null;
    let i = n % this.wire.length;
    const { reorders } = this.setting.wire;
    if (!reorders) i = this.wire.findIndex((u) => this.laneOf(u.message) === this.laneOf(this.wire[i]!.message));
    const picked = this.wire[i]!;
    const restedAt = this.restedAt.get(picked.message.token);
    const tooLate = restedAt !== undefined && this.rested - restedAt >= this.setting.limits.tokenQuarantine;
    if (!keep || tooLate) this.wire.splice(i, 1);
    return tooLate ? null : picked;
  }

  check(table: RequestTable): void {
    const { limits } = this.setting;
    const { inFlight, waiting, zombies } = table.size;
    must(inFlight <= limits.maxInFlightPerBus, 'in flight is bounded');
    must(waiting <= limits.maxWaiting, 'waiting is bounded');
    must(zombies <= limits.maxZombies, 'zombies are bounded');
    must(this.timers.size <= inFlight + waiting, 'timers are bounded');
  }
}

type Act = fc.Command<World, RequestTable>;

class Submit implements Act {
  constructor(
    readonly what: number,
    readonly device: number,
  ) {}
  check = () => true;
  run(w: World, t: RequestTable): void {
    const request = asks[this.what]!(this.device);
    const { id, effects } = t.submit(request);
    w.submitted(id, request);
    w.take(t, effects);
  }
  toString = () => `submit(${asks[this.what]!(this.device).name} ${this.device})`;
}

class Respond implements Act {
  constructor(
    readonly n: number,
    readonly how: 'once' | 'again' | 'lose' | 'broken',
  ) {}
  check = (w: World) => {
    const { loses, duplicates } = w.setting.wire;
    return w.wire.length > 0 && (this.how !== 'lose' || loses) && (this.how !== 'again' || duplicates);
  };
  run(w: World, t: RequestTable): void {
    const picked = w.pick(this.n, this.how === 'again');
    if (picked === null || this.how === 'lose') return;
    if (this.how === 'broken') {
      const { name, device, token } = picked.message;
      // It puts the token to rest like any response, unless it is thrown away.
      const effects = t.malformed({ name, device, token }, 'bad_size');
      if (!effects.some((e) => e.type === 'drop')) w.rest(token);
      w.take(t, effects, picked);
      return;
    }
    // A copy each time, so that a delivered response is known to be that one.
    const message = { ...picked.message };
    w.owners.set(message, picked);
    w.take(t, t.response(message), { ...picked, message });
  }
  toString = () => `${this.how}(${this.n})`;
}

class Forge implements Act {
  constructor(
    readonly token: number,
    readonly what: number,
    readonly device: number,
  ) {}
  // A forged response that fits by chance cannot be told from a true one: only those that fit nobody are sent.
  check = (w: World) => {
    const m = asks[this.what]!(this.device);
    const fits = (o: { name: string; device: number }) => o.name === m.name && o.device === m.device;
    return ![...w.requests].some(([, r]) => fits(r));
  };
  run(w: World, t: RequestTable): void {
    const effects = t.response(responseTo({ ...asks[this.what]!(this.device), token: this.token }));
    must(effects.length === 1 && effects[0]!.type === 'drop', 'a forged response is dropped, and nothing else');
    w.take(t, effects);
  }
  toString = () => `forge(${this.token})`;
}

class Timer implements Act {
  constructor(readonly n: number) {}
  check = (w: World) => w.timers.size > 0;
  run(w: World, t: RequestTable): void {
    const id = [...w.timers][this.n % w.timers.size]!;
    w.timers.delete(id);
    w.take(t, t.timer(id));
  }
  toString = () => `timer(${this.n})`;
}

class Cancel implements Act {
  constructor(readonly n: number) {}
  check = (w: World) => w.requests.size > 0;
  run(w: World, t: RequestTable): void {
    const id = 1 + (this.n % w.requests.size);
    const effects = t.cancel(id);
    must((effects.length === 0) === w.settled.has(id), 'cancelling does something exactly while it can');
    w.take(t, effects);
  }
  toString = () => `cancel(${this.n})`;
}

class Happen implements Act {
  constructor(
    readonly what: 'reset' | 'remove' | 'down' | 'full' | 'writable',
    readonly device: number,
  ) {}
  check = () => true;
  run(w: World, t: RequestTable): void {
    switch (this.what) {
      case 'reset':
        w.take(t, t.deviceReset(this.device));
        break;
      case 'remove':
        w.take(t, t.deviceRemoved(this.device));
        break;
      case 'down':
        w.take(t, t.busDown());
        must(w.settled.size === w.requests.size, 'nothing survives its bus');
        // A new epoch is a new medium: nothing of the old one arrives.
        w.wire.length = 0;
        w.restedAt.clear();
        t.busUp();
        break;
      case 'full':
        w.full = true;
        break;
      case 'writable':
        w.full = false;
        w.take(t, t.writable());
    }
  }
  toString = () => `${this.what}(${this.device})`;
}

const device = fc.integer({ min: 0, max: 2 });
const n = fc.nat({ max: 40 });
const acts = [
  fc.tuple(fc.nat({ max: 4 }), device).map(([what, d]) => new Submit(what, d)),
  fc.tuple(fc.nat({ max: 4 }), device).map(([what, d]) => new Submit(what, d)),
  fc.tuple(fc.nat({ max: 5 }), device).map(([what, d]) => new Submit(what, d)),
  n.map((i) => new Respond(i, 'once')),
  n.map((i) => new Respond(i, 'once')),
  fc.tuple(n, fc.constantFrom('again', 'again', 'lose', 'broken')).map(([i, how]) => new Respond(i, how as 'again')),
  fc.tuple(n, fc.nat({ max: 4 }), device).map(([token, what, d]) => new Forge(token, what, d)),
  n.map((i) => new Timer(i)),
  n.map((i) => new Cancel(i)),
  fc
    .tuple(fc.constantFrom('reset', 'remove', 'down', 'full', 'writable', 'writable'), device)
    .map(([what, d]) => new Happen(what as 'reset', d)),
];

/** Lets everything run out: the medium is writable, no response comes any more, every timer fires. */
function runOut(w: World, t: RequestTable): void {
  w.full = false;
  w.take(t, t.writable());
  const most = 2 + 2 * (w.setting.limits.retryDelays.length + 1);
  for (let round = 0; w.timers.size > 0; round++) {
    must(round < most * (w.requests.size + 1), 'it ends');
    for (const id of [...w.timers]) {
      if (!w.timers.delete(id)) continue;
      w.take(t, t.timer(id));
    }
  }
  must(w.settled.size === w.requests.size, 'every request is settled');
  must(t.size.inFlight === 0 && t.size.waiting === 0, 'nothing is left');
}

const limits: Limits = {
  ...DEFAULT_LIMITS,
  maxInFlightPerBus: 4,
  maxInFlightPerDevice: 3,
  maxWaiting: 4,
  maxZombies: 5,
  tokenQuarantine: 3,
  reorderBuffer: 3,
};
const wild: Wire = { loses: true, duplicates: true, reorders: true };
const orderly: Wire = { loses: true, duplicates: false, reorders: false };

const settings: readonly [string, Setting][] = [
  ['rfc3, all tokens, any wire', { dialect: 'rfc3', limits, wire: wild }],
  ['v1-2026, few tokens, any wire within the quarantine', { dialect: 'v1-2026', limits, tokens: 28, wire: wild }],
  ['pr28, all tokens, any wire', { dialect: 'pr28', limits, wire: wild }],
  ['pr28, few tokens, a wire in order that loses', { dialect: 'pr28', limits, tokens: 28, wire: orderly }],
  [
    'rfc2, a wire in order that loses',
    { dialect: 'rfc2', limits: { ...limits, maxInFlightPerDevice: 1 }, wire: orderly },
  ],
];

describe('requests in every interleaving', () => {
  it.each(settings)('are settled once, by their own response, in bounded memory: %s', (_name, setting) => {
    let steps = 0;
    fc.assert(
      fc.property(fc.commands(acts, { maxCommands: 60, size: 'max' }), (commands) => {
        const world = new World(setting);
        const table = new RequestTable({
          dialect: DIALECTS[setting.dialect],
          side: 'driver',
          limits: setting.limits,
          maxMessage: 264,
          knows: () => true,
          tokens: setting.tokens,
        });
        fc.modelRun(() => ({ model: world, real: table }), commands);
        runOut(world, table);
        steps += world.requests.size;
      }),
      runs(),
    );
    expect(steps).toBeGreaterThan(atLeast(10_000));
  });
});
