import { describe, expect, it } from 'vitest';
import type { ResponseMessage } from '../../runtime/dist/core/correlation/effect.js';
import { brief, devices, get, make, ping, reply, set, setReply } from './support/request-table.js';

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
