import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInactive, isSame, isUsable } from '../../runtime/dist/core/discovery/device-info.js';
import {
  type HotplugContext,
  type HotplugEffect,
  type HotplugEvent,
  type HotplugState,
  hotplug,
  hotplugEvent,
  newHotplug,
} from '../../runtime/dist/core/discovery/hotplug.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { step } from '../../runtime/dist/core/table.js';
import type { DeviceInfo } from '../../runtime/dist/wire/message.js';
import { runs } from './support/properties.js';
import { walk } from './support/walk.js';

const rng: DeviceInfo = {
  device_id: 4,
  vendor_id: 0x554d4551,
  device_uuid: null,
  num_feature_blocks: 2,
  odd_feature_bits: 0,
  config_size: 0,
  max_virtqueues: 1,
  admin_vq_start: 0,
  admin_vq_count: 0,
};
const zeros: DeviceInfo = { ...rng, device_id: 0, vendor_id: 0, num_feature_blocks: 0, max_virtqueues: 0 };
const uuid = (n: number): Uint8Array => new Uint8Array(16).fill(n);

describe('device info', () => {
  it.each<[string, Partial<DeviceInfo>, boolean]>([
    ['1024 feature bits', { num_feature_blocks: 32 }, true],
    ['1056 feature bits', { num_feature_blocks: 33 }, false],
    ['33 feature bits', { num_feature_blocks: 1, odd_feature_bits: 1 }, false],
    ['65536 bytes of configuration', { config_size: 65536 }, true],
    ['65537 bytes of configuration', { config_size: 65537 }, false],
    ['65536 queues', { max_virtqueues: 65536 }, true],
    ['65537 queues', { max_virtqueues: 65537 }, false],
    ['admin queues up to the last', { max_virtqueues: 8, admin_vq_start: 6, admin_vq_count: 2 }, true],
    ['admin queues behind the last', { max_virtqueues: 8, admin_vq_start: 7, admin_vq_count: 2 }, false],
    ['admin queues that wrap 16 bits', { max_virtqueues: 8, admin_vq_start: 0xffff, admin_vq_count: 2 }, false],
    ['no device id', { device_id: 0 }, false],
  ])('with %s', (_what, change, usable) => {
    expect(isUsable({ ...rng, ...change })).toBe(usable);
  });

  it('is inactive only when everything is zero: QEMU leaves its vendor and 64 feature bits', () => {
    expect(isInactive(zeros)).toBe(true);
    expect(isInactive({ ...zeros, device_uuid: uuid(0) })).toBe(true);
    expect(isInactive({ ...zeros, vendor_id: rng.vendor_id, num_feature_blocks: 2 })).toBe(false);
  });

  it('is told apart by the UUID where both have one, and by the rest in any case', () => {
    const a = { ...rng, device_uuid: uuid(1) };
    expect(isSame(a, { ...rng, device_uuid: uuid(1) })).toBe(true);
    expect(isSame(a, { ...rng, device_uuid: uuid(2) })).toBe(false);
    expect(isSame(a, rng)).toBe(true);
    expect(isSame(a, { ...rng, device_uuid: uuid(0) })).toBe(true);
    for (const field of ['device_id', 'vendor_id', 'num_feature_blocks', 'config_size', 'max_virtqueues'] as const) {
      expect(isSame(rng, { ...rng, [field]: rng[field] + 1 }), field).toBe(false);
    }
  });
});

const fresh = (number = 3, asks = false): HotplugContext => newHotplug({ number, limits: DEFAULT_LIMITS, asks });
const types = (effects: readonly HotplugEffect[]): string[] =>
  effects.map((e) => (e.type === 'up' ? `up ${e.event.type}` : e.type === 'count' ? `count ${e.code}` : e.type));

const EVENTS: readonly HotplugEvent[] = [
  { type: 'ready' },
  { type: 'removed' },
  { type: 'state', state: 0 },
  { type: 'state', state: 3 },
  { type: 'state', state: 0x7fff },
  { type: 'state', state: 0x8001 },
  { type: 'state', state: 0x8002 },
  ...[rng, zeros, { ...rng, config_size: 8 }, { ...zeros, vendor_id: 1 }].map(
    (info) => ({ type: 'response', info }) as const,
  ),
  { type: 'failed', code: 'timeout' },
  { type: 'bind' },
  { type: 'remove' },
  { type: 'reset_done' },
  { type: 'timer', timer: 'removal' },
  { type: 'released' },
  { type: 'bus_down' },
];

describe('the table of one device number', () => {
  it('is taken in every row, with both outcomes of every guard, and holds its invariants', () => {
    const starts = [fresh(), fresh(65536), fresh(3, true)].map((context) => ({
      state: 'absent' as HotplugState,
      context,
    }));
    const events = (s: HotplugState, c: HotplugContext) =>
      // The correlation layer delivers answers to requests only; an epoch limit keeps the walk finite.
      EVENTS.filter((e) => (e.type !== 'response' && e.type !== 'failed') || c.asking).filter(
        () => s !== 'absent' || c.epoch < 3,
      );
    const { missing } = walk(hotplug, { starts, events, depth: 12 }, (before, event, effects, after) => {
      const { state, context: c } = after;
      expect(c.asking, `${before.state} ${event.type}`).toBe(state === 'probing' || state === 'recheck');
      expect(c.info !== null).toBe(['present', 'bound', 'recheck'].includes(state));
      if (state === 'bound') expect(c.bound).toBe(true);
      if (['absent', 'gone', 'probing', 'present', 'removing'].includes(state)) expect(c.bound).toBe(false);
      // No message to a device that was removed.
      if (event.type === 'removed')
        expect(effects.filter((e) => e.type === 'request' || e.type === 'reset')).toEqual([]);
      // A driver learns of an end once: bound without a word upwards only when it asked for it.
      if (before.context.bound && !c.bound) {
        const told = effects.some((e) => e.type === 'up' && e.event.type === 'removed' && e.event.abortive);
        expect(told || effects.some((e) => e.type === 'reset')).toBe(true);
      }
    });
    expect(missing).toEqual([]);
  });

  function run(c: HotplugContext, list: readonly HotplugEvent[]) {
    let state: HotplugState = 'absent';
    return list.map((event) => {
      const result = step(hotplug, state, c, event);
      state = result.state;
      return { state, effects: types(result.effects) };
    });
  }
  const ready: HotplugEvent = { type: 'ready' };
  const removed: HotplugEvent = { type: 'removed' };
  const info = (i: DeviceInfo): HotplugEvent => ({ type: 'response', info: i });
  const bind: HotplugEvent = { type: 'bind' };
  const released: HotplugEvent = { type: 'released' };
  const last = (list: readonly HotplugEvent[]) => run(fresh(), list).at(-1);

  it('probes what is READY and tells of it once it is known', () => {
    expect(run(fresh(), [ready, info(rng), bind])).toEqual([
      { state: 'probing', effects: ['request'] },
      { state: 'present', effects: ['up added'] },
      { state: 'bound', effects: ['initialise'] },
    ]);
  });

  it('takes zeros for no device, and an id of 0 beside other values for a bad one', () => {
    expect(last([ready, info(zeros)])).toEqual({ state: 'absent', effects: [] });
    expect(last([ready, info({ ...zeros, vendor_id: 1 })])).toEqual({ state: 'absent', effects: ['count bad_value'] });
    expect(last([ready, info({ ...rng, odd_feature_bits: 1 })])).toEqual({
      state: 'absent',
      effects: ['count bad_value'],
    });
    expect(last([ready, { type: 'failed', code: 'timeout' }])).toEqual({ state: 'absent', effects: ['count timeout'] });
  });

  it('asks again after the probe when READY is repeated, and believes the second answer', () => {
    expect(run(fresh(), [ready, ready, info(zeros), info(rng)]).map((r) => r.state)).toEqual([
      'probing',
      'probing',
      'probing',
      'present',
    ]);
  });

  it('ends everything of a bound device that is removed, and waits for its driver', () => {
    const results = run(fresh(), [ready, info(rng), bind, removed, ready, released]);
    expect(results[3]).toEqual({ state: 'gone', effects: ['fail_requests', 'return_buffers', 'up removed'] });
    expect(results[4]).toEqual({ state: 'gone', effects: [] });
    expect(results[5]).toEqual({ state: 'probing', effects: ['request'] });
  });

  it('looks again at a READY device: the same goes on, another one takes its place', () => {
    const start = [ready, info(rng), bind, ready];
    expect(last(start)).toEqual({ state: 'recheck', effects: ['hold', 'request'] });
    expect(last([...start, info(rng)])).toEqual({ state: 'bound', effects: ['count duplicate', 'resume'] });
    const other = { ...rng, config_size: 8 };
    const replaced = run(fresh(), [...start, info(other), released, info(other)]).slice(4);
    expect(replaced).toEqual([
      { state: 'gone', effects: ['fail_requests', 'return_buffers', 'up removed'] },
      { state: 'probing', effects: ['request'] },
      { state: 'present', effects: ['up added'] },
    ]);
    expect(last([...start, info(zeros), released])).toEqual({ state: 'absent', effects: [] });
  });

  it('asks about a replaced device at once when no driver has to let go of the old one', () => {
    expect(last([ready, info(rng), ready, info({ ...rng, device_id: 2 })])).toEqual({
      state: 'probing',
      effects: ['fail_requests', 'up removed', 'request'],
    });
  });

  it('asks again when READY came while a second look found nothing', () => {
    const start = [ready, info(rng), bind, ready, ready, info(zeros)];
    expect(last(start)?.state).toBe('gone');
    expect(last([...start, released])).toEqual({ state: 'probing', effects: ['request'] });
  });

  it('does not lose a bind or a remove to a second look', () => {
    expect(last([ready, info(rng), ready, bind, info(rng)])).toEqual({
      state: 'bound',
      effects: ['count duplicate', 'resume', 'initialise'],
    });
    expect(last([ready, info(rng), bind, ready, { type: 'remove' }])).toEqual({
      state: 'removing',
      effects: ['abandon', 'resume', 'reset', 'arm'],
    });
  });

  it('gives a device back after its reset, or after 5000 ms', () => {
    const c = fresh();
    const start: HotplugEvent[] = [ready, info(rng), bind, { type: 'remove' }];
    let state = 'absent' as HotplugState;
    let arm: HotplugEffect | undefined;
    for (const event of start) {
      const { state: next, effects } = step(hotplug, state, c, event);
      state = next;
      arm = effects.find((e) => e.type === 'arm');
    }
    expect(arm).toEqual({ type: 'arm', timer: 'removal', ms: 5000 });
    expect(last([...start, { type: 'reset_done' }])?.state).toBe('gone');
    expect(last([...start, { type: 'timer', timer: 'removal' }])?.state).toBe('gone');
    expect(last([...start, ready, { type: 'reset_done' }, released])?.state).toBe('probing');
  });

  it('passes on the states of the bus with the meaning its profile gives them', () => {
    const up = (asks: boolean, state: number) =>
      step(hotplug, 'bound', fresh(3, asks), { type: 'state', state }).effects[0];
    expect(up(true, 0x8001)).toMatchObject({ event: { type: 'bus_state', asks: 'finish' } });
    expect(up(true, 0x8002)).toMatchObject({ event: { type: 'bus_state', asks: 'eject' } });
    expect(up(true, 0x8003)).toMatchObject({ event: { type: 'bus_state', asks: null } });
    expect(up(false, 0x8001)).toMatchObject({ event: { type: 'bus_state', asks: null } });
    for (const state of [0, 3, 0x7fff]) expect(up(true, state)).toEqual({ type: 'count', code: 'unknown' });
  });

  it('reads EVENT_DEVICE as the event it is', () => {
    expect([1, 2, 3, 0x8000].map((state) => hotplugEvent({ number: 1, state }))).toEqual([
      { type: 'ready' },
      { type: 'removed' },
      { type: 'state', state: 3 },
      { type: 'state', state: 0x8000 },
    ]);
  });
});

describe('a device number under any order of events', () => {
  /**
   * A device side that changes what is plugged in, repeats READY, leaves a removal out when a READY follows, and answers
   * requests with what is plugged in at that moment. Events stay in order among themselves; answers and events overtake each
   * other. A driver above binds, gives back and releases when it likes.
   */
  it('ends with what was plugged in last, whatever was repeated, replaced or late', () => {
    const kinds: DeviceInfo[] = [
      rng,
      { ...rng, device_id: 2 },
      { ...rng, device_uuid: uuid(1) },
      { ...rng, device_uuid: uuid(2) },
    ];
    const action = fc.constantFrom(
      'plug',
      'unplug',
      'replace',
      'repeat',
      'event',
      'handle',
      'answer',
      'lose',
      'bind',
      'remove',
      'release',
      'done',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.nat(3)), { maxLength: 60 }), (actions) => {
        const c = fresh();
        let state: HotplugState = 'absent';
        let truth: DeviceInfo | null = null;
        const inbox: HotplugEvent[] = [];
        let request: 'none' | 'sent' | DeviceInfo = 'none';
        let resetting = false;
        // A probe that was lost, or a device given back, is only found again by a later READY, as the table has it.
        let lost = false;
        let releasing = false;
        const feed = (event: HotplugEvent): void => {
          const result = step<HotplugState, HotplugContext, HotplugEvent, HotplugEffect>(hotplug, state, c, event);
          if (result.state === 'gone' && state !== 'gone') releasing = true;
          state = result.state;
          for (const e of result.effects) {
            if (e.type === 'request') {
              expect(request, 'one request at a time').toBe('none');
              request = 'sent';
            } else if (e.type === 'abandon') {
              expect(request).not.toBe('none');
              request = 'none';
            } else if (e.type === 'reset') resetting = true;
          }
        };
        const act = (what: string, kind: number): void => {
          if (what === 'plug' && truth === null) {
            truth = kinds[kind] ?? rng;
            // A device side that coalesces tells the newest state only.
            if (kind > 1 && inbox.at(-1)?.type === 'removed') inbox.pop();
            inbox.push(ready());
          } else if (what === 'unplug' && truth !== null) {
            truth = null;
            inbox.push({ type: 'removed' });
          } else if (what === 'replace' && truth !== null) {
            // Both in one, as a coalescing device side may tell it.
            truth = kinds[kind] ?? rng;
            inbox.push(ready());
          } else if (what === 'repeat' && truth !== null) inbox.push(ready());
          else if (what === 'event') {
            const event = inbox.shift();
            if (event !== undefined) feed(event);
          } else if (what === 'handle' && request === 'sent') request = truth ?? zeros;
          else if (what === 'answer' && typeof request === 'object') {
            const answer = request;
            request = 'none';
            feed({ type: 'response', info: answer });
          } else if (what === 'lose' && request !== 'none') {
            request = 'none';
            lost = true;
            feed({ type: 'failed', code: 'timeout' });
          } else if (what === 'bind' && (state === 'present' || state === 'recheck')) feed({ type: 'bind' });
          else if (what === 'remove') {
            lost ||= state === 'bound' || state === 'recheck';
            feed({ type: 'remove' });
          } else if (what === 'release' && releasing) {
            releasing = false;
            feed({ type: 'released' });
          } else if (what === 'done' && resetting) {
            resetting = false;
            feed({ type: 'reset_done' });
          }
        };
        const ready = (): HotplugEvent => ({ type: 'ready' });
        for (const [what, kind] of actions) act(what, kind);
        if (lost && truth !== null) inbox.push(ready());
        for (let rounds = 0; rounds < 200; rounds++) {
          for (const what of ['event', 'handle', 'answer', 'done', 'release']) act(what, 0);
        }
        expect(inbox).toEqual([]);
        if (truth === null) expect(state).toBe('absent');
        else {
          expect(['present', 'bound']).toContain(state);
          expect(isSame(c.info ?? zeros, truth)).toBe(true);
        }
      }),
      runs(3000),
    );
  });
});
