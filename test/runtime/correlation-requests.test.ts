import { describe, expect, it } from 'vitest';
import type { CorrelationEffect, RequestMessage, ResponseMessage } from '../../runtime/dist/core/correlation/effect.js';
import { RequestTable, type RequestTableOptions } from '../../runtime/dist/core/correlation/request-table.js';
import { isReset, longestLife } from '../../runtime/dist/core/correlation/retry.js';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/dist/core/limits.js';
import type { DialectName } from '../../runtime/dist/wire/dialect.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';

const make = (name: DialectName, limits: Partial<Limits> = {}, more: Partial<RequestTableOptions> = {}): RequestTable =>
  new RequestTable({
    dialect: DIALECTS[name],
    side: 'driver',
    limits: { ...DEFAULT_LIMITS, ...limits },
    maxMessage: 264,
    knows: (device) => device < 9,
    ...more,
  });

const get = (device = 1): RequestMessage => ({
  name: 'GET_DEVICE_STATUS',
  kind: 'request',
  device,
  token: 0,
  fields: {},
});
const set = (status: number, device = 1): RequestMessage => ({
  name: 'SET_DEVICE_STATUS',
  kind: 'request',
  device,
  token: 0,
  fields: { status },
});
const ping = (data = 7): RequestMessage => ({ name: 'PING', kind: 'request', device: 0, token: 0, fields: { data } });
const devices: RequestMessage = { ...ping(), name: 'GET_DEVICES', fields: { offset: 0, count: 8 } };
const reply = (token: number, status = 1, device = 1): ResponseMessage => ({
  name: 'GET_DEVICE_STATUS',
  kind: 'response',
  device,
  token,
  fields: { status },
});
const setReply = (token: number, status = 1, device = 1): ResponseMessage => ({
  name: 'SET_DEVICE_STATUS',
  kind: 'response',
  device,
  token,
  fields: { status },
});

/** Effects in short: `send 1 t1`, `arm 1 1000`, `done 1`, `fail 1 timeout unknown`, … */
const brief = (effects: readonly CorrelationEffect[]): string[] =>
  effects.map((e) => {
    switch (e.type) {
      case 'send':
        return `send ${e.id} t${e.message.token}`;
      case 'arm':
        return `arm ${e.timer} ${e.ms}`;
      case 'cancel':
        return `cancel ${e.timer}`;
      case 'done':
        return `done ${e.id}`;
      case 'fail':
        return `fail ${e.id} ${e.fault.code} ${e.fault.outcome}`;
      case 'needs_reset':
        return `needs_reset ${e.device}`;
      case 'ping':
        return 'ping';
      default:
        return `${e.type} ${e.code}`;
    }
  });

describe('a request', () => {
  it('is sent with a token of its own, awaited and done', () => {
    const t = make('v1-2026');
    expect(brief(t.submit(get()).effects)).toEqual(['send 1 t1', 'arm 1 1000']);
    expect(brief(t.submit(set(1)).effects)).toEqual(['send 2 t2', 'arm 2 1000']);
    expect(brief(t.response(setReply(2)))).toEqual(['cancel 2', 'done 2']);
    expect(brief(t.response(reply(1)))).toEqual(['cancel 1', 'done 1']);
    expect(t.size).toEqual({ inFlight: 0, waiting: 0, zombies: 0 });
  });

  it('is refused at once when it cannot be sent', () => {
    const t = make('v1-2026', {}, { maxMessage: 52 });
    const big: RequestMessage = {
      name: 'SET_CONFIG',
      kind: 'request',
      device: 1,
      token: 0,
      fields: { generation: 0, offset: 0, data: new Uint8Array(33) },
    };
    expect(brief(t.submit(big).effects)).toEqual(['fail 1 too_big none']);
    expect(brief(t.submit(get(9)).effects)).toEqual(['fail 2 no_device none']);
    const info: RequestMessage = { name: 'GET_DEVICE_INFO', kind: 'request', device: 9, token: 0, fields: {} };
    expect(brief(t.submit(info).effects)[0]).toBe('send 3 t1');
    expect(brief(t.submit(ping()).effects)[0]).toBe('send 4 t2');
    t.busDown();
    expect(brief(t.submit(get()).effects)).toEqual(['fail 5 bus_down none']);
    t.busUp();
    expect(brief(t.submit(get()).effects)[0]).toBe('send 6 t3');
    const device = make('v1-2026', {}, { side: 'device' });
    expect(brief(device.submit(get()).effects)).toEqual(['fail 1 wrong_dir none']);
  });

  it('of the bus, or for the information of a device, asks about no number', () => {
    const t = make('v1-2026', {}, { knows: () => false });
    const info: RequestMessage = { ...get(0), name: 'GET_DEVICE_INFO', fields: {} };
    const asks = [ping(), devices, info];
    expect(asks.map((request) => brief(t.submit(request).effects)[0])).toEqual(['send 1 t1', 'send 2 t2', 'send 3 t3']);
    expect(brief(t.submit(get(0)).effects)).toEqual(['fail 4 no_device none']);
  });

  it('is a reset if it writes 0 to the status, and is no response that tells of it', () => {
    expect([set(0), set(1), get(), setReply(1, 0), reply(1, 0)].map(isReset)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('waits longer for a reset, and as long as the caller says', () => {
    const t = make('v1-2026');
    expect(brief(t.submit(set(0)).effects)[1]).toBe('arm 1 6000');
    const queue: RequestMessage = { name: 'RESET_VQUEUE', kind: 'request', device: 1, token: 0, fields: { index: 0 } };
    expect(brief(t.submit(queue).effects)[1]).toBe('arm 2 6000');
    expect(brief(t.submit(get(), 5).effects)[1]).toBe('arm 3 5');
  });

  it('ignores a response of another message or device: the true one may still come', () => {
    const t = make('v1-2026');
    t.submit(get());
    expect(brief(t.response(setReply(1)))).toEqual(['drop mismatch']);
    expect(brief(t.response(reply(1, 0, 2)))).toEqual(['drop mismatch']);
    expect(brief(t.response(reply(1)))).toEqual(['cancel 1', 'done 1']);
  });

  it('tells stale, duplicate and late responses apart, and delivers none', () => {
    const t = make('v1-2026');
    expect(brief(t.response(reply(1)))).toEqual(['drop stale']);
    expect(brief(t.response(reply(0)))).toEqual(['drop stale']);
    t.submit(get());
    t.response(reply(1));
    expect(brief(t.response(reply(1)))).toEqual(['drop duplicate']);
    t.submit(set(1));
    expect(brief(t.timer(2))).toEqual(['fail 2 timeout unknown']);
    expect(brief(t.response(reply(2)))).toEqual(['drop mismatch']);
    expect(brief(t.response(setReply(2)))).toEqual(['drop late']);
    expect(brief(t.response(setReply(2)))).toEqual(['drop duplicate']);
  });

  it('fails at once when its response is malformed', () => {
    const t = make('v1-2026');
    t.submit(set(1));
    const head = { name: 'SET_DEVICE_STATUS' as const, device: 1, token: 1 };
    expect(brief(t.malformed(head, 'bad_size'))).toEqual(['cancel 1', 'fail 1 bad_size unknown']);
    expect(brief(t.malformed(head, 'bad_size'))).toEqual(['drop duplicate']);
    t.submit(get());
    expect(brief(t.malformed({ ...head, name: 'GET_DEVICE_STATUS', token: 2 }, 'bad_size'))[1]).toBe(
      'fail 2 bad_size none',
    );
  });

  it('is asked again with new tokens when that does nothing twice', () => {
    const t = make('v1-2026');
    t.submit(get());
    expect(brief(t.timer(1))).toEqual(['arm 1 50']);
    expect(brief(t.response(reply(1)))).toEqual(['drop late']);
    expect(brief(t.timer(1))).toEqual(['send 1 t2', 'arm 1 1000']);
    expect(brief(t.timer(1))).toEqual(['arm 1 200']);
    expect(brief(t.timer(1))).toEqual(['send 1 t3', 'arm 1 1000']);
    expect(brief(t.timer(1))).toEqual(['fail 1 timeout none']);
    expect(longestLife(get(), DEFAULT_LIMITS, true)).toBe(4250);
    expect(longestLife(set(1), DEFAULT_LIMITS, true)).toBe(2000);
    expect(longestLife(get(), DEFAULT_LIMITS, false, 10)).toBe(20);
  });

  it('fails without a token for its retry', () => {
    const t = make(
      'v1-2026',
      { maxInFlightPerBus: 2, maxInFlightPerDevice: 40, tokenQuarantine: 0, maxZombies: 99 },
      { tokens: 8 },
    );
    t.submit(get());
    expect(brief(t.timer(1))).toEqual(['arm 1 50']);
    for (let i = 0; i < 7; i++) t.cancel(t.submit(set(1)).id);
    expect(brief(t.timer(1))).toEqual(['fail 1 no_tokens none']);
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 9 1000']);
    // A token comes back, and with it who waits for it.
    expect(brief(t.response(setReply(2)))).toEqual(['drop late', 'send 9 t2', 'arm 9 1000']);
  });

  it('is cancelled without a word to the peer', () => {
    const t = make('v1-2026');
    const { id } = t.submit(set(1));
    expect(brief(t.cancel(id))).toEqual(['cancel 1', 'fail 1 cancelled unknown']);
    expect(t.cancel(id)).toEqual([]);
    expect(t.timer(id)).toEqual([]);
    expect(t.size.zombies).toBe(1);
    expect(brief(t.response(setReply(1)))).toEqual(['drop late']);
  });
});

describe('limits', () => {
  it('of a device make requests wait, each device in its own line', () => {
    const t = make('v1-2026', { maxInFlightPerDevice: 1 });
    t.submit(get());
    expect(brief(t.submit(get()).effects)).toEqual(['arm 2 1000']);
    expect(brief(t.submit(get(2)).effects)).toEqual(['send 3 t2', 'arm 3 1000']);
    // Device 0 and the bus are two things.
    expect(brief(t.submit(get(0)).effects)[0]).toBe('send 4 t3');
    expect(brief(t.submit(ping()).effects)[0]).toBe('send 5 t4');
    expect(brief(t.response(reply(1)))).toEqual(['cancel 1', 'done 1', 'send 2 t5', 'arm 2 1000']);
    expect(brief(t.submit(devices).effects)).toEqual(['arm 6 1000']);
    const pong: ResponseMessage = { name: 'PING', kind: 'response', device: 0, token: 4, fields: { data: 7 } };
    expect(brief(t.response(pong))).toContain('send 6 t6');
  });

  it('of the bus let the devices that wait go in turn', () => {
    const t = make('v1-2026', { maxInFlightPerBus: 1 });
    t.submit(get(1));
    for (const device of [2, 2, 3]) t.submit(get(device));
    expect(t.size).toEqual({ inFlight: 1, waiting: 3, zombies: 0 });
    expect(brief(t.response(reply(1)))[2]).toBe('send 2 t2');
    expect(brief(t.response(reply(2, 1, 2)))[2]).toBe('send 4 t3');
    expect(brief(t.response(reply(3, 1, 3)))[2]).toBe('send 3 t4');
  });

  it('of the bus let as many go at once as there is room for, also of one device', () => {
    const t = make('v1-2026', { maxInFlightPerBus: 3 });
    for (const device of [1, 1, 1, 2, 2, 3, 2]) t.submit(get(device));
    expect(brief(t.deviceRemoved(1)).filter((e) => e.startsWith('send'))).toEqual([
      'send 4 t4',
      'send 6 t5',
      'send 5 t6',
    ]);
    expect(brief(t.response(reply(5, 1, 3)))).toContain('send 7 t7');
  });

  it('of the bus let no reset that makes room overtake the devices that wait', () => {
    const t = make('v1-2026', { maxInFlightPerBus: 1 });
    t.submit(get(1));
    t.submit(get(2));
    const ends = ['cancel 1', 'fail 1 reset none', 'arm 3 6000'];
    expect(brief(t.submit(set(0, 1)).effects)).toEqual([...ends, 'send 2 t2', 'arm 2 1000']);
    expect(brief(t.response(reply(2, 1, 2)))).toEqual(['cancel 2', 'done 2', 'send 3 t3', 'arm 3 6000']);
  });

  it('of the waiting line refuse what is too much', () => {
    const t = make('v1-2026', { maxInFlightPerBus: 1, maxWaiting: 1 });
    t.submit(get());
    t.submit(get());
    expect(brief(t.submit(get()).effects)).toEqual(['fail 3 limit none']);
    expect(brief(t.timer(2))).toEqual(['fail 2 timeout none']);
    expect(brief(t.submit(get()).effects)).toEqual(['arm 4 1000']);
    expect(brief(t.cancel(4))).toEqual(['cancel 4', 'fail 4 cancelled none']);
  });

  it('of tokens are named as such', () => {
    const limits = { maxInFlightPerBus: 1, tokenQuarantine: 0, maxZombies: 99, maxWaiting: 0 };
    const t = make('v1-2026', limits, { tokens: 4 });
    for (let i = 0; i < 4; i++) t.cancel(t.submit(set(1)).id);
    expect(brief(t.submit(get()).effects)).toEqual(['fail 5 no_tokens none']);
  });

  it('of lost responses make the bus look after its peer', () => {
    const t = make('v1-2026', { maxZombies: 1 });
    t.cancel(t.submit(set(1)).id);
    const second = t.submit(set(1)).id;
    expect(brief(t.cancel(second))).toEqual(['count lost_response', 'ping', 'cancel 2', 'fail 2 cancelled unknown']);
  });

  it('of the message size hold for what is not sent yet, when they are lowered', () => {
    const t = make('v1-2026', { maxInFlightPerDevice: 1 });
    t.submit(set(1));
    t.submit(set(1));
    t.submit(get());
    // 12 bytes just fit.
    expect(t.maxMessageChanged(12)).toEqual([]);
    expect(brief(t.maxMessageChanged(10))).toEqual(['cancel 2', 'fail 2 too_big none']);
    // A reset that cannot be sent ends nothing.
    expect(brief(t.submit(set(0)).effects)).toEqual(['fail 4 too_big none']);
    expect(brief(t.response(setReply(1)))).toEqual(['cancel 1', 'done 1', 'send 3 t2', 'arm 3 1000']);
  });
});

describe('a full medium', () => {
  it('is tried again when it is writable, in order, while the timers run', () => {
    const t = make('v1-2026');
    t.submit(get());
    expect(t.refused(1)).toEqual([]);
    // Nobody overtakes.
    expect(brief(t.submit(get()).effects)).toEqual(['arm 2 1000']);
    expect(brief(t.response(reply(1)))).toEqual(['drop stale']);
    expect(brief(t.writable())).toEqual(['send 1 t1', 'send 2 t2']);
    expect(brief(t.response(reply(1)))).toEqual(['cancel 1', 'done 1']);
    expect(t.refused(1)).toEqual([]);
  });

  it('leaves no zombie of what was never sent', () => {
    const t = make('v1-2026');
    t.refused(t.submit(set(1)).id);
    expect(brief(t.timer(1))).toEqual(['fail 1 timeout none']);
    expect(t.size).toEqual({ inFlight: 0, waiting: 0, zombies: 0 });
    expect(t.writable()).toEqual([]);
    t.refused(t.submit(set(1)).id);
    expect(brief(t.cancel(2))).toEqual(['cancel 2', 'fail 2 cancelled none']);
    expect(brief(t.submit(get()).effects)[0]).toBe('send 3 t3');
  });

  it('takes no token for good from what was never sent', () => {
    const t = make('v1-2026', { maxInFlightPerBus: 1, tokenQuarantine: 0 }, { tokens: 4 });
    for (let i = 0; i < 9; i++) {
      const { id } = t.submit(set(1));
      expect([t.refused(id), brief(t.cancel(id))]).toEqual([[], [`cancel ${id}`, `fail ${id} cancelled none`]]);
    }
    expect(t.size).toEqual({ inFlight: 0, waiting: 0, zombies: 0 });
    expect(brief(t.submit(get()).effects)[0]).toBe('send 10 t2');
  });
});

describe('order', () => {
  it('is kept for the caller in pr28: a response ahead of an older one is held', () => {
    const t = make('pr28');
    for (let i = 0; i < 3; i++) t.submit(get());
    expect(brief(t.response(reply(3)))).toEqual(['cancel 3', 'count early']);
    expect(brief(t.response(reply(3)))).toEqual(['drop duplicate']);
    expect(brief(t.response(reply(2)))).toEqual(['cancel 2', 'count early']);
    expect(brief(t.response(reply(1)))).toEqual(['cancel 1', 'done 1', 'done 2', 'done 3']);
  });

  it('leaves a held one alone when its timer or a full medium is told of all the same', () => {
    const t = make('pr28');
    for (let i = 0; i < 2; i++) t.submit(get());
    t.response(reply(2));
    expect(brief(t.timer(2))).toEqual(['count bad_state']);
    expect(t.refused(2)).toEqual([]);
    expect(t.writable()).toEqual([]);
    expect(brief(t.response(reply(1)))).toEqual(['cancel 1', 'done 1', 'done 2']);
  });

  it('is nobody else’s business than that device’s', () => {
    const t = make('pr28');
    t.submit(get(1));
    t.submit(get(2));
    expect(brief(t.response(reply(2, 1, 2)))).toEqual(['cancel 2', 'done 2']);
  });

  it('lets the held go when the older one fails, and not when it is only asked again', () => {
    const t = make('pr28');
    t.submit(set(1));
    t.submit(get());
    t.response(reply(2));
    expect(brief(t.timer(1))).toEqual(['fail 1 timeout unknown', 'done 2']);
    t.submit(get());
    t.submit(set(1));
    t.response(setReply(4));
    expect(brief(t.timer(3))).toEqual(['arm 3 50']);
    expect(brief(t.cancel(4))).toEqual(['fail 4 cancelled unknown']);
    expect(t.size.zombies).toBe(2);
  });

  it('may be asked for in any dialect, and be done without in pr28', () => {
    const strict = make('v1-2026', {}, { order: 'strict' });
    const relaxed = make('pr28', {}, { order: 'relaxed' });
    for (const t of [strict, relaxed]) for (let i = 0; i < 2; i++) t.submit(get());
    expect(brief(strict.response(reply(2)))).toEqual(['cancel 2', 'count early']);
    expect(brief(relaxed.response(reply(2)))).toEqual(['cancel 2', 'done 2']);
  });

  it('gives way when too many are held', () => {
    const t = make('pr28', { reorderBuffer: 1 });
    for (let i = 0; i < 4; i++) t.submit(get());
    t.response(reply(3));
    expect(brief(t.response(reply(4)))).toEqual([
      'cancel 4',
      'count early',
      'count limit',
      'bus_error limit',
      'done 3',
    ]);
    expect(brief(t.response(reply(1)))).toEqual(['cancel 1', 'done 1']);
    expect(brief(t.response(reply(2)))).toEqual(['cancel 2', 'done 2', 'done 4']);
  });
});

describe('a device', () => {
  it('that is reset ends what is pending, held or waiting, but not the reset', () => {
    const t = make('pr28', { maxInFlightPerDevice: 2 });
    for (let i = 0; i < 3; i++) t.submit(set(1));
    t.response(setReply(2));
    const ends = ['cancel 1', 'fail 1 reset unknown', 'fail 2 reset unknown', 'cancel 3', 'fail 3 reset none'];
    expect(brief(t.submit(set(0)).effects)).toEqual([...ends, 'send 4 t3', 'arm 4 6000']);
    expect(t.deviceReset(1)).toEqual([]);
    expect(t.deviceReset(5)).toEqual([]);
    expect(brief(t.response(setReply(3, 0)))).toEqual(['cancel 4', 'done 4']);
  });

  it('that answers a reset owes nothing older in pr28, and still does in rfc3', () => {
    for (const [name, after] of [
      ['pr28', 0],
      ['rfc3', 1],
    ] as const) {
      const t = make(name);
      t.submit(set(1));
      t.submit(set(0));
      expect(t.size.zombies).toBe(1);
      t.response(setReply(2, 0));
      expect(t.size.zombies).toBe(after);
      expect(brief(t.response(setReply(1)))).toEqual([after === 0 ? 'drop stale' : 'drop late']);
    }
  });

  it('that is removed ends everything, the reset too', () => {
    const t = make('v1-2026');
    t.submit(set(0));
    t.submit(get());
    t.submit(get(2));
    expect(brief(t.deviceRemoved(1))).toEqual([
      'cancel 1',
      'fail 1 removed unknown',
      'cancel 2',
      'fail 2 removed none',
    ]);
    expect(t.deviceRemoved(1)).toEqual([]);
    expect(t.size).toEqual({ inFlight: 1, waiting: 0, zombies: 2 });
  });

  it('is not waited for when the bus is down', () => {
    const t = make('pr28', { maxInFlightPerDevice: 2 });
    for (let i = 0; i < 3; i++) t.submit(set(1));
    t.response(setReply(2));
    const ends = [
      'cancel 1',
      'fail 1 peer_dead unknown',
      'fail 2 peer_dead unknown',
      'cancel 3',
      'fail 3 peer_dead none',
    ];
    expect(brief(t.busDown('peer_dead'))).toEqual(ends);
    expect(t.size).toEqual({ inFlight: 0, waiting: 0, zombies: 0 });
    t.busUp();
    expect(brief(t.response(setReply(1)))).toEqual(['drop stale']);
    t.submit(get());
    expect(brief(t.busDown())).toEqual(['cancel 4', 'fail 4 bus_down none']);
  });
});

describe('without tokens', () => {
  it('one request of a device is in flight, and found by device and message id', () => {
    const t = make('rfc2');
    expect(brief(t.submit(get()).effects)).toEqual(['send 1 t0', 'arm 1 1000']);
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 2 1000']);
    expect(brief(t.submit(get(2)).effects)[0]).toBe('send 3 t0');
    expect(brief(t.response(setReply(0)))).toEqual(['drop stale']);
    expect(brief(t.response(reply(0)))).toEqual(['cancel 1', 'done 1', 'send 2 t0', 'arm 2 1000']);
    expect(brief(t.response(reply(0, 1, 5)))).toEqual(['drop stale']);
    const head = { name: 'SET_DEVICE_STATUS' as const, device: 1, token: 0 };
    expect(brief(t.malformed(head, 'bad_size'))[1]).toBe('fail 2 bad_size unknown');
    t.submit(set(15));
    expect(brief(t.response(setReply(0, 15)))).toEqual(['cancel 4', 'done 4']);
  });

  it('a message id is not used again while a response to it may come', () => {
    const t = make('rfc2');
    t.submit(get());
    expect(brief(t.timer(1))).toEqual(['fail 1 timeout none']);
    expect(brief(t.submit(get()).effects)).toEqual(['arm 2 1000']);
    // Another one could be sent, and does not overtake the one that waits.
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 3 1000']);
    expect(brief(t.response(reply(0)))).toEqual(['drop late', 'send 2 t0', 'arm 2 1000']);
    expect(brief(t.response(reply(0)))).toEqual(['cancel 2', 'done 2', 'send 3 t0', 'arm 3 1000']);
  });

  it('a new bus epoch ends that', () => {
    const t = make('rfc2');
    t.cancel(t.submit(get()).id);
    expect(brief(t.submit(get()).effects)).toEqual(['arm 2 1000']);
    t.busDown();
    t.busUp();
    expect(brief(t.submit(get()).effects)).toEqual(['send 3 t0', 'arm 3 1000']);
  });

  it('an answered reset ends that, and is let through itself', () => {
    const t = make('rfc2');
    t.cancel(t.submit(get()).id);
    t.cancel(t.submit(set(1)).id);
    expect(brief(t.submit(set(0)).effects)[0]).toBe('send 3 t0');
    // The late one to the write of 1, told by its content.
    expect(brief(t.response(setReply(0, 1)))).toEqual(['drop late']);
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 3', 'done 3']);
    expect(brief(t.submit(set(1)).effects)[0]).toBe('send 4 t0');
    t.response(setReply(0, 1));
    expect(brief(t.submit(get()).effects)[0]).toBe('send 5 t0');
  });

  it('as many late responses are waited for as are owed, whether to a write or to a reset', () => {
    const t = make('rfc2');
    t.cancel(t.submit(set(1)).id);
    t.cancel(t.submit(set(0)).id);
    expect(brief(t.submit(set(2)).effects)).toEqual(['arm 3 1000']);
    expect(brief(t.response(setReply(0, 1)))).toEqual(['drop late']);
    expect(brief(t.response(setReply(0, 0)))).toEqual(['drop late', 'send 3 t0', 'arm 3 1000']);
    expect(brief(t.response(setReply(0, 2)))).toEqual(['cancel 3', 'done 3']);
    // Nothing is owed any more that the answer to a reset could not make good.
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 4', 'done 4']);
    expect(brief(t.submit(set(1)).effects)[0]).toBe('send 5 t0');
  });

  it('late responses to other messages do not pay for a reset', () => {
    const t = make('rfc2');
    t.cancel(t.submit(get()).id);
    t.cancel(t.submit(set(0)).id);
    expect(brief(t.response(reply(0)))).toEqual(['drop late']);
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 3', 'done 3']);
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 4 1000']);
  });

  it.each([1, 2])('a reset voids what is older again once the late answers to %i given up before have come', (n) => {
    const t = make('rfc2');
    for (let i = 0; i < n; i++) t.cancel(t.submit(set(0)).id);
    for (let i = 0; i < n; i++) expect(brief(t.response(setReply(0, 0)))).toEqual(['drop late']);
    t.cancel(t.submit(get()).id);
    const { id } = t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual([`cancel ${id}`, `done ${id}`]);
    expect(brief(t.submit(get()).effects)[0]).toBe(`send ${id + 1} t0`);
  });

  it('a reset answered after a reset given up leaves one response to come', () => {
    const t = make('rfc2');
    t.cancel(t.submit(set(0)).id);
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 2', 'done 2']);
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 3 1000']);
    expect(brief(t.response(setReply(0, 0)))).toEqual(['drop late', 'send 3 t0', 'arm 3 1000']);
  });

  it('what comes after a reset given up and one answered is forgiven by the next answer to a reset', () => {
    const t = make('rfc2');
    t.cancel(t.submit(set(0)).id);
    t.submit(get());
    // It ends the request before it, whose answer may still come.
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 3', 'done 3']);
    // That was the answer to the first of the two resets, or to the second: nobody can tell.
    expect(brief(t.submit(get()).effects)).toEqual(['arm 4 1000']);
    t.cancel(4);
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 5', 'done 5']);
    expect(brief(t.submit(get()).effects)).toEqual(['send 6 t0', 'arm 6 1000']);
  });

  it('a reset that the medium was full for is one reset, and its answer forgives as much as any', () => {
    const t = make('rfc2');
    t.submit(set(0));
    t.refused(1);
    expect(brief(t.writable())).toEqual(['send 1 t0']);
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 1', 'done 1']);
    t.cancel(t.submit(get()).id);
    t.submit(set(0));
    expect(brief(t.response(setReply(0, 0)))).toEqual(['cancel 3', 'done 3']);
    expect(brief(t.submit(get()).effects)).toEqual(['send 4 t0', 'arm 4 1000']);
  });

  it('an answer that can be no other’s shows that nothing older will come', () => {
    const t = make('rfc2');
    t.cancel(t.submit(set(0)).id);
    t.cancel(t.submit(get()).id);
    const info: RequestMessage = { ...get(), name: 'GET_DEVICE_INFO' } as RequestMessage;
    const { id, effects } = t.submit(info);
    expect(brief(effects)[0]).toBe(`send ${id} t0`);
    expect(brief(t.submit(set(1)).effects)).toEqual(['arm 4 1000']);
    const head = { name: 'GET_DEVICE_INFO' as const, device: 1, token: 0 };
    expect(brief(t.malformed(head, 'bad_size'))).toEqual([
      'cancel 3',
      'fail 3 bad_size none',
      'send 4 t0',
      'arm 4 1000',
    ]);
  });

  it('a number used again after a removal is no excuse', () => {
    const t = make('rfc2');
    t.submit(get());
    t.deviceRemoved(1);
    expect(brief(t.submit(get()).effects)).toEqual(['arm 2 1000']);
  });
});
