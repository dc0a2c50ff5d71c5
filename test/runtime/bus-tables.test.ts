import { describe, expect, it } from 'vitest';
import { type Agreement, common, valid } from '../../runtime/dist/core/bus/agreement.js';
import {
  type DeviceBusContext,
  type DeviceBusEvent,
  type DeviceBusState,
  deviceBus,
  newDeviceBus,
  routes,
} from '../../runtime/dist/core/bus/device-bus.js';
import {
  type DriverBusContext,
  type DriverBusEvent,
  type DriverBusState,
  driverBus,
  newDriverBus,
} from '../../runtime/dist/core/bus/driver-bus.js';
import {
  newRevision,
  type RevisionContext,
  type RevisionEvent,
  type RevisionState,
  revision,
} from '../../runtime/dist/core/bus/revision.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { step } from '../../runtime/dist/core/table.js';
import type { Message } from '../../runtime/dist/wire/message.js';
import { walk } from './support/walk.js';

const agreement = (maxSize: number, rev = 1): Agreement => ({ revision: rev, maxSize, features: 0 });
const pingRequest: Message = { name: 'PING', kind: 'request', device: 0, token: 9, fields: { data: 0xdeadbeef } };
const ready: Message = {
  name: 'EVENT_DEVICE',
  kind: 'event',
  device: 0,
  token: 0,
  fields: { device_number: 7, device_bus_state: 1 },
};
const getStatus: Message = { name: 'GET_DEVICE_STATUS', kind: 'request', device: 3, token: 4, fields: {} };
const pong = (data: number) => ({ name: 'PING', kind: 'response', device: 0, token: 0, fields: { data } }) as const;

describe('the agreement of a bus', () => {
  it('takes 44 bytes as the least, or 52 where the dialect says so, and revision 1', () => {
    expect(valid(agreement(44), 44)).toEqual(agreement(44));
    expect(valid(agreement(43), 44)).toBeNull();
    expect(valid(agreement(51), 52)).toBeNull();
    expect(valid(agreement(264, 0), 44)).toBeNull();
  });

  it('cuts 65536 to the 65535 that msg_size can say', () => {
    expect(valid(agreement(65536), 44)?.maxSize).toBe(65535);
    const big = { maxSize: 65536, features: 0xffffffff };
    expect(common(1, big, big)).toEqual({ revision: 1, maxSize: 65535, features: 0xffffffff });
    expect(common(2, { maxSize: 264, features: 6 }, { maxSize: 100, features: 3 })).toEqual({
      revision: 2,
      maxSize: 100,
      features: 2,
    });
  });
});

describe('the bus on the driver side', () => {
  const fresh = (rest: { devices?: number[]; pings?: boolean } = {}): DriverBusContext =>
    newDriverBus({ limits: DEFAULT_LIMITS, leastSize: 44, ...rest });
  const events = (_s: DriverBusState, c: DriverBusContext): DriverBusEvent[] => [
    ...(c.epoch < 2 ? [{ type: 'open' } as const] : []),
    { type: 'medium_ready' },
    { type: 'medium_error' },
    { type: 'medium_lost' },
    ...(['link', 'ping', 'drain'] as const).map((timer) => ({ type: 'timer', timer }) as const),
    ...[agreement(264), agreement(43), agreement(264, 0)].flatMap((a) => [
      { type: 'agreed', agreement: a } as const,
      { type: 'limits_changed', agreement: a } as const,
    ]),
    { type: 'no_common_revision' },
    { type: 'enumerated', devices: [1] },
    { type: 'enumeration_failed', devices: [1], code: 'timeout' },
    ...[pingRequest, ready, getStatus].map((message) => ({ type: 'received', message }) as const),
    { type: 'response', message: pong(c.value) },
    { type: 'response', message: pong(c.value + 1) },
    { type: 'close', how: 'graceful' },
    { type: 'close', how: 'abortive' },
    { type: 'drained' },
  ];

  it('takes every row, with both outcomes of every guard, and sends nothing outside enumerating, up and draining', () => {
    const { missing } = walk(
      driverBus,
      {
        starts: [fresh(), fresh({ devices: [1], pings: false })].map((context) => ({ state: 'down', context })),
        events,
        depth: 12,
      },
      (before, event, effects, after) => {
        const sent = effects.filter((e) => e.type === 'send' || e.type === 'request');
        if (sent.length > 0) expect(['enumerating', 'up', 'draining']).toContain(before.state);
        // 19.4: what is dropped sends nothing.
        if (before.state === 'failed' && event.type === 'received') {
          expect(effects).toEqual([{ type: 'count', code: 'bus_down' }]);
        }
        for (const values of [after.context.unanswered, after.context.excused])
          expect(values.length).toBeLessThanOrEqual(DEFAULT_LIMITS.pingMisses);
        if (before.state !== 'failed' && after.state === 'failed') {
          expect(effects.some((e) => e.type === 'up' && e.event.type === 'error')).toBe(true);
        }
      },
    );
    expect(missing).toEqual([]);
  });

  function run(c: DriverBusContext, list: readonly DriverBusEvent[]) {
    let state: DriverBusState = 'down';
    return list.map((event) => {
      const result = step(driverBus, state, c, event);
      state = result.state;
      return result;
    });
  }
  const opening: DriverBusEvent[] = [
    { type: 'open' },
    { type: 'medium_ready' },
    { type: 'agreed', agreement: agreement(65536) },
    { type: 'enumerated', devices: [3, 9] },
  ];

  it('waits 5000 ms for the link, then negotiates, enumerates within the agreed limit and pings every 1000 ms', () => {
    const [open, linked, agreed, up] = run(fresh(), opening).map((r) => r.effects);
    expect(open).toEqual([
      { type: 'new_epoch', epoch: 1 },
      { type: 'start_medium' },
      { type: 'arm', timer: 'link', ms: 5000 },
    ]);
    expect(linked).toEqual([{ type: 'cancel', timer: 'link' }, { type: 'negotiate' }]);
    expect(agreed).toEqual([
      { type: 'limits', agreement: agreement(65535) },
      { type: 'enumerate', maxSize: 65535, known: null },
    ]);
    expect(up).toEqual([
      { type: 'up', event: { type: 'ready', devices: [3, 9], complete: true } },
      { type: 'arm', timer: 'ping', ms: 1000 },
    ]);
  });

  it('passes a static list of devices instead of asking', () => {
    const agreed = run(fresh({ devices: [5] }), opening)[2];
    expect(agreed?.effects).toContainEqual({ type: 'enumerate', maxSize: 65535, known: [5] });
  });

  it('is ready with what was found when the enumeration fails', () => {
    const failed = { type: 'enumeration_failed', devices: [3], code: 'timeout' } as const;
    const last = run(fresh({ pings: false }), [...opening.slice(0, 3), failed])[3];
    expect(last?.state).toBe('up');
    expect(last?.effects).toEqual([{ type: 'up', event: { type: 'ready', devices: [3], complete: false } }]);
  });

  it('declares the peer dead at the timer after three unanswered pings', () => {
    const timer = { type: 'timer', timer: 'ping' } as const;
    const results = run(fresh(), [...opening, timer, timer, timer, timer]).slice(4);
    const values = results.slice(0, 3).map((r) => {
      const [request] = r.effects;
      return request?.type === 'request' && request.message.name === 'PING' ? request.message.fields : null;
    });
    expect(values).toEqual([{ data: 1 }, { data: 2 }, { data: 3 }]);
    expect(results[3]?.state).toBe('failed');
    expect(results[3]?.effects).toEqual([
      { type: 'cancel', timer: 'ping' },
      { type: 'fail_requests', code: 'peer_dead' },
      { type: 'remove_devices' },
      { type: 'up', event: { type: 'error', code: 'peer_dead' } },
    ]);
  });

  it('takes the answer to an older ping for a sign of life, and a value it never sent for none', () => {
    const timer = { type: 'timer', timer: 'ping' } as const;
    const c = fresh();
    const results = run(c, [
      ...opening,
      timer,
      timer,
      { type: 'response', message: pong(77) },
      { type: 'response', message: pong(1) },
      // As does the one it was ahead of, however slow the peer is; but not twice.
      { type: 'response', message: pong(2) },
      { type: 'response', message: pong(2) },
    ]);
    expect(results[6]?.effects).toEqual([{ type: 'count', code: 'mismatch' }]);
    expect(results.slice(7, 9).map(({ effects }) => effects)).toEqual([[], []]);
    expect(results[9]?.effects).toEqual([{ type: 'count', code: 'mismatch' }]);
    expect([c.unanswered, c.excused]).toEqual([[], []]);
  });

  it('answers a ping of the peer with its value and token', () => {
    const last = run(fresh(), [...opening, { type: 'received', message: pingRequest }])[4];
    expect(last?.effects).toEqual([{ type: 'send', message: { ...pong(0xdeadbeef), token: 9 } }]);
  });

  it('tells new limits to those who send, and fails on limits no bus may have', () => {
    const change = (maxSize: number): DriverBusEvent => ({ type: 'limits_changed', agreement: agreement(maxSize) });
    const [smaller, invalid] = run(fresh(), [...opening, change(96), change(40)]).slice(4);
    expect(smaller?.effects).toEqual([{ type: 'limits', agreement: agreement(96) }]);
    expect(invalid?.state).toBe('failed');
  });

  it('drains for at most 5000 ms and begins a new epoch when opened again after a failure', () => {
    const drain = run(fresh(), [...opening, { type: 'close', how: 'graceful' }, { type: 'timer', timer: 'drain' }]);
    expect(drain[4]?.effects).toContainEqual({ type: 'arm', timer: 'drain', ms: 5000 });
    expect(drain[5]).toMatchObject({
      state: 'down',
      effects: [{ type: 'fail_requests', code: 'bus_down' }, { type: 'close_medium' }],
    });
    const again = run(fresh(), [...opening, { type: 'medium_lost' }, { type: 'open' }]);
    expect(again[5]?.effects).toContainEqual({ type: 'new_epoch', epoch: 2 });
  });
});

describe('the bus on the device side', () => {
  const fresh = (rest: Partial<Parameters<typeof newDeviceBus>[0]> = {}): DeviceBusContext =>
    newDeviceBus({
      negotiates: true,
      revisions: [1],
      ours: { maxSize: 264, features: 1 },
      polled: false,
      headerSize: 8,
      granule: 8,
      devices: [3],
      ...rest,
    });
  const getDevices = (offset: number, count: number): Message => ({
    name: 'GET_DEVICES',
    kind: 'request',
    device: 0,
    token: 5,
    fields: { offset, count },
  });
  const received = [
    getDevices(0, 64),
    getDevices(0, 0),
    pingRequest,
    getStatus,
    { ...getStatus, device: 4 } as Message,
    ready,
  ];
  const events = (): DeviceBusEvent[] => [
    { type: 'open' },
    { type: 'connected' },
    { type: 'version_request', revision: 1, maxSize: 100, features: 3 },
    { type: 'version_request', revision: 2, maxSize: 100, features: 3 },
    ...received.map((message) => ({ type: 'received', message }) as const),
    { type: 'added', device: 8 },
    { type: 'removed', device: 8 },
    { type: 'removed', device: 3 },
    { type: 'bus_reset' },
    { type: 'medium_lost' },
    { type: 'medium_error' },
    { type: 'close' },
  ];

  it('takes every row, with both outcomes of every guard, and never answers one request twice', () => {
    const starts = [fresh(), fresh({ negotiates: false, polled: true })];
    const { missing } = walk(
      deviceBus,
      { starts: starts.map((context) => ({ state: 'down' as DeviceBusState, context })), events, depth: 8 },
      (_before, event, effects) => {
        const answers = effects.filter((e) => e.type === 'send' || e.type === 'route');
        expect(answers.length).toBeLessThanOrEqual(
          event.type === 'received' || event.type === 'added' || event.type === 'removed' ? 1 : 0,
        );
      },
    );
    expect(missing).toEqual([]);
  });

  it('says without a step which messages it only hands on, and in no state another answer than the rows give', () => {
    const seen = new Set<boolean>();
    const starts = [fresh(), fresh({ negotiates: false })];
    const info = { ...getStatus, name: 'GET_DEVICE_INFO', device: 4 } as Message;
    walk(
      deviceBus,
      {
        starts: starts.map((context) => ({ state: 'down' as DeviceBusState, context })),
        events: () => [...events(), { type: 'received', message: info }],
        depth: 5,
      },
      (before, event, effects, after) => {
        if (event.type !== 'received') return;
        const { message } = event;
        const only = after.state === before.state && effects.length === 1 && effects[0]?.type === 'route';
        expect(routes(before.state, before.context, message), `${before.state}, ${message.name}`).toBe(only);
        seen.add(only);
      },
    );
    expect(seen.size).toBe(2);
  });

  function run(c: DeviceBusContext, list: readonly DeviceBusEvent[]) {
    let state: DeviceBusState = 'down';
    return list.map((event) => {
      const result = step(deviceBus, state, c, event);
      state = result.state;
      return result;
    });
  }
  const opening: DeviceBusEvent[] = [
    { type: 'open' },
    { type: 'version_request', revision: 1, maxSize: 100, features: 3 },
  ];

  it('accepts a revision with the smaller size and the common features, and only once', () => {
    const again = { type: 'version_request', revision: 1, maxSize: 100, features: 3 } as const;
    const [, first, second] = run(fresh(), [...opening, again]);
    expect(first?.effects[0]).toEqual({ type: 'accept', agreement: { revision: 1, maxSize: 100, features: 1 } });
    expect(second).toMatchObject({ state: 'negotiated', effects: [{ type: 'refuse', revision: 1, highest: 1 }] });
  });

  it('serves the first message after the negotiation, and drops a transport message before it', () => {
    const first = run(fresh(), [...opening, { type: 'received', message: getStatus }])[2];
    expect(first).toMatchObject({ state: 'up', effects: [{ type: 'route', message: getStatus }] });
    const early = run(fresh(), [{ type: 'open' }, { type: 'received', message: getStatus }])[1];
    expect(early).toMatchObject({ state: 'listening', effects: [{ type: 'count', code: 'bad_state' }] });
  });

  it('answers GET_DEVICES and PING with the token of the request', () => {
    const [, , page, echo] = run(fresh(), [
      ...opening,
      { type: 'received', message: getDevices(0, 8) },
      { type: 'received', message: pingRequest },
    ]);
    const fields = { offset: 0, count: 8, next_offset: 0, bitmap: Uint8Array.of(0b1000) };
    expect(page?.effects).toEqual([
      { type: 'send', message: { name: 'GET_DEVICES', kind: 'response', device: 0, token: 5, fields } },
    ]);
    expect(echo?.effects).toEqual([{ type: 'send', message: { ...pong(0xdeadbeef), token: 9 } }]);
  });

  it('tells of devices in messages, or records it where the driver side polls', () => {
    const added = { type: 'added', device: 8 } as const;
    const removed = { type: 'removed', device: 8 } as const;
    const wire = run(fresh(), [...opening, { type: 'received', message: pingRequest }, added, removed]).slice(3);
    const event = (state: number) => ({ ...ready, fields: { device_number: 8, device_bus_state: state } });
    expect(wire.map((r) => r.effects)).toEqual([
      [{ type: 'send', message: event(1) }],
      [{ type: 'send', message: event(2) }],
    ]);
    const polled = run(fresh({ negotiates: false, polled: true }), [{ type: 'open' }, { type: 'connected' }, added])[2];
    expect(polled?.effects).toEqual([{ type: 'record', number: 8, state: 1 }]);
  });

  it('resets the devices before it lets go of memory, and answers the bus reset last', () => {
    const reset = run(fresh(), [...opening, { type: 'received', message: pingRequest }, { type: 'bus_reset' }])[3];
    expect(reset?.state).toBe('listening');
    expect(reset?.effects.map((e) => e.type)).toEqual(['reset_devices', 'release_memory', 'reset_done']);
  });

  it('negotiates again with the driver of a new connection, even if the old one never sent a message', () => {
    const version = opening[1] as DeviceBusEvent;
    const last = run(fresh(), [...opening, { type: 'medium_lost' }, version])[3];
    expect(last?.effects[0]?.type).toBe('accept');
  });
});

describe('the negotiation of a revision', () => {
  const fresh = (): RevisionContext => newRevision({ maxSize: 264, features: 3 }, DEFAULT_LIMITS);
  const events = (): RevisionEvent[] => [
    { type: 'start', revisions: [] },
    { type: 'start', revisions: [3, 1] },
    ...[4, 3, 2, 1].flatMap((rev) => [
      { type: 'accepted', revision: rev, maxSize: 100, features: 1 } as const,
      { type: 'refused', revision: rev } as const,
    ]),
    { type: 'timer', timer: 'version' },
    { type: 'version_request', by: 'peer' },
    { type: 'bus_reset' },
  ];

  it('takes every row, with both outcomes of every guard, and proposes in descending order only', () => {
    const { missing } = walk(
      revision,
      { starts: [{ state: 'idle' as RevisionState, context: fresh() }], events, depth: 10 },
      (before, _event, effects, after) => {
        for (const e of effects) {
          if (e.type !== 'propose') continue;
          expect(e.revision).toBe(after.context.untried[0]);
          if (before.state === 'trying') expect(e.revision).toBeLessThanOrEqual(before.context.untried[0] ?? 0);
        }
        if (after.state === 'agreed') expect(after.context.agreement).toMatchObject({ maxSize: 100, features: 1 });
      },
    );
    expect(missing).toEqual([]);
  });

  it('proposes each revision three times, and a late second refusal does not refuse the next one', () => {
    const c = fresh();
    let state: RevisionState = 'idle';
    const feed = (event: RevisionEvent) => {
      const result = step(revision, state, c, event);
      state = result.state;
      return result.effects.map((e) => (e.type === 'propose' ? `propose ${e.revision}` : e.type));
    };
    expect(feed({ type: 'start', revisions: [3, 2, 1] })).toEqual(['propose 3', 'arm']);
    expect(feed({ type: 'timer', timer: 'version' })).toEqual(['propose 3', 'arm']);
    expect(feed({ type: 'refused', revision: 3 })).toEqual(['propose 2', 'arm']);
    expect(feed({ type: 'refused', revision: 3 })).toEqual([]);
    expect(feed({ type: 'refused', revision: 2 })).toEqual(['propose 1', 'arm']);
    expect(feed({ type: 'refused', revision: 2 })).toEqual([]);
    expect(feed({ type: 'timer', timer: 'version' })).toEqual(['propose 1', 'arm']);
    expect(feed({ type: 'timer', timer: 'version' })).toEqual(['propose 1', 'arm']);
    expect(feed({ type: 'timer', timer: 'version' })).toEqual(['cancel', 'refused']);
  });
});
