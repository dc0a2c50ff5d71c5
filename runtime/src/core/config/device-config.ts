import type { ConfigData, ConfigRange } from '../../wire/message.js';
import type { CountCode } from '../fault.js';
import { type Machine, table } from '../table.js';

/** `applying`: the handler has been asked to take a write of the driver and has not answered. */
export type DeviceConfigState = 'steady' | 'applying';

export interface DeviceConfigContext {
  bytes: Uint8Array;
  /** What a reset brings back where the driver may write. */
  readonly defaults: Uint8Array;
  /** Bytes the driver may write. */
  readonly writable: readonly ConfigRange[];
  /** 32 bits, wraps, never set back. */
  generation: number;
  /** Whether a write must name the current generation. This and the room change with what the bus agrees on. */
  checked: boolean;
  /** Bytes of configuration that fit in GET_CONFIG or SET_CONFIG, and in EVENT_CONFIG. */
  room: number;
  eventRoom: number;
  /** An EVENT_CONFIG was given out and has not left; a newer one replaces it and must carry no data. */
  eventPending: boolean;
  /** Something changed that a suspended device may not tell yet. */
  parked: boolean;
  /** The write being applied. */
  write: { readonly offset: number; readonly data: Uint8Array } | null;
}

/** `quiet`: nobody may be told now, because the device is suspended; `silent`: there is nobody, no driver having begun. */
export type Audience = 'driver' | 'quiet' | 'silent';

export type DeviceConfigEvent =
  /** One transaction of the device: all of it, under one generation. */
  | {
      readonly type: 'update';
      readonly changes: readonly { offset: number; data: Uint8Array }[];
      readonly audience: Audience;
    }
  /** The device changed its status by itself. */
  | { readonly type: 'status'; readonly audience: Audience }
  | { readonly type: 'get'; readonly range: ConfigRange }
  | { readonly type: 'set'; readonly wanted: ConfigData }
  /** The driver wrote the status. */
  | { readonly type: 'statusWritten' }
  /** The handler's answer: the whole configuration afterwards, or null where it refuses. */
  | { readonly type: 'applied'; readonly bytes: Uint8Array | null; readonly audience: Audience }
  | { readonly type: 'reset' }
  | { readonly type: 'resumed' }
  | { readonly type: 'sent' };

export type DeviceConfigEffect =
  | { readonly type: 'reply'; readonly fields: ConfigData }
  /** Send EVENT_CONFIG with the status of the moment. */
  | { readonly type: 'event'; readonly fields: ConfigData }
  | { readonly type: 'apply'; readonly offset: number; readonly data: Uint8Array }
  | { readonly type: 'count'; readonly code: CountCode };

type Emit = (effect: DeviceConfigEffect) => void;
type Context = DeviceConfigContext;

export function deviceConfig(setup: {
  readonly bytes: Uint8Array;
  readonly writable?: readonly ConfigRange[];
  readonly generation?: number;
  readonly checked: boolean;
  readonly room: number;
  readonly eventRoom: number;
}): DeviceConfigContext {
  return {
    bytes: setup.bytes.slice(),
    defaults: setup.bytes.slice(),
    writable: setup.writable ?? [],
    generation: (setup.generation ?? 0) >>> 0,
    checked: setup.checked,
    room: setup.room,
    eventRoom: setup.eventRoom,
    eventPending: false,
    parked: false,
    write: null,
  };
}

const NONE = new Uint8Array(0);

// Both numbers come from the peer as 32 bits: their sum is exact in a double.
const inside = (range: ConfigRange, size: number): boolean => range.offset + range.length <= size;

const mayWrite = (c: Context, offset: number, length: number): boolean => {
  for (let at = offset; at < offset + length; ) {
    const range = c.writable.find((r) => r.offset <= at && at < r.offset + r.length);
    if (range === undefined) return false;
    at = range.offset + range.length;
  }
  return true;
};

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** The configuration after `changes`; what lies outside of it is not applied, a handler cannot grow its device. */
const withChanges = (bytes: Uint8Array, changes: readonly { offset: number; data: Uint8Array }[]): Uint8Array => {
  const after = bytes.slice();
  for (const { offset, data } of changes) {
    if (inside({ offset, length: data.length }, after.length)) after.set(data, offset);
  }
  return after;
};

const bump = (c: Context): void => {
  c.generation = (c.generation + 1) >>> 0;
};

/** Tells the driver, now or once it may be told. */
function announce(c: Context, audience: Audience, offset: number, data: Uint8Array, emit: Emit): void {
  if (audience === 'silent') return;
  if (audience === 'quiet') {
    c.parked = true;
    return;
  }
  c.eventPending = true;
  emit({ type: 'event', fields: { generation: c.generation, offset: data.length === 0 ? 0 : offset, data } });
}

const refuse = (c: Context, offset: number, emit: Emit): void =>
  emit({ type: 'reply', fields: { generation: c.generation, offset, data: NONE } });

const T = table<DeviceConfigState, Context, DeviceConfigEvent, DeviceConfigEffect>();
const ANY = ['steady', 'applying'] as const;

const changesSomething = (c: Context, e: { changes: readonly { offset: number; data: Uint8Array }[] }): boolean =>
  !same(c.bytes, withChanges(c.bytes, e.changes));
/** Whether one event may carry what changed. Two events with data and one generation are thereby impossible. */
const carried = (c: Context, e: { changes: readonly { data: Uint8Array }[] }): boolean =>
  e.changes.length === 1 && e.changes[0]!.data.length <= c.eventRoom && !c.eventPending && !c.parked;

/** Configuration on the side of the device. Spec: transport-msg.tex, Configuration Changes; GET_CONFIG, SET_CONFIG. */
export const deviceConfigMachine: Machine<
  DeviceConfigState,
  DeviceConfigContext,
  DeviceConfigEvent,
  DeviceConfigEffect
> = {
  name: 'device-config',
  section: '10',
  states: ANY,
  rows: [
    T.row(ANY, 'update', null, 'S', {
      when: [
        'something visible changed; one range, it fits, no event waiting',
        (c, e) => changesSomething(c, e) && carried(c, e),
      ],
      act: (c, e, emit) => {
        // The number first: whoever sees new bytes under the old number takes them for the old ones.
        bump(c);
        c.bytes = withChanges(c.bytes, e.changes);
        announce(c, e.audience, e.changes[0]!.offset, e.changes[0]!.data.slice(), emit);
      },
    }),
    T.row(ANY, 'update', null, 'S', {
      when: ['something visible changed', changesSomething],
      act: (c, e, emit) => {
        bump(c);
        c.bytes = withChanges(c.bytes, e.changes);
        announce(c, e.audience, 0, NONE, emit);
      },
    }),
    T.row(ANY, 'update', null, 'C'),
    T.row(ANY, 'status', null, 'S3', { act: (c, e, emit) => announce(c, e.audience, 0, NONE, emit) }),
    T.row(ANY, 'get', null, 'S', {
      when: ['inside, and the answer fits', (c, e) => inside(e.range, c.bytes.length) && e.range.length <= c.room],
      act: (c, { range }, emit) => {
        const data = c.bytes.slice(range.offset, range.offset + range.length);
        emit({ type: 'reply', fields: { generation: c.generation, offset: range.offset, data } });
      },
    }),
    T.row(ANY, 'get', null, 'C', {
      when: ['outside', (c, e) => !inside(e.range, c.bytes.length)],
      act: (c, e, emit) => refuse(c, e.range.offset, emit),
    }),
    T.row(ANY, 'get', null, 'C', {
      act: (c, e, emit) => {
        refuse(c, e.range.offset, emit);
        emit({ type: 'count', code: 'too_big' });
      },
    }),
    T.row('steady', 'set', 'steady', ['S3', 'S4', 'S5'], {
      when: [
        'generations are checked and this is another one',
        (c, e) => c.checked && e.wanted.generation !== c.generation,
      ],
      act: (c, e, emit) => refuse(c, e.wanted.offset, emit),
    }),
    T.row(ANY, 'statusWritten', null, 'S5'),
    T.row('steady', 'set', 'steady', 'C', {
      when: [
        'outside, nothing to write, or not writable',
        (c, { wanted }) =>
          wanted.data.length === 0 ||
          wanted.data.length > c.room ||
          !inside({ offset: wanted.offset, length: wanted.data.length }, c.bytes.length) ||
          !mayWrite(c, wanted.offset, wanted.data.length),
      ],
      act: (c, e, emit) => refuse(c, e.wanted.offset, emit),
    }),
    T.row('steady', 'set', 'applying', 'S', {
      act: (c, { wanted }, emit) => {
        c.write = { offset: wanted.offset, data: wanted.data.slice() };
        emit({ type: 'apply', offset: wanted.offset, data: wanted.data.slice() });
      },
    }),
    T.row('applying', 'applied', 'steady', 'C', {
      when: [
        'the handler refuses, or gives a configuration of another size',
        (c, e) => e.bytes?.length !== c.bytes.length,
      ],
      act: (c, _e, emit) => {
        refuse(c, c.write!.offset, emit);
        c.write = null;
      },
    }),
    T.row('applying', 'applied', 'steady', 'S', {
      when: ['the bytes became exactly what was written', (c, e) => same(e.bytes!, withChanges(c.bytes, [c.write!]))],
      act: (c, e, emit) => {
        c.bytes = e.bytes!.slice();
        emit({ type: 'reply', fields: { generation: c.generation, ...c.write! } });
        c.write = null;
      },
    }),
    T.row('applying', 'applied', 'steady', ['S', 'C'], {
      act: (c, e, emit) => {
        const { offset, data } = c.write!;
        bump(c);
        c.bytes = e.bytes!.slice();
        c.write = null;
        // The answer carries the new number; a driver that goes by events alone is told as well.
        emit({
          type: 'reply',
          fields: { generation: c.generation, offset, data: c.bytes.slice(offset, offset + data.length) },
        });
        announce(c, e.audience, 0, NONE, emit);
      },
    }),
    T.row(ANY, 'reset', 'steady', ['S', 'C'], {
      act: (c) => {
        const after = c.bytes.slice();
        for (const { offset, length } of c.writable) after.set(c.defaults.subarray(offset, offset + length), offset);
        if (!same(after, c.bytes)) bump(c);
        c.bytes = after;
        c.eventPending = false;
        c.parked = false;
        c.write = null;
      },
    }),
    T.row(ANY, 'resumed', null, 'S', {
      when: ['a change is waiting', (c) => c.parked],
      act: (c, _e, emit) => {
        c.parked = false;
        announce(c, 'driver', 0, NONE, emit);
      },
    }),
    T.row(ANY, 'sent', null, 'C', {
      act: (c) => {
        c.eventPending = false;
      },
    }),
  ],
};
