import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type EventsContext,
  type EventsEffect,
  type EventsEvent,
  type EventsState,
  events,
  newEvents,
} from '../../runtime/dist/core/bus/events.js';
import { attach, detach, type PendingEvent, setLive, setRunning } from '../../runtime/dist/core/bus/pending.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { step } from '../../runtime/dist/core/table.js';
import { runs } from './support/properties.js';
import { walk } from './support/walk.js';

const IN_BAND = { inBand: true, outOfBand: false, poll: null };

/** Device 1 runs with queues 0 and 2 of 4; device 2 is set up and does not run yet, and has NOTIFICATION_DATA. */
function fresh(rest: Partial<Parameters<typeof newEvents>[0]> = {}): EventsContext {
  const c = newEvents({ limits: DEFAULT_LIMITS, delivery: IN_BAND, signals: 'used', ...rest });
  attach(c, 1, { queues: 4, notificationData: false });
  attach(c, 2, { queues: 4, notificationData: true });
  for (const index of [0, 2]) setLive(c, 1, index, true);
  setLive(c, 2, 0, true);
  setRunning(c, 1, true);
  return c;
}

const queue = (type: 'used' | 'avail', device: number, index: number, data = 0): EventsEvent => ({
  type: 'queue',
  event: { type, device, index },
  data,
});
const config = (device: number, status: number, generation = 1): EventsEvent => ({
  type: 'config',
  device,
  status,
  generation,
});
const device = (number: number, state: number): EventsEvent => ({ type: 'device', number, state });
const turn: EventsEvent = { type: 'turn' };

function run(c: EventsContext, list: readonly EventsEvent[], from: EventsState = 'open') {
  let state = from;
  const effects: EventsEffect[] = [];
  for (const event of list) {
    const result = step(events, state, c, event);
    state = result.state;
    effects.push(...result.effects);
  }
  return { state, effects };
}
const delivered = (effects: readonly EventsEffect[]): PendingEvent[] =>
  effects.flatMap((e) => (e.type === 'deliver' ? [e.event] : []));
const used = (device: number, index: number): PendingEvent => ({ type: 'used', device, index });

describe('the table of events', () => {
  it('is taken in every row, with both outcomes of every guard, and never sends a message', () => {
    const deliveries = [
      IN_BAND,
      { inBand: false, outOfBand: false, poll: null },
      { inBand: false, outOfBand: true, poll: 10 },
    ];
    const { missing } = walk(
      events,
      {
        starts: deliveries.map((delivery) => ({ state: 'closed' as EventsState, context: fresh({ delivery }) })),
        events: () => [
          { type: 'start' },
          { type: 'stop' },
          queue('used', 1, 0),
          queue('used', 1, 1),
          queue('used', 1, 4),
          queue('used', 2, 0),
          queue('avail', 1, 2, 5),
          queue('avail', 2, 0, 5),
          config(1, 7),
          config(9, 7),
          device(5, 1),
          device(5, 3),
          device(65536, 1),
          { type: 'out_of_band', device: 1, queues: [0, 1] },
          { type: 'timer', timer: 'poll' },
          { type: 'full', events: [{ type: 'config', device: 1, status: 15, generation: 2 }] },
          { type: 'writable' },
          turn,
        ],
        depth: 5,
      },
      (_before, event, effects) => {
        const allowed = ['schedule', 'deliver', 'arm', 'cancel', 'refuse', 'count'];
        for (const e of effects) expect(allowed).toContain(e.type);
        if (event.type !== 'turn') expect(delivered(effects)).toEqual([]);
      },
    );
    expect(missing).toEqual([]);
  });
});

describe('events of queues', () => {
  it('are delivered once however often they came, in one turn', () => {
    const { effects } = run(fresh(), [queue('used', 1, 0), queue('used', 1, 2), queue('used', 1, 0), turn, turn]);
    expect(effects).toEqual([
      { type: 'schedule' },
      { type: 'deliver', event: used(1, 0) },
      { type: 'deliver', event: used(1, 2) },
    ]);
  });

  it.each<[string, EventsEvent, string]>([
    ['an index that does not exist', queue('used', 1, 4), 'range'],
    ['a device nobody has', queue('avail', 8, 0), 'range'],
    ['a queue that is not set up', queue('used', 1, 1), 'bad_state'],
    ['a device before DRIVER_OK', queue('used', 2, 0), 'bad_state'],
  ])('are dropped and counted for %s', (_what, event, code) => {
    const { effects } = run(fresh(), [event, turn]);
    expect(effects).toEqual([{ type: 'count', code }]);
  });

  it('are dropped after a reset, what was pending included', () => {
    const c = fresh();
    run(c, [queue('used', 1, 0)]);
    setRunning(c, 1, false);
    expect(delivered(run(c, [turn, queue('used', 1, 0), turn]).effects)).toEqual([]);
  });

  it('are forgotten with a queue that is reset, and those of the others stay', () => {
    const c = fresh();
    run(c, [queue('used', 1, 0), queue('avail', 1, 0), queue('used', 1, 2)]);
    setLive(c, 1, 0, false);
    setLive(c, 9, 0, false);
    expect(delivered(run(c, [turn]).effects)).toEqual([used(1, 2)]);
    setLive(c, 1, 0, true);
    expect(run(c, [turn, queue('avail', 1, 0), turn]).effects).toEqual([
      { type: 'schedule' },
      { type: 'deliver', event: { type: 'avail', device: 1, index: 0 } },
    ]);
  });

  it('of EVENT_AVAIL before DRIVER_OK are delivered: the device machine remembers them', () => {
    expect(delivered(run(fresh(), [queue('avail', 2, 0), turn]).effects)).toEqual([
      { type: 'avail', device: 2, index: 0 },
    ]);
  });

  it('kick whatever their offset says, and are counted where none may be there', () => {
    const kicked = (d: number) => run(fresh(), [queue('avail', d, 0, 0x80000007), turn]).effects;
    expect(kicked(1)).toEqual([
      { type: 'count', code: 'bad_value' },
      { type: 'schedule' },
      { type: 'deliver', event: { type: 'avail', device: 1, index: 0 } },
    ]);
    expect(kicked(2)).toEqual([
      { type: 'schedule' },
      { type: 'deliver', event: { type: 'avail', device: 2, index: 0 } },
    ]);
  });

  it('out of band stand for every live queue of their group, and a poll for every live queue there is', () => {
    const group = (queues: number[] | null) =>
      delivered(run(fresh(), [{ type: 'out_of_band', device: 1, queues }, turn]).effects);
    expect(group([1, 2, 3])).toEqual([used(1, 2)]);
    expect(group(null)).toEqual([used(1, 0), used(1, 2)]);
    const delivery = { inBand: false, outOfBand: false, poll: 20 };
    const { effects } = run(fresh({ delivery }), [{ type: 'start' }, { type: 'timer', timer: 'poll' }, turn], 'closed');
    expect(effects.filter((e) => e.type === 'arm')).toEqual(new Array(2).fill({ type: 'arm', timer: 'poll', ms: 20 }));
    expect(delivered(effects)).toEqual([used(1, 0), used(1, 2)]);
  });

  it('of a bus that cannot deliver and does not poll make it refuse to start', () => {
    const delivery = { inBand: false, outOfBand: false, poll: null };
    expect(run(fresh({ delivery }), [{ type: 'start' }], 'closed')).toEqual({
      state: 'refused',
      effects: [{ type: 'refuse', code: 'unsupported' }],
    });
  });
});

describe('a full medium', () => {
  it('keeps what it did not take until it is writable, and newer words win', () => {
    const c = fresh();
    const taken = delivered(
      run(c, [config(1, 7, 1), device(5, 2), device(5, 1), device(6, 1), device(7, 1), queue('used', 1, 0), turn])
        .effects,
    );
    run(c, [device(7, 2)]);
    const { effects } = run(c, [{ type: 'full', events: taken }, config(1, 15, 2), device(6, 2), turn]);
    expect(delivered(effects)).toEqual([]);
    const later = delivered(run(c, [{ type: 'writable' }, turn]).effects);
    expect(later).toContainEqual({ type: 'config', device: 1, status: 15, generation: 2 });
    expect(later.filter((e) => e.type === 'device')).toEqual([
      { type: 'device', number: 7, state: 2 },
      { type: 'device', number: 6, state: 2 },
      { type: 'device', number: 5, state: 2 },
      { type: 'device', number: 5, state: 1 },
    ]);
    expect(later).toContainEqual(used(1, 0));
  });

  it('keeps a state of the bus itself, unless a newer one or a removal came since', () => {
    const told = (since: EventsEvent[]) => {
      const c = fresh();
      const taken = delivered(run(c, [device(5, 0x8001), turn]).effects);
      return delivered(run(c, [{ type: 'full', events: taken }, ...since, { type: 'writable' }, turn]).effects);
    };
    expect(told([])).toEqual([{ type: 'device', number: 5, state: 0x8001 }]);
    expect(told([device(5, 0x8002)])).toEqual([{ type: 'device', number: 5, state: 0x8002 }]);
    const c = fresh();
    const taken = delivered(run(c, [device(5, 0x8001), turn]).effects);
    run(c, [device(5, 0x8002)]);
    expect(delivered(run(c, [{ type: 'full', events: taken }, { type: 'writable' }, turn]).effects)).toEqual([
      { type: 'device', number: 5, state: 0x8002 },
    ]);
    run(c, [device(5, 2)]);
    expect(delivered(run(c, [{ type: 'full', events: taken }, { type: 'writable' }, turn]).effects)).toEqual([
      { type: 'device', number: 5, state: 2 },
    ]);
  });
});

describe('a turn', () => {
  it('is at most 256 events and asks for another while there are more', () => {
    const c = fresh();
    const flood = Array.from({ length: 600 }, (_, number) => device(number, 1));
    const first = run(c, [...flood, turn]).effects;
    expect(first[0]).toEqual({ type: 'schedule' });
    expect(delivered(first).length).toBe(256);
    expect(first.at(-1)).toEqual({ type: 'schedule' });
    const rest = [run(c, [turn]).effects, run(c, [turn]).effects];
    expect(rest.map((e) => delivered(e).length)).toEqual([256, 88]);
    expect(rest[1]?.at(-1)?.type).toBe('deliver');
  });

  it('has configuration and devices first, then queues, and queues in every turn', () => {
    const c = fresh();
    const order = delivered(run(c, [queue('used', 1, 0), device(5, 1), config(1, 7), turn]).effects).map((e) => e.type);
    expect(order).toEqual(['config', 'device', 'used']);
    const flood = Array.from({ length: 4000 }, (_, number) => device(number, 1));
    expect(delivered(run(c, [...flood, queue('used', 1, 0), turn]).effects)).toContainEqual(used(1, 0));
  });

  it('gives every device its share of the queue events', () => {
    const c = newEvents({ limits: { ...DEFAULT_LIMITS, eventsPerTurn: 4 }, delivery: IN_BAND, signals: 'used' });
    for (const d of [1, 2]) {
      attach(c, d, { queues: 64, notificationData: false });
      setRunning(c, d, true);
      for (let i = 0; i < 64; i++) setLive(c, d, i, true);
    }
    const flood = [...Array.from({ length: 64 }, (_, i) => queue('used', 1, i)), queue('used', 2, 0), turn];
    expect(delivered(run(c, flood).effects)).toContainEqual(used(2, 0));
  });
});

describe('any flood of events', () => {
  const event = fc.oneof(
    fc.record({
      type: fc.constant('queue' as const),
      event: fc.record({
        type: fc.constantFrom('used' as const, 'avail' as const),
        device: fc.nat(4),
        index: fc.oneof(fc.nat(5), fc.nat()),
      }),
      data: fc.nat(1),
    }),
    fc.record({ type: fc.constant('config' as const), device: fc.nat(4), status: fc.nat(255), generation: fc.nat() }),
    fc.record({
      type: fc.constant('device' as const),
      number: fc.nat(7),
      state: fc.constantFrom(0, 1, 2, 3, 0x8001, 0xffff),
    }),
    fc.record({ type: fc.constant('out_of_band' as const), device: fc.nat(4), queues: fc.option(fc.array(fc.nat(9))) }),
    fc.constantFrom<EventsEvent>({ type: 'timer', timer: 'poll' }, turn, { type: 'writable' }),
  );

  it('keeps memory within what devices and queues there are, and schedules one turn at a time', () => {
    const most = { sources: 2, config: 2, news: 8, waiting: 2 };
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (list) => {
        const c = fresh();
        let due = 0;
        for (const e of list) {
          const { effects } = step(events, 'open', c, e);
          if (e.type === 'turn') due = 0;
          due += effects.filter((x) => x.type === 'schedule').length;
          expect(due).toBeLessThanOrEqual(1);
          for (const [name, size] of Object.entries(most))
            expect(c[name as keyof typeof most].size).toBeLessThanOrEqual(size);
          for (const source of c.sources.values()) {
            expect(source.used.size).toBeLessThanOrEqual(source.live.size);
            expect(source.avail.size).toBeLessThanOrEqual(source.live.size);
          }
        }
      }),
      runs(),
    );
  });

  it('takes no more bytes after 100000 events than after the first of each kind', () => {
    const c = fresh();
    const kinds = [
      queue('used', 1, 0),
      queue('used', 1, 2),
      queue('avail', 1, 0),
      queue('avail', 1, 2),
      queue('avail', 2, 0),
      config(1, 255, 1),
      config(2, 255, 1),
      device(5, 2),
      device(5, 1),
      device(5, 0xffff),
    ];
    run(c, kinds);
    const before = serialize(c).length;
    for (let i = 0; i < 10_000; i++) run(c, kinds);
    expect(serialize(c).length).toBe(before);
  });

  it('loses no event: after the turns every one of a live queue has been delivered behind its last arrival', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (list) => {
        const c = fresh();
        const owed = new Set<string>();
        const feed = (e: EventsEvent): boolean => {
          const { effects } = step(events, 'open', c, e);
          if (e.type === 'queue' && !effects.some((x) => x.type === 'count' && x.code !== 'bad_value')) {
            owed.add(JSON.stringify([e.event.type, e.event.device, e.event.index]));
          }
          for (const d of delivered(effects))
            if ('index' in d) owed.delete(JSON.stringify([d.type, d.device, d.index]));
          return effects.some((x) => x.type === 'schedule');
        };
        for (const e of list) feed(e);
        for (let more = true; more; ) more = feed(turn);
        expect([...owed]).toEqual([]);
      }),
      runs(),
    );
  });

  it('leaves nothing behind a device that is detached', () => {
    const c = fresh();
    run(c, [queue('used', 1, 0), config(1, 7)]);
    detach(c, 1);
    expect(delivered(run(c, [turn]).effects)).toEqual([]);
  });
});
