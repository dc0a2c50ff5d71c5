import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cachedConfig, driverConfigMachine, endDriverConfig } from '../../runtime/dist/core/config/driver-config.js';
import {
  type DriverConfigContext,
  type DriverConfigEffect,
  type DriverConfigEvent,
  type DriverConfigState,
  driverConfig,
} from '../../runtime/dist/core/config/driver-config-contract.js';
import { fault } from '../../runtime/dist/core/fault.js';
import { step } from '../../runtime/dist/core/table.js';
import { runs } from './support/properties.js';
import { walk } from './support/walk.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const fresh = (over: Partial<Parameters<typeof driverConfig>[0]> = {}): DriverConfigContext =>
  driverConfig({
    device: 3,
    size: 4,
    room: 2,
    checked: true,
    readAttempts: 3,
    writeRetries: 1,
    maxWaiting: 2,
    ...over,
  });

class Run {
  state: DriverConfigState = 'idle';
  effects: DriverConfigEffect[] = [];
  constructor(readonly c: DriverConfigContext) {}
  give(...events: DriverConfigEvent[]): this {
    for (const event of events) {
      const result = step(driverConfigMachine, this.state, this.c, event);
      this.state = result.state;
      this.effects.push(...result.effects);
    }
    return this;
  }
  get sent() {
    return this.effects.flatMap((e) => (e.type === 'send' ? [[e.message.name, e.message.fields]] : []));
  }
  get last() {
    return this.effects.at(-1);
  }
}

const read = (offset: number, length: number, id = 1): DriverConfigEvent => ({ type: 'read', id, offset, length });
const write = (offset: number, data: Uint8Array, merge = false, id = 2): DriverConfigEvent => ({
  type: 'write',
  id,
  offset,
  data,
  merge,
});
const got = (generation: number, offset: number, ...data: number[]): DriverConfigEvent => ({
  type: 'got',
  fields: { generation, offset, data: bytes(...data) },
});
const answered = (generation: number, offset: number, ...data: number[]): DriverConfigEvent => ({
  type: 'set',
  fields: { generation, offset, data: bytes(...data) },
});
const event = (generation: number, offset: number, ...data: number[]): DriverConfigEvent => ({
  type: 'event',
  fields: { device_status: 15, generation, offset, data: bytes(...data) },
});
/** A driver that has read everything under generation 5. */
const cached = (over: Parameters<typeof fresh>[0] = {}): Run =>
  new Run(fresh(over)).give(read(0, 4), got(5, 0, 1, 2), got(5, 2, 3, 4));

describe('configuration of a driver (11)', () => {
  test('every row is taken, every guard seen both ways, and every operation ends once', () => {
    const events = (state: DriverConfigState, c: DriverConfigContext): DriverConfigEvent[] => {
      const known = c.known ?? 0;
      const next = (known + 1) >>> 0;
      const current = c.current;
      const ids = c.attempts + c.waiting.length;
      return [
        ...(ids < 8
          ? [read(0, 4), read(1, 1), read(3, 2), write(0, bytes(9, 9), true), write(0, bytes(9)), write(0, bytes())]
          : []),
        ...(state === 'reading' && current?.kind === 'read'
          ? [
              got(known, current.offset + c.gotLength, ...new Array(Math.min(2, current.length - c.gotLength)).fill(7)),
              got(next, current.offset + c.gotLength, ...new Array(Math.min(2, current.length - c.gotLength)).fill(7)),
              got(known, 0, 1, 2, 3),
              got(known, 0),
            ]
          : []),
        ...(state === 'asking' || state === 'refetching'
          ? [got(known, 0), got(next, 0, 1, 1), got(known, 0, 1, 1)]
          : []),
        ...(state === 'writing' && current?.kind === 'write'
          ? [
              answered(known, 0, ...current.data),
              answered(next, 0),
              answered(next, 1, 1),
              answered(next, 0, ...current.data),
            ]
          : []),
        ...(state === 'merging'
          ? ([
              { type: 'merged', data: bytes(3, 3) },
              { type: 'merged', data: null },
            ] as const)
          : []),
        event(known, 0),
        event(known, 0, 1),
        event(next, 0),
        event(next, 0, 1),
        event(known + 5, 0, 1),
        event(known, 3, 1, 1),
        { type: 'failed', fault: fault('timeout', '', 'unknown') },
      ];
    };
    const { missing } = walk<DriverConfigState, DriverConfigContext, DriverConfigEvent, DriverConfigEffect>(
      driverConfigMachine,
      {
        starts: [
          { state: 'idle', context: fresh({ readAttempts: 2, maxWaiting: 1 }) },
          { state: 'idle', context: cached({ readAttempts: 2, maxWaiting: 1 }).c },
        ],
        events,
        depth: 5,
      },
      (before, e, effects, after) => {
        const open = (c: DriverConfigContext) => (c.current === null ? 0 : 1) + c.waiting.length;
        const ends = effects.filter((x) => x.type === 'done' || x.type === 'fail').length;
        const begins = e.type === 'read' || e.type === 'write' ? 1 : 0;
        expect(open(after.context)).toBe(open(before.context) + begins - ends);
        expect(after.state === 'idle').toBe(after.context.current === null);
        // At most one request is out at any time.
        expect(effects.filter((x) => x.type === 'send').length).toBeLessThanOrEqual(1);
      },
    );
    expect(missing).toEqual([]);
  });

  test('reads in chunks of what a message carries', () => {
    const run = new Run(fresh()).give(read(0, 4), got(5, 0, 1, 2), got(5, 2, 3, 4));
    expect(run.sent).toEqual([
      ['GET_CONFIG', { offset: 0, length: 2 }],
      ['GET_CONFIG', { offset: 2, length: 2 }],
    ]);
    expect(run.last).toEqual({ type: 'done', id: 1, data: bytes(1, 2, 3, 4), generation: 5 });
    expect(cachedConfig(run.c)).toEqual({ data: bytes(1, 2, 3, 4), generation: 5 });
  });

  test('reads one byte as Linux does, and nothing for the generation', () => {
    const run = new Run(fresh()).give(read(3, 1), got(9, 3, 8), read(0, 0), got(9, 0));
    expect(run.effects.filter((e) => e.type === 'done')).toEqual([
      { type: 'done', id: 1, data: bytes(8), generation: 9 },
      { type: 'done', id: 1, data: bytes(), generation: 9 },
    ]);
  });

  test('begins again when the generation changes between chunks, and gives up in the end', () => {
    const run = new Run(fresh()).give(read(0, 4), got(5, 0, 1, 2), got(6, 2, 3, 4));
    expect(run.sent.at(-1)).toEqual(['GET_CONFIG', { offset: 0, length: 2 }]);
    run.give(got(6, 0, 1, 2), got(7, 2, 3, 4), got(7, 0, 1, 2), got(8, 2, 3, 4));
    expect(run.last).toMatchObject({ type: 'fail', fault: { code: 'torn' }, generation: 8 });
    expect(run.sent).toHaveLength(6);
  });

  test('begins again when an event comes between chunks', () => {
    const run = new Run(fresh()).give(read(0, 4), got(5, 0, 1, 2), event(5, 0), got(5, 2, 3, 4));
    expect(run.sent.at(-1)).toEqual(['GET_CONFIG', { offset: 0, length: 2 }]);
  });

  test('does not keep bytes that an event has overtaken', () => {
    const run = new Run(fresh({ room: 4 })).give(read(0, 4), event(6, 0), got(5, 0, 1, 2, 3, 4));
    expect(run.last).toMatchObject({ type: 'done', generation: 5 });
    expect(cachedConfig(run.c)).toBeNull();
  });

  test.each([
    ['no data', got(5, 0), 'range'],
    ['too much data', got(5, 0, 1, 2, 3), 'mismatch'],
    ['another offset', got(5, 1, 1, 2), 'mismatch'],
  ])('an answer with %s fails the read', (_says, answer, code) => {
    expect(new Run(fresh()).give(read(0, 4), answer).last).toMatchObject({ type: 'fail', fault: { code } });
  });

  test.each([
    ['beyond the end', read(3, 2), {}, 'range'],
    ['of a fraction', read(0.5, 1), {}, 'range'],
    ['where no byte fits in a message', read(0, 1), { room: 0 }, 'too_big'],
  ])('a read %s is refused here', (_says, operation, over, code) => {
    const run = new Run(fresh(over)).give(operation);
    expect(run.effects).toMatchObject([{ type: 'fail', fault: { code } }]);
  });

  test('an event with the next generation patches what is cached', () => {
    const run = cached().give(event(6, 1, 8));
    expect(cachedConfig(run.c)).toEqual({ data: bytes(1, 8, 3, 4), generation: 6 });
    expect(run.last).toEqual({ type: 'up', what: 'patched', generation: 6 });
  });

  test.each([
    ['a generation further on', event(7, 1, 8), { type: 'up', what: 'changed', generation: 7 }],
    ['no data', event(6, 0), { type: 'up', what: 'changed', generation: 6 }],
    ['bytes beyond the end', event(6, 3, 8, 8), { type: 'count', code: 'range' }],
  ])('an event with %s leaves nothing cached', (_says, e, last) => {
    const run = cached().give(e);
    expect(cachedConfig(run.c)).toBeNull();
    expect(run.last).toEqual(last);
  });

  test.each([
    ['without data is about the status alone', event(5, 0), undefined],
    ['with data breaks the rule of one use, and is ignored', event(5, 1, 8), { type: 'count', code: 'bad_value' }],
  ])('an event of the known generation %s', (_says, e, last) => {
    const run = cached();
    const before = run.effects.length;
    run.give(e);
    expect(cachedConfig(run.c)?.data).toEqual(bytes(1, 2, 3, 4));
    expect(run.effects.slice(before).at(-1)).toEqual(last);
  });

  test('an event is no patch while a write is out, whose effect it may or may not contain', () => {
    const run = cached().give(write(0, bytes(9)), event(6, 1, 8));
    expect(cachedConfig(run.c)).toBeNull();
  });

  test('an answer older than the newest event changes nothing of what is kept', () => {
    const run = new Run(fresh({ room: 4 })).give(read(0, 4), got(5, 0, 1, 2, 3, 4));
    run.give(read(0, 4), event(6, 1, 8), got(5, 0, 1, 2, 3, 4));
    expect(cachedConfig(run.c)).toEqual({ data: bytes(1, 8, 3, 4), generation: 6 });
  });

  test('the successor of the largest generation is 0', () => {
    const run = new Run(fresh()).give(read(0, 4), got(0xffffffff, 0, 1, 2), got(0xffffffff, 2, 3, 4), event(0, 0, 9));
    expect(cachedConfig(run.c)).toEqual({ data: bytes(9, 2, 3, 4), generation: 0 });
  });

  test('writes under the generation it has seen', () => {
    const run = cached().give(write(2, bytes(7)));
    expect(run.sent.at(-1)).toEqual(['SET_CONFIG', { generation: 5, offset: 2, data: bytes(7) }]);
    run.give(answered(5, 2, 7));
    expect(cachedConfig(run.c)).toEqual({ data: bytes(1, 2, 7, 4), generation: 5 });
  });

  test('asks for the generation before the first write, and for none where it does not count', () => {
    const strict = new Run(fresh()).give(write(2, bytes(7)), got(40, 0));
    expect(strict.sent).toEqual([
      ['GET_CONFIG', { offset: 0, length: 0 }],
      ['SET_CONFIG', { generation: 40, offset: 2, data: bytes(7) }],
    ]);
    const baseline = new Run(fresh({ checked: false })).give(write(2, bytes(7)));
    expect(baseline.sent).toEqual([['SET_CONFIG', { generation: 0, offset: 2, data: bytes(7) }]]);
  });

  test('a write answered under another generation leaves nothing cached', () => {
    const run = cached().give(write(2, bytes(7)), answered(6, 2, 8));
    expect(run.last).toEqual({ type: 'done', id: 2, data: bytes(8), generation: 6 });
    expect(cachedConfig(run.c)).toBeNull();
  });

  test('one write at a time', () => {
    const run = cached().give(write(2, bytes(7)), write(3, bytes(8), false, 3));
    expect(run.sent.filter(([name]) => name === 'SET_CONFIG')).toHaveLength(1);
    run.give(answered(5, 2, 7));
    expect(run.sent.filter(([name]) => name === 'SET_CONFIG')).toHaveLength(2);
  });

  test('a partial write is a mismatch', () => {
    const run = cached().give(write(2, bytes(7, 7)), answered(5, 2, 7));
    expect(run.last).toMatchObject({ type: 'fail', fault: { code: 'mismatch' } });
    expect(cachedConfig(run.c)).toBeNull();
  });

  test('a refused write is merged over the bytes as they are now, at most so often', () => {
    const run = cached().give(write(2, bytes(7, 0), true), answered(6, 2));
    expect(run.sent.at(-1)).toEqual(['GET_CONFIG', { offset: 2, length: 2 }]);
    run.give(got(6, 2, 30, 40));
    expect(run.last).toEqual({ type: 'merge', id: 2, data: bytes(30, 40), generation: 6 });
    run.give({ type: 'merged', data: bytes(7, 40) });
    expect(run.sent.at(-1)).toEqual(['SET_CONFIG', { generation: 6, offset: 2, data: bytes(7, 40) }]);
    run.give(answered(7, 2));
    expect(run.last).toMatchObject({ type: 'fail', fault: { code: 'rejected' }, generation: 7 });
  });

  test('a refused write without a merge is rejected with the new generation', () => {
    expect(cached().give(write(2, bytes(7)), answered(6, 2)).last).toMatchObject({
      type: 'fail',
      fault: { code: 'rejected' },
      generation: 6,
    });
  });

  test('a write whose fate is unknown leaves nothing cached', () => {
    const run = cached().give(write(2, bytes(7)), { type: 'failed', fault: fault('timeout', '', 'unknown') });
    expect(cachedConfig(run.c)).toBeNull();
  });

  test('a reset ends everything that runs and waits', () => {
    const run = cached().give(write(2, bytes(7)), read(0, 4, 9));
    expect(endDriverConfig(run.c, fault('reset', '')).map((e) => (e as { id: number }).id)).toEqual([2, 9]);
    expect(cachedConfig(run.c)).toBeNull();
  });

  test('nothing a device answers or announces makes it throw, or ends an operation twice', () => {
    const u32 = fc.oneof(fc.constantFrom(0, 1, 2, 3, 0xffffffff), fc.integer({ min: 0, max: 0xffffffff }));
    const fields = fc.record({
      device_status: u32,
      generation: u32,
      offset: u32,
      data: fc.uint8Array({ maxLength: 6 }),
    });
    const any: fc.Arbitrary<DriverConfigEvent> = fc.oneof(
      fc.record({ type: fc.constantFrom('got' as const, 'set' as const, 'event' as const), fields }),
      fc.record({ type: fc.constant('read' as const), id: fc.nat(), offset: u32, length: u32 }),
      fc.record({
        type: fc.constant('write' as const),
        id: fc.nat(),
        offset: fc.nat(4),
        data: fc.uint8Array({ maxLength: 4 }),
        merge: fc.boolean(),
      }),
      fc.record({ type: fc.constant('merged' as const), data: fc.option(fc.uint8Array({ maxLength: 4 })) }),
    );
    fc.assert(
      fc.property(fc.nat(3), fc.boolean(), fc.array(any, { maxLength: 50 }), (room, checked, events) => {
        const run = new Run(fresh({ room, checked }));
        let open = 0;
        for (const e of events) {
          const before = run.effects.length;
          if (e.type === 'read' || e.type === 'write') open++;
          run.give(e);
          open -= run.effects.slice(before).filter((x) => x.type === 'done' || x.type === 'fail').length;
          expect(open).toBe((run.c.current === null ? 0 : 1) + run.c.waiting.length);
          expect(run.c.waiting.length).toBeLessThanOrEqual(2);
          expect(run.c.cache?.length ?? 4).toBe(4);
        }
      }),
      runs(),
    );
  });
});
