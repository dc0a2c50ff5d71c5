import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ringSize,
  type VqueueContext,
  type VqueueEffect,
  type VqueueEvent,
  type VqueueState,
  vqueueContext,
  vqueueMachine,
} from '../../runtime/dist/core/driver/vqueue.js';
import { fault } from '../../runtime/dist/core/fault.js';
import { step } from '../../runtime/dist/core/table.js';
import { runs } from './support/properties.js';
import { walk } from './support/walk.js';

const AREAS = { descriptor_addr: 0x1000n, driver_addr: 0x2000n, device_addr: 0x3000n };
const NONE = { descriptor_addr: 0n, driver_addr: 0n, device_addr: 0n };
const fresh = (over: Partial<VqueueContext> = {}): VqueueContext => ({
  ...vqueueContext({ device: 2, index: 1, packed: false, enableFlag: true, ringReset: true }),
  featuresOk: true,
  ...over,
});
const told = (over: object = {}): VqueueEvent => ({
  type: 'queue',
  fields: { index: 1, max_size: 8, cur_size: 0, enabled: false, ...NONE, ...over },
});
const CONFIRMED = told({ cur_size: 4, enabled: true, ...AREAS });
const SETUP: VqueueEvent = { type: 'setup', wanted: 5 };
const MEMORY: VqueueEvent = { type: 'memory', areas: AREAS };
const FAILED: VqueueEvent = { type: 'failed', fault: fault('timeout', '', 'unknown') };
const TO_READY: VqueueEvent[] = [SETUP, told(), MEMORY, { type: 'set' }, CONFIRMED];

function run(
  c: VqueueContext,
  events: readonly VqueueEvent[],
): { state: VqueueState; effects: readonly VqueueEffect[] } {
  let state: VqueueState = 'unset';
  let effects: readonly VqueueEffect[] = [];
  for (const event of events) ({ state, effects } = step(vqueueMachine, state, c, event));
  return { state, effects };
}

describe('a virtqueue of a driver (13)', () => {
  test('every row is taken, every guard seen both ways, and memory is given back once', () => {
    const events = (): VqueueEvent[] => [
      SETUP,
      told(),
      told({ index: 2 }),
      told({ max_size: 0 }),
      told({ cur_size: 4 }),
      CONFIRMED,
      MEMORY,
      { type: 'memory', areas: null },
      { type: 'set' },
      { type: 'reset' },
      { type: 'featuresOk' },
      { type: 'deviceLive' },
      { type: 'used' },
      { type: 'ringFault', code: 'q_idx_jump' },
      { type: 'resetQueue' },
      { type: 'timer' },
      FAILED,
      { type: 'deviceReset' },
      { type: 'removed' },
    ];
    const { missing } = walk<VqueueState, VqueueContext, VqueueEvent, VqueueEffect>(
      vqueueMachine,
      {
        starts: [
          { state: 'unset', context: fresh() },
          { state: 'unset', context: fresh({ featuresOk: false }) },
          { state: 'live', context: fresh({ ringReset: false, lent: true, areas: AREAS }) },
          { state: 'checking', context: fresh({ tries: 10, lent: true, areas: AREAS }) },
        ],
        events,
        depth: 9,
      },
      (before, _event, effects, after) => {
        const freed = effects.filter((e) => e.type === 'release' || e.type === 'quarantine').length;
        // Memory that the device may use is given back by the end of its use alone, and then exactly once.
        expect(freed).toBe(before.context.areas !== null && after.context.areas === null ? 1 : 0);
        expect(after.context.lent).toBe(after.context.areas !== null);
        if (after.state === 'ready' || after.state === 'live') expect(after.context.areas).not.toBeNull();
      },
    );
    expect(missing).toEqual([]);
  });

  test('asks, sets and asks again before it is used', () => {
    const c = fresh();
    const sent = TO_READY.flatMap((_e, i) =>
      run(fresh(), TO_READY.slice(0, i + 1)).effects.flatMap((e) =>
        e.type === 'send' ? [[e.message.name, e.message.fields]] : [],
      ),
    );
    expect(sent).toEqual([
      ['GET_VQUEUE', { index: 1 }],
      ['SET_VQUEUE', { index: 1, size: 4, ...AREAS, enable: true }],
      ['GET_VQUEUE', { index: 1 }],
    ]);
    expect(run(c, TO_READY).state).toBe('ready');
    expect(run(fresh({ deviceLive: true }), TO_READY).state).toBe('live');
  });

  test('has no enable flag where the dialect has none', () => {
    const { effects } = run(fresh({ enableFlag: false }), TO_READY.slice(0, 3));
    expect(effects[0]).toMatchObject({ message: { fields: { index: 1, size: 4, ...AREAS } } });
    expect(Object.keys((effects[0] as { message: { fields: object } }).message.fields)).not.toContain('enable');
    expect(
      run(fresh({ enableFlag: false }), [...TO_READY.slice(0, 4), told({ cur_size: 4, enabled: null, ...AREAS })])
        .state,
    ).toBe('ready');
  });

  test.each([
    ['a size', { cur_size: 8 }],
    ['an address', { device_addr: 0x4000n }],
    ['an index', { index: 0 }],
    ['the enabled bit', { enabled: false }],
  ])('is rejected when %s comes back otherwise, and its memory stays lent', (_says, over) => {
    const c = fresh();
    const other = told({ cur_size: 4, enabled: true, ...AREAS, ...over });
    const { state, effects } = run(c, [...TO_READY.slice(0, 4), other]);
    expect([state, effects]).toMatchObject(['unset', [{ type: 'fail', fault: { code: 'rejected' } }]]);
    expect(c.lent).toBe(true);
    expect(run(c, [{ type: 'deviceReset' }]).effects).toContainEqual({ type: 'release', areas: AREAS });
  });

  test.each([
    ['there is no such queue', told({ max_size: 0 }), 'unsupported'],
    ['the queue is active', told({ cur_size: 8, ...AREAS }), 'bad_state'],
    ['the answer is about another queue', told({ index: 3 }), 'mismatch'],
  ])('cannot be set up when %s', (_says, answer, code) => {
    expect(run(fresh(), [SETUP, answer]).effects).toMatchObject([{ type: 'fail', fault: { code } }]);
  });

  test('a size without addresses is no active queue for devices known to say so', () => {
    expect(run(fresh({ sizeBeforeSetup: true }), [SETUP, told({ cur_size: 8 })]).state).toBe('allocating');
    expect(run(fresh({ sizeBeforeSetup: true }), [SETUP, told({ cur_size: 8, ...AREAS })]).state).toBe('unset');
  });

  test('a reset is asked for until it shows, ten times at most', () => {
    const c = fresh();
    const live: VqueueEvent[] = [...TO_READY, { type: 'deviceLive' }, { type: 'resetQueue' }, { type: 'reset' }];
    expect(run(c, [...live, told()]).effects).toEqual([
      { type: 'return', code: 'reset' },
      { type: 'release', areas: AREAS },
      { type: 'up', what: 'reset' },
    ]);
    const stubborn = Array.from({ length: 9 }).flatMap((): VqueueEvent[] => [CONFIRMED, { type: 'timer' }]);
    expect(run(fresh(), [...live, ...stubborn]).state).toBe('checking');
    expect(run(fresh(), [...live, ...stubborn, CONFIRMED]).state).toBe('broken');
  });

  test('a removed device leaves the memory in quarantine', () => {
    expect(run(fresh(), [...TO_READY, { type: 'removed' }]).effects).toContainEqual({
      type: 'quarantine',
      areas: AREAS,
    });
  });

  test('the size is within what is wanted, offered and possible', () => {
    fc.assert(
      fc.property(fc.nat(70_000), fc.integer({ min: 1, max: 0xffffffff }), fc.boolean(), (wanted, max, packed) => {
        const size = ringSize(wanted, max, packed);
        expect(size).toBeGreaterThanOrEqual(1);
        expect(size).toBeLessThanOrEqual(Math.max(1, Math.min(wanted, max, 32768)));
        if (!packed) expect(size & (size - 1)).toBe(0);
      }),
      runs(),
    );
  });

  test('nothing a device answers makes it throw, or take a queue that is not as it was set', () => {
    const u32 = fc.oneof(fc.constantFrom(0, 1, 4, 8), fc.integer({ min: 0, max: 0xffffffff }));
    const address = fc.oneof(
      fc.constantFrom(0n, 0x1000n, 0x2000n, 0x3000n),
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    );
    const queue = fc.record({
      type: fc.constant('queue' as const),
      fields: fc.record({
        index: u32,
        max_size: u32,
        cur_size: u32,
        enabled: fc.constantFrom(true, false, null),
        descriptor_addr: address,
        driver_addr: address,
        device_addr: address,
      }),
    });
    const own = fc.constantFrom<VqueueEvent>(
      SETUP,
      told(),
      MEMORY,
      { type: 'set' },
      CONFIRMED,
      { type: 'deviceLive' },
      { type: 'resetQueue' },
      { type: 'reset' },
      { type: 'deviceReset' },
      { type: 'featuresOk' },
      FAILED,
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(own, queue), { maxLength: 40 }), (events) => {
        const c = fresh();
        let state: VqueueState = 'unset';
        for (const event of events) {
          const before = state;
          ({ state } = step(vqueueMachine, state, c, event));
          if (before !== 'verifying' || (state !== 'ready' && state !== 'live') || event.type !== 'queue') continue;
          expect(event.fields).toMatchObject({ index: 1, cur_size: c.size, enabled: true, ...AREAS });
        }
      }),
      runs(),
    );
  });
});
