import { describe, expect, it } from 'vitest';
import type { RequestMessage } from '../../runtime/dist/core/correlation/effect.js';
import { isReset, longestLife } from '../../runtime/dist/core/correlation/retry.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { brief, devices, get, make, ping, reply, set, setReply } from './support/request-table.js';

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
