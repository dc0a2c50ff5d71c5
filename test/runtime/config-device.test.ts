import { describe, expect, test } from 'vitest';
import {
  type DeviceConfigContext,
  type DeviceConfigEffect,
  type DeviceConfigEvent,
  type DeviceConfigState,
  deviceConfig,
  deviceConfigMachine,
} from '../../runtime/dist/core/config/device-config.js';
import { step } from '../../runtime/dist/core/table.js';
import { walk } from './support/walk.js';

const fresh = (over: Partial<Parameters<typeof deviceConfig>[0]> = {}): DeviceConfigContext =>
  deviceConfig({
    bytes: Uint8Array.of(0, 1, 2, 3),
    writable: [{ offset: 2, length: 2 }],
    generation: 7,
    checked: true,
    room: 3,
    eventRoom: 2,
    ...over,
  });
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Gives events one after the other; the effects of the last. */
function give(c: DeviceConfigContext, ...events: DeviceConfigEvent[]): readonly DeviceConfigEffect[] {
  let state: DeviceConfigState = c.write === null ? 'steady' : 'applying';
  let effects: readonly DeviceConfigEffect[] = [];
  for (const event of events) ({ state, effects } = step(deviceConfigMachine, state, c, event));
  return effects;
}
const change = (offset: number, ...data: number[]) => ({ offset, data: bytes(...data) });
const update = (
  audience: 'driver' | 'quiet' | 'silent',
  ...changes: ReturnType<typeof change>[]
): DeviceConfigEvent => ({
  type: 'update',
  audience,
  changes,
});
const set = (generation: number, offset: number, ...data: number[]): DeviceConfigEvent => ({
  type: 'set',
  wanted: { generation, offset, data: bytes(...data) },
});

describe('configuration of a device (10)', () => {
  test('every row is taken, and every guard seen both ways', () => {
    const { missing } = walk<DeviceConfigState, DeviceConfigContext, DeviceConfigEvent, DeviceConfigEffect>(
      deviceConfigMachine,
      {
        starts: [
          { state: 'steady', context: fresh() },
          { state: 'steady', context: fresh({ checked: false }) },
        ],
        depth: 4,
        events: (state, c) => [
          update('driver', change(0, 9)),
          update('quiet', change(0, 8)),
          update('driver', change(0, 9), change(1, 9)),
          update('driver', change(0, c.bytes[0]!)),
          { type: 'status', audience: 'driver' },
          { type: 'get', range: { offset: 1, length: 3 } },
          { type: 'get', range: { offset: 1, length: 4 } },
          { type: 'get', range: { offset: 0, length: 4 } },
          set(c.generation, 2, 5),
          set(c.generation + 1, 2, 5),
          set(c.generation, 1, 5),
          { type: 'statusWritten' },
          ...(state === 'applying'
            ? ([
                { type: 'applied', audience: 'driver', bytes: null },
                { type: 'applied', audience: 'driver', bytes: bytes(0, 1) },
                { type: 'applied', audience: 'driver', bytes: bytes(c.bytes[0]!, c.bytes[1]!, 5, c.bytes[3]!) },
                { type: 'applied', audience: 'driver', bytes: bytes(c.bytes[0]!, 33, 5, 4) },
              ] as const)
            : []),
          { type: 'reset' },
          { type: 'resumed' },
          { type: 'sent' },
        ],
      },
      (before, event, effects, after) => {
        const bumped = after.context.generation !== before.context.generation;
        const changed = String(after.context.bytes) !== String(before.context.bytes);
        // Bytes change under a new generation only, except for what the driver itself wrote.
        if (changed && event.type !== 'applied') expect(bumped).toBe(true);
        if (bumped) expect(after.context.generation).toBe(before.context.generation + 1);
        for (const e of effects) {
          if (e.type !== 'event') continue;
          expect(e.fields.generation).toBe(after.context.generation);
          // Two events with data never share a generation.
          if (e.fields.data.length > 0) expect(bumped).toBe(true);
        }
      },
    );
    expect(missing).toEqual([]);
  });

  test('one range that fits is told with its data', () => {
    expect(give(fresh(), update('driver', change(1, 8, 9)))).toEqual([
      { type: 'event', fields: { generation: 8, offset: 1, data: bytes(8, 9) } },
    ]);
  });

  test.each([
    ['several ranges', [update('driver', change(0, 9), change(2, 9))], 8],
    ['a range too long', [update('driver', change(0, 9, 9, 9))], 8],
    ['a change while an event is waiting', [update('driver', change(0, 9)), update('driver', change(0, 8))], 9],
  ])('%s is told without data, under the newest generation', (_says, events, generation) => {
    expect(give(fresh(), ...events)).toEqual([{ type: 'event', fields: { generation, offset: 0, data: bytes() } }]);
  });

  test('data is told again once the last event has left', () => {
    const effects = give(fresh(), update('driver', change(0, 9)), { type: 'sent' }, update('driver', change(0, 8)));
    expect(effects).toEqual([{ type: 'event', fields: { generation: 9, offset: 0, data: bytes(8) } }]);
  });

  test('a transaction that changes nothing is none', () => {
    const c = fresh();
    expect(give(c, update('driver', change(0, 0)))).toEqual([]);
    expect(c.generation).toBe(7);
  });

  test('several ranges are one transaction and one generation', () => {
    const c = fresh();
    give(c, update('driver', change(0, 9), change(1, 9), change(3, 9)));
    expect(c.generation).toBe(8);
  });

  test('a status of the device’s own is told without data under the same generation', () => {
    expect(give(fresh(), { type: 'status', audience: 'driver' })).toEqual([
      { type: 'event', fields: { generation: 7, offset: 0, data: bytes() } },
    ]);
  });

  test('changes while suspended are told by one event after the resume', () => {
    const c = fresh();
    expect(give(c, update('quiet', change(0, 9)), update('quiet', change(0, 8)))).toEqual([]);
    expect(give(c, { type: 'resumed' })).toEqual([
      { type: 'event', fields: { generation: 9, offset: 0, data: bytes() } },
    ]);
    expect(give(c, { type: 'resumed' })).toEqual([]);
  });

  test.each([
    ['a whole read', { offset: 1, length: 3 }, bytes(1, 2, 3)],
    ['a read of nothing, for the generation', { offset: 0, length: 0 }, bytes()],
    ['a read of nothing at the end', { offset: 4, length: 0 }, bytes()],
    ['a read beyond the end', { offset: 2, length: 3 }, bytes()],
    ['a read far beyond the end', { offset: 0xffffffff, length: 0xffffffff }, bytes()],
    ['a read that does not fit in a message', { offset: 0, length: 4 }, bytes()],
  ])('%s', (_says, range, data) => {
    expect(give(fresh(), { type: 'get', range })[0]).toEqual({
      type: 'reply',
      fields: { generation: 7, offset: range.offset, data },
    });
  });

  test('a read that does not fit in a message is counted', () => {
    expect(give(fresh(), { type: 'get', range: { offset: 0, length: 4 } })[1]).toEqual({
      type: 'count',
      code: 'too_big',
    });
  });

  test.each([
    ['another generation', set(6, 2, 5)],
    ['bytes that may not be written', set(7, 0, 5)],
    ['bytes of which one may not be written', set(7, 1, 5, 5)],
    ['bytes beyond the end', set(7, 3, 5, 5)],
    ['no bytes', set(7, 2)],
  ])('a write of %s is refused under the current generation', (_says, event) => {
    const c = fresh();
    expect(give(c, event)).toEqual([
      {
        type: 'reply',
        fields: { generation: 7, offset: (event as { wanted: { offset: number } }).wanted.offset, data: bytes() },
      },
    ]);
    expect(c.bytes).toEqual(bytes(0, 1, 2, 3));
  });

  test('a write of another generation is taken where generations are not checked', () => {
    expect(give(fresh({ checked: false }), set(0, 2, 5))).toMatchObject([{ type: 'apply', offset: 2 }]);
  });

  test('a write that comes to be exactly as written keeps the generation', () => {
    const c = fresh();
    const effects = give(c, set(7, 2, 5, 6), { type: 'applied', bytes: bytes(0, 1, 5, 6), audience: 'driver' });
    expect(effects).toEqual([{ type: 'reply', fields: { generation: 7, offset: 2, data: bytes(5, 6) } }]);
  });

  test('a write that changes more has a new generation, answered and announced', () => {
    const effects = give(fresh(), set(7, 2, 5), { type: 'applied', bytes: bytes(0, 1, 6, 3), audience: 'driver' });
    expect(effects).toEqual([
      { type: 'reply', fields: { generation: 8, offset: 2, data: bytes(6) } },
      { type: 'event', fields: { generation: 8, offset: 0, data: bytes() } },
    ]);
  });

  test('the generation wraps', () => {
    const c = fresh({ generation: 0xffffffff });
    give(c, update('driver', change(0, 9)));
    expect(c.generation).toBe(0);
  });

  test('a reset brings back what the driver may write, and nothing else', () => {
    const c = fresh();
    give(c, update('driver', change(0, 9), change(2, 9)), { type: 'reset' });
    expect([...c.bytes]).toEqual([9, 1, 2, 3]);
    expect(c.generation).toBe(9);
    give(c, { type: 'reset' });
    expect(c.generation).toBe(9);
  });

  test('a device cannot grow its configuration', () => {
    const c = fresh();
    give(c, update('driver', change(3, 9, 9)));
    expect([c.bytes.length, c.generation]).toEqual([4, 7]);
  });
});
