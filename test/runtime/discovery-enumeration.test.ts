import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerGetDevices, type PageShape, roomOf } from '../../runtime/dist/core/discovery/answer.js';
import {
  type EnumerationContext,
  type EnumerationEffect,
  type EnumerationEvent,
  type EnumerationQuirk,
  type EnumerationState,
  enumeration,
  newEnumeration,
} from '../../runtime/dist/core/discovery/enumeration.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { step } from '../../runtime/dist/core/table.js';
import type { DevicePage } from '../../runtime/dist/wire/message.js';
import { runs } from './support/properties.js';
import { walk } from './support/walk.js';

const shape = (maxSize: number, headerSize = 8, granule: 1 | 8 = 8): PageShape => ({ maxSize, headerSize, granule });
const fresh = (rest: Partial<Parameters<typeof newEnumeration>[0]> = {}): EnumerationContext =>
  newEnumeration({ ...shape(48), limits: DEFAULT_LIMITS, ...rest });
const page = (offset: number, count: number, next_offset: number, bitmap: number[]): DevicePage => ({
  offset,
  count,
  next_offset,
  bitmap: Uint8Array.from(bitmap),
});

/** Runs one walk against somebody who answers; null is no answer. */
function enumerate(
  c: EnumerationContext,
  answer: (asked: { offset: number; count: number }) => DevicePage | null,
  meanwhile: readonly EnumerationEvent[] = [],
) {
  let state: EnumerationState = 'idle';
  const all: EnumerationEffect[] = [];
  const asked: { offset: number; count: number }[] = [];
  let event: EnumerationEvent | undefined = { type: 'start' };
  while (event !== undefined) {
    const result: { state: EnumerationState; effects: readonly EnumerationEffect[] } = step(
      enumeration,
      state,
      c,
      event,
    );
    state = result.state;
    all.push(...result.effects);
    event = undefined;
    for (const effect of result.effects) {
      if (effect.type !== 'request' || effect.message.name !== 'GET_DEVICES') continue;
      expect(effect.message.kind).toBe('request');
      for (const extra of asked.length === 0 ? meanwhile : []) all.push(...step(enumeration, state, c, extra).effects);
      const window = effect.message.fields as { offset: number; count: number };
      asked.push(window);
      expect(asked.length, 'windows asked for').toBeLessThanOrEqual(c.limits.maxEnumerationPages);
      const got = answer(window);
      event = got === null ? { type: 'failed', code: 'timeout' } : { type: 'response', page: got };
    }
  }
  const last = all.find((e) => e.type === 'finished' || e.type === 'failed');
  return { state, asked, all, devices: last !== undefined && 'devices' in last ? last.devices : null };
}

describe('the table of the enumeration', () => {
  const events = (_s: EnumerationState, c: EnumerationContext): EnumerationEvent[] => {
    const { offset: o, asked: n } = c;
    const pages = [
      page(o, 8, 0, [0x81]),
      page(o, 8, o + 8, [0x81]),
      page(o, 8, o + 12, [1]),
      page(o, 8, o, [1]),
      page(o + 8, 8, 0, [1]),
      page(o, n + 8, 0, new Array((n + 8) / 8).fill(0)),
      page(o, 12, 0, [1, 0]),
      page(o, 16, 0, [1]),
      page(o, 0, o + 64, []),
      page(o, 0, o, []),
      page(o, 0, 0, []),
      page(o, 2, 0, [0x81]),
    ];
    return [
      { type: 'start' },
      ...pages.map((p) => ({ type: 'response', page: p }) as const),
      { type: 'failed', code: 'timeout' },
      { type: 'device', number: 5, state: 2 },
      { type: 'device', number: 5, state: 3 },
    ];
  };

  it('is taken in every row, with both outcomes of every guard', () => {
    const limits = { maxEnumerationPages: 3 };
    const quirks: EnumerationQuirk[] = ['count-is-popcount', 'next-offset-never-zero'];
    const { missing } = walk(
      enumeration,
      {
        starts: [fresh({ limits }), fresh({ limits, quirks })].map((context) => ({ state: 'idle', context })),
        events,
        depth: 6,
      },
      (_before, _event, effects, after) => {
        expect(after.context.pages).toBeLessThanOrEqual(3);
        // 19.4 and liveness: a step asks on, or ends, and never both.
        const kinds = effects.filter((e) => ['request', 'finished', 'failed'].includes(e.type));
        expect(kinds.length).toBeLessThanOrEqual(1);
      },
    );
    expect(missing).toEqual([]);
  });
});

describe('the window that is asked for', () => {
  it.each([
    [44, 8, 240],
    [48, 8, 272],
    [264, 8, 2000],
    [44, 6, 256],
    [65535, 8, 65528],
  ])('on a bus of %i bytes with a header of %i has %i device numbers', (maxSize, headerSize, count) => {
    const { asked } = enumerate(fresh(shape(maxSize, headerSize)), () => page(0, 8, 0, [0]));
    expect(asked).toEqual([{ offset: 0, count }]);
  });

  it('ends at 65535, and can be made narrower for peers that need it', () => {
    const { asked } = enumerate(fresh(), ({ offset, count }) =>
      offset === 0 ? page(0, 8, 65520, [0]) : page(offset, count, 0, new Array(count / 8).fill(0xff)),
    );
    expect(asked[1]).toEqual({ offset: 65520, count: 16 });
    expect(enumerate(fresh({ widestWindow: 37 }), () => null).asked).toEqual([{ offset: 0, count: 32 }]);
  });
});

describe('the answers of a device side', () => {
  it('give numbers by bits, the lowest first', () => {
    const { devices } = enumerate(fresh(), ({ offset }) =>
      offset === 0 ? page(0, 16, 64, [0x01, 0x80]) : page(64, 8, 0, [0x02]),
    );
    expect(devices).toEqual([0, 15, 65]);
  });

  it.each([
    ['goes back', page(16, 8, 8, [0x04])],
    ['stays', page(16, 8, 16, [0x04])],
    ['is not aligned', page(16, 8, 27, [0x04])],
  ])('end the walk with what was found when next_offset %s', (_what, second) => {
    const { state, devices, all } = enumerate(fresh(), ({ offset }) =>
      offset === 0 ? page(0, 8, 16, [0x02]) : second,
    );
    expect(state).toBe('failed');
    expect(devices).toEqual([1, 18]);
    expect(all).toContainEqual({ type: 'count', code: 'mismatch' });
  });

  it.each([
    ['another offset', page(8, 8, 0, [1])],
    ['more numbers than were asked for', page(0, 280, 0, new Array(35).fill(1))],
    ['a length that is no multiple of 8', page(0, 12, 0, [1, 0])],
    ['a bitmap too short', page(0, 16, 0, [1])],
    ['a bitmap too long', page(0, 8, 0, [1, 1])],
    ['nothing, and no next window', page(0, 0, 0, [])],
  ])('with %s are not believed', (_what, answer) => {
    const { state, devices } = enumerate(fresh(), () => answer);
    expect(state).toBe('failed');
    expect(devices).toEqual([]);
  });

  it('may leave out windows', () => {
    const { devices } = enumerate(fresh(), ({ offset }) => (offset === 0 ? page(0, 0, 800, []) : page(800, 8, 0, [1])));
    expect(devices).toEqual([800]);
  });

  it('may have any length in v1-2026, where lengths need not be multiples of 8', () => {
    const { devices } = enumerate(fresh({ granule: 1 }), ({ offset }) =>
      offset === 0 ? page(0, 5, 5, [0x11]) : page(5, 3, 0, [0x04]),
    );
    expect(devices).toEqual([0, 4, 7]);
  });

  it('that do not come end the walk with what was found', () => {
    const { state, devices } = enumerate(fresh(), ({ offset }) => (offset === 0 ? page(0, 8, 8, [1]) : null));
    expect(state).toBe('failed');
    expect(devices).toEqual([0]);
  });

  it('end a walk through empty windows at the limit on pages', () => {
    const limits = { maxEnumerationPages: 10 };
    const { asked, state } = enumerate(fresh({ limits }), ({ offset }) => page(offset, 0, offset + 8, []));
    expect(asked.length).toBe(10);
    expect(state).toBe('failed');
  });
});

describe('EVENT_DEVICE during the enumeration', () => {
  const device = (number: number, state: number): EnumerationEvent => ({ type: 'device', number, state });
  it('is told behind its end, each device its newest, and a removal before the READY that followed it', () => {
    const meanwhile = [
      device(4, 1),
      device(2, 2),
      device(4, 2),
      device(2, 1),
      device(2, 2),
      device(2, 1),
      device(9, 3),
    ];
    const { all } = enumerate(fresh(), () => page(0, 8, 0, [4]), meanwhile);
    expect(all.slice(1)).toEqual([
      { type: 'count', code: 'unknown' },
      { type: 'finished', devices: [2] },
      { type: 'device', number: 4, state: 2 },
      { type: 'device', number: 2, state: 2 },
      { type: 'device', number: 2, state: 1 },
    ]);
  });
});

describe('GET_DEVICES on the device side', () => {
  const devices = new Set([0, 9, 300, 65535]);
  it('is dropped when its window is empty or not aligned', () => {
    for (const [offset, count] of [
      [0, 0],
      [4, 8],
      [8, 12],
    ] as const) {
      expect(answerGetDevices(devices, { offset, count }, shape(264))).toBeNull();
    }
  });

  it.each([
    [0, 64, 264, { offset: 0, count: 64, next_offset: 296, bitmap: [1, 2, 0, 0, 0, 0, 0, 0] }],
    [0, 8, 264, { offset: 0, count: 8, next_offset: 8, bitmap: [1] }],
    [16, 8, 264, { offset: 16, count: 8, next_offset: 296, bitmap: [0] }],
    [304, 8, 264, { offset: 304, count: 8, next_offset: 65528, bitmap: [0] }],
    [65528, 64, 264, { offset: 65528, count: 8, next_offset: 0, bitmap: [0x80] }],
  ])('of %i, %i on a bus of %i bytes says where the next device is', (offset, count, maxSize, expected) => {
    const answer = answerGetDevices(devices, { offset, count }, shape(maxSize));
    expect({ ...answer, bitmap: [...(answer?.bitmap ?? [])] }).toEqual(expected);
  });

  it('is shortened to what fits in a message', () => {
    const answer = answerGetDevices(devices, { offset: 0, count: 65528 }, shape(44));
    expect(answer?.count).toBe(roomOf(shape(44)));
    expect(8 + 6 + (answer?.bitmap.length ?? 0)).toBe(44);
  });
});

describe('any enumeration', () => {
  const u16 = fc.oneof(fc.integer({ min: 0, max: 65535 }), fc.constantFrom(0, 8, 16, 65528, 65535));
  const anyPage = (c: EnumerationContext) =>
    fc
      .record({
        o: fc.boolean(),
        offset: u16,
        count: fc.oneof(
          u16,
          fc.integer({ min: 0, max: 40 }).map((n) => n * 8),
        ),
        next: u16,
        step: fc.nat(5),
        bytes: fc.uint8Array({ maxLength: 40 }),
        fit: fc.boolean(),
      })
      .map(({ o, offset, count, next, step: s, bytes, fit }) => {
        const at = o ? c.offset : offset;
        const length = Math.ceil(count / 8);
        return page(
          at,
          count,
          s === 0 ? next : Math.min(at + count + (s - 1) * 8, 65535),
          fit ? new Array(length).fill(bytes[0] ?? 0) : [...bytes],
        );
      });

  it('ends within its bound on pages whatever it is answered, and finds ascending numbers below 65536', () => {
    const options = fc.record({
      maxSize: fc.integer({ min: 44, max: 300 }),
      granule: fc.constantFrom(1 as const, 8 as const),
      pages: fc.integer({ min: 1, max: 60 }),
      quirks: fc.subarray<EnumerationQuirk>(['count-is-popcount', 'next-offset-never-zero']),
    });
    fc.assert(
      fc.property(options, fc.gen(), ({ maxSize, granule, pages, quirks }, gen) => {
        const c = fresh({ ...shape(maxSize, 8, granule), limits: { maxEnumerationPages: pages }, quirks });
        const { asked, state, devices } = enumerate(c, () => (gen(fc.nat, { max: 30 }) === 0 ? null : gen(anyPage, c)));
        expect(asked.length).toBeLessThanOrEqual(pages);
        expect(['finished', 'failed']).toContain(state);
        expect(devices?.every((d, i) => d >= 0 && d < 65536 && (i === 0 || d > (devices[i - 1] ?? 0)))).toBe(true);
        for (const { offset, count } of asked) expect(offset + count).toBeLessThanOrEqual(65536);
      }),
      runs(),
    );
  });

  it('finds exactly the devices of an honest device side, whatever the windows of both are', () => {
    const number = fc.oneof(
      fc.integer({ min: 0, max: 65535 }),
      fc.integer({ min: 0, max: 600 }),
      fc.constantFrom(0, 65535),
    );
    const options = fc.record({
      devices: fc.uniqueArray(number, { maxLength: 80 }),
      ours: fc.integer({ min: 44, max: 3000 }),
      theirs: fc.integer({ min: 44, max: 3000 }),
      widestWindow: fc.oneof(fc.constant(65536), fc.integer({ min: 8, max: 4000 })),
      headerSize: fc.constantFrom(6, 8),
      granule: fc.constantFrom(1 as const, 8 as const),
    });
    fc.assert(
      fc.property(options, ({ devices, ours, theirs, widestWindow, headerSize, granule }) => {
        const present = new Set(devices);
        const c = fresh({ ...shape(ours, headerSize, granule), widestWindow });
        const { state, devices: found } = enumerate(c, (asked) =>
          answerGetDevices(present, asked, shape(theirs, headerSize, granule)),
        );
        expect(state).toBe('finished');
        expect(found).toEqual([...devices].sort((a, b) => a - b));
      }),
      runs(),
    );
  });

  it('finds exactly the devices of a v1-2026 device side that cuts its windows anywhere', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 60 }), fc.gen(), (devices, gen) => {
        const present = new Set(devices);
        const { devices: found, state } = enumerate(fresh({ granule: 1 }), ({ offset, count }) => {
          const length = gen(fc.integer, { min: 1, max: Math.min(count, 50) });
          return answerGetDevices(present, { offset, count: length }, shape(264, 8, 1));
        });
        expect(state).toBe('finished');
        expect(found).toEqual([...devices].sort((a, b) => a - b));
      }),
      runs(),
    );
  });

  // What qemu-virtio-msg-buses.md reports of the device side of 2026: 32 numbers, next_offset never 0, offsets clamped.
  const qemu =
    (present: ReadonlySet<number>) =>
    ({ offset, count }: { offset: number; count: number }): DevicePage => {
      const at = Math.min(offset, 32);
      const n = Math.min(count, 32 - at);
      const bitmap = new Uint8Array(n / 8);
      for (const d of present) if (d >= at && d < at + n) bitmap[(d - at) >> 3]! |= 1 << ((d - at) & 7);
      return { offset: at, count: n, next_offset: at + n, bitmap };
    };

  it('finds exactly the devices of QEMU with next-offset-never-zero, in any window, and fails without it', () => {
    const devices = fc.uniqueArray(fc.integer({ min: 0, max: 31 }));
    fc.assert(
      fc.property(devices, fc.integer({ min: 8, max: 300 }), (list, widestWindow) => {
        const answer = qemu(new Set(list));
        const sorted = [...list].sort((a, b) => a - b);
        const named = enumerate(fresh({ widestWindow, quirks: ['next-offset-never-zero'] }), answer);
        expect(named).toMatchObject({ state: 'finished', devices: sorted });
        expect(enumerate(fresh({ widestWindow }), answer)).toMatchObject({ state: 'failed', devices: sorted });
      }),
      runs(),
    );
  });

  // What optee-device.jsonl shows: count = bits set, bitmap of the length asked for, one window only, zeros when it refuses.
  it('finds exactly the devices of OP-TEE with count-is-popcount', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 271 })), (list) => {
        const answer = ({ offset, count }: { offset: number; count: number }): DevicePage => {
          const bitmap = new Uint8Array(count / 8);
          for (const d of list) if (d < count) bitmap[d >> 3]! |= 1 << (d & 7);
          return offset === 0 ? { offset, count: list.length, next_offset: 0, bitmap } : page(0, 0, 0, []);
        };
        const { state, devices } = enumerate(fresh({ quirks: ['count-is-popcount'] }), answer);
        expect(state).toBe('finished');
        expect(devices).toEqual([...list].sort((a, b) => a - b));
      }),
      runs(),
    );
  });

  it('does not take the zeros of a refusal for an empty bus', () => {
    const quirks: EnumerationQuirk[] = ['count-is-popcount'];
    expect(enumerate(fresh({ quirks }), () => page(0, 0, 0, [])).state).toBe('failed');
    expect(enumerate(fresh({ quirks }), ({ count }) => page(0, 0, 0, new Array(count / 8).fill(0))).state).toBe(
      'finished',
    );
  });
});
