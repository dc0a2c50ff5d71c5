import { describe, expect, it } from 'vitest';
import { brief, get, make, set, setReply } from './support/request-table.js';

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
