import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeviceStatus as S } from '../../runtime/dist/core/device/status-bits.js';
import type { InitEffect, InitEvent } from '../../runtime/dist/core/driver/contract.js';
import { initMachine, stepInit } from '../../runtime/dist/core/driver/init.js';
import { type InitContext, type InitState, initContext } from '../../runtime/dist/core/driver/init-context.js';
import { fault } from '../../runtime/dist/core/fault.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { runs } from './support/properties.js';
import { walk } from './support/walk.js';

const limits = { ...DEFAULT_LIMITS, resetPollLimit: 20 };
const ALL = [0xffffffff, 0xffffffff, 0xffffffff];
const fresh = (over: Partial<Parameters<typeof initContext>[0]> = {}): InitContext =>
  initContext({ device: 5, dialect: 'rfc3', maxMessageSize: 64, numBlocks: 2, supported: ALL, limits, ...over });

class Run {
  state: InitState = 'start';
  effects: readonly InitEffect[] = [];
  constructor(readonly c: InitContext = fresh()) {}
  give(...events: InitEvent[]): this {
    for (const event of events) {
      const result = stepInit(this.state, this.c, event);
      this.state = result.state;
      this.effects = result.effects;
    }
    return this;
  }
  get sent() {
    return this.effects.flatMap((e) => (e.type === 'send' ? [[e.message.name, e.message.fields]] : []));
  }
}

const status = (value: number): InitEvent => ({ type: 'status', status: value });
const features = (block_index: number, ...blocks: number[]): InitEvent => ({
  type: 'features',
  fields: { block_index, features: blocks },
});
const BEGIN: InitEvent = { type: 'begin' };
const TAKEN: InitEvent = { type: 'featuresTaken' };
const CHOOSE: InitEvent = { type: 'choose', without: [] };
const READY: InitEvent = { type: 'ready' };
const poll = (now: number): InitEvent => ({ type: 'timer', timer: 'poll', now });
const SOME = {
  name: 'SET_DRIVER_FEATURES',
  kind: 'request',
  device: 5,
  token: 0,
  fields: { block_index: 0, features: [] },
} as const;
const OFFERED = features(0, 3, 1 | (1 << 6) | (1 << 11));
const TO_SETUP = [BEGIN, status(0), status(1), status(3), OFFERED, CHOOSE, TAKEN, status(11), status(11)];
const TO_LIVE = [...TO_SETUP, READY, status(15)];
const lostAnswer: InitEvent = { type: 'failed', fault: fault('timeout', 'no answer', 'unknown') };

describe('initialisation (8)', () => {
  test('every row is taken, and every guard seen both ways', () => {
    const at = (...events: InitEvent[]) => {
      const run = new Run().give(...events);
      return { state: run.state, context: run.c };
    };
    const events = (_state: InitState, c: InitContext): InitEvent[] => [
      BEGIN,
      ...[0, 1, 3, 11, 15, 27, 79, 91, 64].map(status),
      features(0, 3, 1),
      features(0, 3),
      features(1, 1),
      features(0, 3, 0),
      TAKEN,
      CHOOSE,
      READY,
      { type: 'configEvent', status: 79 },
      { type: 'configEvent', status: 15 },
      { type: 'recover', now: 1000 },
      poll(1000),
      poll(3000),
      lostAnswer,
      { type: 'failed', fault: fault('timeout', '', 'none') },
      { type: 'abandon', fault: fault('bad_state', '') },
      { type: 'restart' },
      ...(c.before === 'start' ? [{ type: 'removed' } as const] : []),
      { type: 'suspend' },
      { type: 'resume' },
    ];
    const narrow = fresh({ maxMessageSize: 20 });
    const starts = [
      at(),
      at(BEGIN),
      at(BEGIN, status(0), status(1)),
      at(BEGIN, status(0), status(1), status(3)),
      at(BEGIN, status(0), status(1), status(3), OFFERED),
      at(...TO_SETUP.slice(0, 7)),
      at(...TO_SETUP.slice(0, 8)),
      at(...TO_SETUP),
      at(...TO_SETUP, READY),
      at(...TO_LIVE),
      at(...TO_LIVE, { type: 'suspend' }),
      at(...TO_LIVE, { type: 'suspend' }, status(27)),
      at(...TO_LIVE, { type: 'suspend' }, status(27), { type: 'resume' }),
      // A device that has polled for long, one that was reset often, one message per block, none at all, no VERSION_1 here.
      { state: 'suspending' as const, context: { ...at(...TO_LIVE).context, since: 0 } },
      { state: 'needs_reset' as const, context: { ...fresh(), resets: [900, 950, 999] } },
      { state: 'driver' as const, context: { ...narrow } },
      { state: 'driver' as const, context: fresh({ maxMessageSize: 16 }) },
      { state: 'offered' as const, context: fresh({ supported: [0, 0] }) },
      { state: 'offered' as const, context: { ...narrow } },
      { state: 'features_set' as const, context: { ...narrow, chosen: [1, 1] } },
      { state: 'live' as const, context: fresh() },
      { state: 'suspect' as const, context: { ...at(...TO_SETUP.slice(0, 6)).context, doubted: SOME, repeats: 2 } },
      { state: 'suspect' as const, context: { ...at(...TO_SETUP).context, lapses: 3 } },
    ];
    const { missing } = walk<InitState, InitContext, InitEvent, InitEffect>(
      initMachine,
      { starts, events, depth: 3 },
      (before, _event, effects, after) => {
        // One request at a time; nothing at all once the device is gone or lost.
        const sends = effects.filter((e) => e.type === 'send');
        expect(sends.length).toBeLessThanOrEqual(1);
        if (before.state === 'gone' || before.state === 'lost') expect(effects).toEqual([]);
        // Bits are only taken away by writing 0, and 0 is only written to begin anew.
        for (const e of sends) {
          if (e.type !== 'send' || e.message.name !== 'SET_DEVICE_STATUS' || e.message.kind !== 'request') continue;
          expect(e.message.fields.status === 0).toBe(after.state === 'resetting');
        }
      },
    );
    expect(missing).toEqual([]);
  });

  test('sends what the specification asks for, in order', () => {
    const run = new Run();
    const seen = TO_LIVE.flatMap((event) => run.give(event).sent);
    expect(run.state).toBe('live');
    expect(seen).toEqual([
      ['SET_DEVICE_STATUS', { status: 0 }],
      ['SET_DEVICE_STATUS', { status: 1 }],
      ['SET_DEVICE_STATUS', { status: 3 }],
      ['GET_DEVICE_FEATURES', { block_index: 0, num_blocks: 2 }],
      ['SET_DRIVER_FEATURES', { block_index: 0, features: [3, 1 | (1 << 6) | (1 << 11)] }],
      ['SET_DEVICE_STATUS', { status: 11 }],
      ['GET_DEVICE_STATUS', {}],
      ['SET_DEVICE_STATUS', { status: 15 }],
    ]);
  });

  test('splits features over messages that carry one block', () => {
    const run = new Run(fresh({ maxMessageSize: 20 }));
    const seen = [BEGIN, status(0), status(1), status(3), features(0, 3), features(1, 1), CHOOSE, TAKEN, TAKEN].flatMap(
      (event) => run.give(event).sent,
    );
    expect(seen.slice(3)).toEqual([
      ['GET_DEVICE_FEATURES', { block_index: 0, num_blocks: 1 }],
      ['GET_DEVICE_FEATURES', { block_index: 1, num_blocks: 1 }],
      ['SET_DRIVER_FEATURES', { block_index: 0, features: [3] }],
      ['SET_DRIVER_FEATURES', { block_index: 1, features: [1] }],
      ['SET_DEVICE_STATUS', { status: 11 }],
    ]);
  });

  test('polls a reset that takes its time, and no longer than the limit', () => {
    const run = new Run().give(BEGIN, status(15));
    expect([run.state, run.effects]).toEqual(['reset_poll', [{ type: 'arm', timer: 'poll', ms: 10 }]]);
    expect(run.give(poll(100)).sent).toEqual([['GET_DEVICE_STATUS', {}]]);
    // 10 ms were over when the timer first ran out.
    expect(run.give(status(15), poll(109)).sent).toEqual([['GET_DEVICE_STATUS', {}]]);
    expect(run.give(status(15), poll(110)).state).toBe('broken');
    const patient = new Run().give(BEGIN, status(15), poll(10), status(0));
    expect([patient.state, patient.sent]).toEqual(['acked', [['SET_DEVICE_STATUS', { status: 1 }]]]);
  });

  test('leaves NOTIFICATION_DATA out where queues are announced outside of messages', () => {
    const run = new Run(fresh({ outOfBand: true })).give(...TO_SETUP.slice(0, 6));
    expect(run.sent).toEqual([['SET_DRIVER_FEATURES', { block_index: 0, features: [3, 1 | (1 << 11)] }]]);
  });

  test('takes only what it supports', () => {
    const run = new Run(fresh({ supported: [1, 1] })).give(...TO_SETUP.slice(0, 6));
    expect(run.sent).toEqual([['SET_DRIVER_FEATURES', { block_index: 0, features: [1, 1] }]]);
  });

  test.each([
    ['a refused choice', [...TO_SETUP.slice(0, 7), status(3)], 'rejected', 3 | S.FAILED],
    [
      'a window that was not asked for',
      [BEGIN, status(0), status(1), status(3), features(1, 1)],
      'mismatch',
      3 | S.FAILED,
    ],
    ['a device that does not become live', [...TO_SETUP, READY, status(11)], 'rejected', 11 | S.FAILED],
    ['a device that does not take ACKNOWLEDGE', [BEGIN, status(0), status(0)], 'rejected', S.FAILED],
  ])('gives up on %s and says so', (_says, events, code, value) => {
    const run = new Run().give(...(events as InitEvent[]));
    expect(run.state).toBe('broken');
    expect(run.sent).toEqual([['SET_DEVICE_STATUS', { status: value }]]);
    expect(run.effects.at(-1)).toMatchObject({ type: 'up', what: 'broken', fault: { code } });
  });

  test('an offer of VERSION_1 has to be taken', () => {
    const run = new Run(fresh({ supported: [1] })).give(BEGIN, status(0), status(1), status(3), OFFERED);
    expect(run.effects.at(-1)).toMatchObject({ what: 'broken', fault: { code: 'unsupported' } });
  });

  test('resets a device that asks for it, at most three times in a minute', () => {
    const run = new Run();
    for (const now of [0, 1000, 2000]) {
      run.state = 'live';
      run.give({ type: 'configEvent', status: 79 });
      expect(run.state).toBe('needs_reset');
      expect(run.give({ type: 'recover', now }).sent).toEqual([['SET_DEVICE_STATUS', { status: 0 }]]);
    }
    run.state = 'needs_reset';
    expect(run.give({ type: 'recover', now: 59_999 }).state).toBe('broken');
    run.state = 'needs_reset';
    expect(run.give({ type: 'recover', now: 60_000 }).state).toBe('resetting');
  });

  test('leaves the decision to the caller where that is the policy', () => {
    const run = new Run(fresh({ policy: 'manual' }));
    run.state = 'needs_reset';
    expect(run.give({ type: 'recover', now: 0 }).state).toBe('broken');
    expect(run.give({ type: 'restart' }).sent).toEqual([['SET_DEVICE_STATUS', { status: 0 }]]);
  });

  test('asks what became of a request without an answer, and sends it again', () => {
    const run = new Run().give(BEGIN, status(0), status(1), lostAnswer);
    expect([run.state, run.sent]).toEqual(['suspect', [['GET_DEVICE_STATUS', {}]]]);
    run.give(status(1));
    expect([run.state, run.sent]).toEqual(['driver', [['SET_DEVICE_STATUS', { status: 3 }]]]);
    const carriedOut = new Run().give(BEGIN, status(0), status(1), lostAnswer, status(3));
    expect([carriedOut.state, carriedOut.sent]).toEqual(['driver', [['SET_DEVICE_STATUS', { status: 3 }]]]);
  });

  test('gives up on a step that is never answered by a device that is alive', () => {
    const run = new Run().give(...TO_SETUP.slice(0, 6));
    for (let repeats = 0; repeats < 2; repeats++) {
      run.give(lostAnswer, status(3));
      expect([run.state, run.sent.map(([name]) => name)]).toEqual(['features_set', ['SET_DRIVER_FEATURES']]);
    }
    run.give(lostAnswer, status(3));
    expect(run.state).toBe('broken');
    expect(run.sent).toEqual([['SET_DEVICE_STATUS', { status: 3 | S.FAILED }]]);
    expect(run.effects.at(-1)).toMatchObject({ fault: { code: 'timeout', outcome: 'unknown' } });
    // A step that was answered in between is another one.
    const slow = new Run().give(...TO_SETUP.slice(0, 6), lostAnswer, status(3), lostAnswer, status(3), TAKEN);
    expect(slow.give(lostAnswer, status(3), lostAnswer, status(3)).state).toBe('features_try');
  });

  test('gives up on a device that starts anew again and again, unless it was live in between', () => {
    const run = new Run();
    const lapse = [...TO_SETUP.slice(0, 7), lostAnswer, status(0)];
    for (let lapses = 0; lapses < 3; lapses++) expect(run.give(...lapse).state).toBe('start');
    expect(run.give(...lapse).state).toBe('broken');
    const alive = new Run();
    for (let lapses = 0; lapses < 9; lapses++) {
      expect(alive.give(...TO_LIVE, lostAnswer, status(0)).state).toBe('start');
    }
  });

  test('begins anew when somebody else has reset the device, and gives a silent one up', () => {
    const run = new Run().give(...TO_LIVE, lostAnswer, status(0));
    expect([run.state, run.effects]).toEqual(['start', [{ type: 'up', what: 'was_reset' }]]);
    expect(new Run().give(...TO_LIVE, lostAnswer, lostAnswer).state).toBe('lost');
  });

  test('suspends and resumes', () => {
    const run = new Run().give(...TO_LIVE, { type: 'suspend' });
    expect(run.sent).toEqual([['SET_DEVICE_STATUS', { status: 31 }]]);
    run.give(status(15), poll(10));
    expect(run.sent).toEqual([['GET_DEVICE_STATUS', {}]]);
    expect(new Run().give(...TO_LIVE, { type: 'suspend' }, status(15), poll(10), status(15), poll(1000)).state).toBe(
      'broken',
    );
    expect(run.give(status(27)).effects).toEqual([{ type: 'up', what: 'suspended' }]);
    expect(run.give({ type: 'resume' }).sent).toEqual([['SET_DEVICE_STATUS', { status: 31 }]]);
    expect(run.give(status(15)).effects).toEqual([{ type: 'up', what: 'live' }]);
  });

  test('a removed device is sent nothing more', () => {
    const run = new Run().give(...TO_LIVE, { type: 'removed' });
    expect(run.sent).toEqual([]);
    expect(run.give(status(0), BEGIN, { type: 'restart' }).effects).toEqual([{ type: 'count', code: 'bad_state' }]);
  });

  test('nothing a device answers makes it throw, and every request is the answer to an event', () => {
    const u32 = fc.oneof(fc.constantFrom(0, 1, 3, 11, 15, 27, 64, 79), fc.integer({ min: 0, max: 0xffffffff }));
    const any: fc.Arbitrary<InitEvent> = fc.oneof(
      { weight: 4, arbitrary: fc.record({ type: fc.constant('status' as const), status: u32 }) },
      {
        weight: 2,
        arbitrary: fc.record({
          type: fc.constant('features' as const),
          fields: fc.record({ block_index: u32, features: fc.array(u32, { maxLength: 20 }) }),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.constantFrom<InitEvent>(BEGIN, TAKEN, CHOOSE, READY, poll(10), poll(99), lostAnswer, {
          type: 'restart',
        }),
      },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('configEvent' as const), status: u32 }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('recover' as const), now: fc.nat() }) },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 0, max: 70 }),
        fc.array(any, { maxLength: 60 }),
        (numBlocks, maxMessageSize, events) => {
          const run = new Run(fresh({ numBlocks, maxMessageSize }));
          for (const event of events) {
            run.give(event);
            expect(run.sent.length).toBeLessThanOrEqual(1);
            expect(run.c.offered.length).toBeLessThanOrEqual(numBlocks);
            expect(run.c.resets.length).toBeLessThanOrEqual(3);
          }
        },
      ),
      runs(),
    );
  });
});
