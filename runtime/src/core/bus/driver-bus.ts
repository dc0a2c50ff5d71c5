import type { BusMessage, Message } from '../../wire/message.js';
import type { FaultCode } from '../fault.js';
import type { Limits } from '../limits.js';
import { type Machine, table } from '../table.js';
import { type Agreement, valid } from './agreement.js';

/**
 * A bus instance as the driver side has it: link, revision, enumeration, pings, end. The machines of the medium, the
 * revision, the enumeration and the devices run beside it; they are started by its effects and report by its events.
 */
export type DriverBusState = 'down' | 'linking' | 'negotiating' | 'enumerating' | 'up' | 'draining' | 'failed';

export type BusTimer = 'link' | 'ping' | 'drain';

export interface DriverBusContext {
  readonly limits: Pick<Limits, 'linkTimeout' | 'drainTimeout' | 'pingInterval' | 'pingMisses'>;
  /** Least size in bytes a bus of this dialect may announce. */
  readonly leastSize: number;
  /** Device numbers known beforehand, or null where GET_DEVICES finds them. */
  readonly devices: readonly number[] | null;
  readonly pings: boolean;
  /** Counts openings; what belongs to an older one is void. */
  epoch: number;
  agreement: Agreement | null;
  /** Value of the last PING. */
  value: number;
  /**
   * Values of the PINGs sent since the last good answer, at most `pingMisses`. More than the newest is kept: with a round trip
   * longer than the interval every good answer is to an older one, and a living peer would be declared dead.
   */
  unanswered: number[];
  /** Values of those that were out when another was answered, at most `pingMisses`: their answers may still come. */
  excused: number[];
}

export type DriverBusEvent =
  | { readonly type: 'open' }
  | { readonly type: 'medium_ready' }
  | { readonly type: 'medium_error' }
  | { readonly type: 'medium_lost' }
  | { readonly type: 'timer'; readonly timer: BusTimer }
  | { readonly type: 'agreed'; readonly agreement: Agreement }
  | { readonly type: 'no_common_revision' }
  | { readonly type: 'enumerated'; readonly devices: readonly number[] }
  /** `devices` are those found before it failed. */
  | { readonly type: 'enumeration_failed'; readonly devices: readonly number[]; readonly code: FaultCode }
  /** A request or event that passed intake. Device messages come here only to be dropped when the bus has failed. */
  | { readonly type: 'received'; readonly message: Message }
  /** The response to a PING, as the correlation layer delivers it. */
  | { readonly type: 'response'; readonly message: Extract<BusMessage, { name: 'PING'; kind: 'response' }> }
  | { readonly type: 'limits_changed'; readonly agreement: Agreement }
  | { readonly type: 'close'; readonly how: 'graceful' | 'abortive' }
  /** All devices are reset and nothing is in flight. */
  | { readonly type: 'drained' };

export type DriverBusUp =
  /** `complete` is false where the enumeration failed and there may be more devices. */
  | { readonly type: 'ready'; readonly devices: readonly number[]; readonly complete: boolean }
  | { readonly type: 'error'; readonly code: FaultCode };

export type DriverBusEffect =
  | { readonly type: 'start_medium' }
  | { readonly type: 'close_medium' }
  /** All tokens are free again. */
  | { readonly type: 'new_epoch'; readonly epoch: number }
  | { readonly type: 'negotiate' }
  /** Holds from the next message on; requests that are too big for it fail with `too_big`. */
  | { readonly type: 'limits'; readonly agreement: Agreement }
  /** Find the devices; where `known` is not null they are found already and `enumerated` follows at once. */
  | { readonly type: 'enumerate'; readonly maxSize: number; readonly known: readonly number[] | null }
  | { readonly type: 'arm'; readonly timer: BusTimer; readonly ms: number }
  | { readonly type: 'cancel'; readonly timer: BusTimer }
  /** A request: the correlation layer puts its token. */
  | { readonly type: 'request'; readonly message: BusMessage }
  /** A response: it carries the token of its request. */
  | { readonly type: 'send'; readonly message: BusMessage }
  /** For the enumeration while it runs, which records it, and for the machine of that device otherwise. */
  | { readonly type: 'device'; readonly number: number; readonly state: number }
  | { readonly type: 'fail_requests'; readonly code: FaultCode }
  /** Every device machine gets `bus_down`. */
  | { readonly type: 'remove_devices' }
  /** Every bound device is reset; `drained` follows. */
  | { readonly type: 'reset_devices' }
  | { readonly type: 'up'; readonly event: DriverBusUp }
  | { readonly type: 'count'; readonly code: FaultCode };

export interface DriverBusOptions {
  readonly limits: DriverBusContext['limits'];
  readonly leastSize: number;
  readonly devices?: readonly number[] | null;
  readonly pings?: boolean;
  /** Where the values of PINGs begin; the next one is one more. */
  readonly value?: number;
}

export const newDriverBus = (options: DriverBusOptions): DriverBusContext => ({
  limits: options.limits,
  leastSize: options.leastSize,
  devices: options.devices ?? null,
  pings: options.pings ?? true,
  epoch: 0,
  agreement: null,
  value: options.value ?? 0,
  unanswered: [],
  excused: [],
});

type Emit = (effect: DriverBusEffect) => void;

function open(c: DriverBusContext, _e: DriverBusEvent, emit: Emit): void {
  c.epoch++;
  c.agreement = null;
  c.unanswered = [];
  c.excused = [];
  emit({ type: 'new_epoch', epoch: c.epoch });
  emit({ type: 'start_medium' });
  emit({ type: 'arm', timer: 'link', ms: c.limits.linkTimeout });
}

function noLink(_c: DriverBusContext, _e: DriverBusEvent, emit: Emit): void {
  emit({ type: 'cancel', timer: 'link' });
  emit({ type: 'up', event: { type: 'error', code: 'bus_down' } });
}

function holdTo(c: DriverBusContext, agreement: Agreement, emit: Emit): void {
  const held = valid(agreement, c.leastSize) as Agreement;
  c.agreement = held;
  emit({ type: 'limits', agreement: held });
}

function ready(c: DriverBusContext, devices: readonly number[], complete: boolean, emit: Emit): void {
  emit({ type: 'up', event: { type: 'ready', devices, complete } });
  if (c.pings) emit({ type: 'arm', timer: 'ping', ms: c.limits.pingInterval });
}

function ping(c: DriverBusContext, emit: Emit): void {
  c.value = (c.value + 1) >>> 0;
  c.unanswered.push(c.value);
  emit({ type: 'request', message: { name: 'PING', kind: 'request', device: 0, token: 0, fields: { data: c.value } } });
  emit({ type: 'arm', timer: 'ping', ms: c.limits.pingInterval });
}

function collapse(code: FaultCode, emit: Emit): void {
  emit({ type: 'cancel', timer: 'ping' });
  emit({ type: 'fail_requests', code });
  emit({ type: 'remove_devices' });
  emit({ type: 'up', event: { type: 'error', code } });
}

function end(timers: readonly BusTimer[], emit: Emit): void {
  for (const timer of timers) emit({ type: 'cancel', timer });
  emit({ type: 'fail_requests', code: 'bus_down' });
  emit({ type: 'close_medium' });
}

const { row } = table<DriverBusState, DriverBusContext, DriverBusEvent, DriverBusEffect>();

export const driverBus: Machine<DriverBusState, DriverBusContext, DriverBusEvent, DriverBusEffect> = {
  name: 'driver bus',
  section: '2',
  states: ['down', 'linking', 'negotiating', 'enumerating', 'up', 'draining', 'failed'],
  rows: [
    row('down', 'open', 'linking', 'C', { act: open }),
    row('linking', 'medium_ready', 'negotiating', 'S', {
      act: (_c, _e, emit) => {
        emit({ type: 'cancel', timer: 'link' });
        emit({ type: 'negotiate' });
      },
    }),
    row('linking', 'timer', 'failed', 'C', { when: ['link', (_c, e) => e.timer === 'link'], act: noLink }),
    row('linking', 'medium_error', 'failed', 'C', { act: noLink }),
    row('negotiating', 'agreed', 'enumerating', 'S', {
      when: ['rev >= 1 and maxSize >= 44', (c, e) => valid(e.agreement, c.leastSize) !== null],
      act: (c, e, emit) => {
        holdTo(c, e.agreement, emit);
        emit({ type: 'enumerate', maxSize: c.agreement?.maxSize ?? 0, known: c.devices });
      },
    }),
    row('negotiating', 'agreed', 'failed', 'S', {
      act: (_c, _e, emit) => emit({ type: 'up', event: { type: 'error', code: 'revision' } }),
    }),
    row('negotiating', 'no_common_revision', 'failed', 'P', {
      act: (_c, _e, emit) => emit({ type: 'up', event: { type: 'error', code: 'revision' } }),
    }),
    row('enumerating', 'enumerated', 'up', 'C', { act: (c, e, emit) => ready(c, e.devices, true, emit) }),
    // The table has an empty list here, but §7.1 keeps what was found, and a device that is there is better used than lost.
    // The enumeration has counted its own failure.
    row('enumerating', 'enumeration_failed', 'up', 'C', { act: (c, e, emit) => ready(c, e.devices, false, emit) }),
    row(['enumerating', 'up'], 'received', null, 'S', {
      when: ['EVENT_DEVICE', (_c, e) => e.message.name === 'EVENT_DEVICE'],
      act: (_c, e, emit) => {
        if (e.message.name !== 'EVENT_DEVICE') return;
        const { device_number: number, device_bus_state: state } = e.message.fields;
        emit({ type: 'device', number, state });
      },
    }),
    row('up', 'timer', null, ['S', 'C'], {
      when: ['ping; fewer than 3 missed', (c, e) => e.timer === 'ping' && c.unanswered.length < c.limits.pingMisses],
      act: (c, _e, emit) => ping(c, emit),
    }),
    row('up', 'response', null, 'S', {
      when: ['value equals one sent', (c, e) => [...c.unanswered, ...c.excused].includes(e.message.fields.data)],
      act: (c, e) => {
        const out = [...c.excused, ...c.unanswered].filter((value) => value !== e.message.fields.data);
        c.excused = out.slice(-c.limits.pingMisses);
        c.unanswered = [];
      },
    }),
    // It stays among the unanswered, and so counts as missed.
    row('up', 'response', null, 'C', { act: (_c, _e, emit) => emit({ type: 'count', code: 'mismatch' }) }),
    row('up', 'timer', 'failed', 'C', {
      when: ['ping; 3 missed', (_c, e) => e.timer === 'ping'],
      act: (_c, _e, emit) => collapse('peer_dead', emit),
    }),
    // Wider than the table, which answers in `up` only: every request has its response, and a peer that pings while we still
    // enumerate or already drain would take us for dead.
    row(['enumerating', 'up', 'draining'], 'received', null, 'S', {
      when: ['PING request', (_c, e) => e.message.name === 'PING' && e.message.kind === 'request'],
      act: (_c, e, emit) => {
        if (e.message.name === 'PING') emit({ type: 'send', message: { ...e.message, kind: 'response' } });
      },
    }),
    // Wider than the table, which has `up` only: a medium that is lost earlier would leave the bus waiting for ever, or `up`
    // without a medium.
    row(['negotiating', 'enumerating', 'up'], 'medium_lost', 'failed', 'C', {
      act: (_c, _e, emit) => collapse('bus_down', emit),
    }),
    row(['enumerating', 'up'], 'limits_changed', null, 'S4', {
      when: ['maxSize >= 44', (c, e) => valid(e.agreement, c.leastSize) !== null],
      act: (c, e, emit) => holdTo(c, e.agreement, emit),
    }),
    // Not in the table: as when the limits were invalid from the beginning.
    row(['enumerating', 'up'], 'limits_changed', 'failed', 'C', { act: (_c, _e, emit) => collapse('revision', emit) }),
    row('up', 'close', 'draining', 'C', {
      when: ['graceful', (_c, e) => e.how === 'graceful'],
      act: (c, _e, emit) => {
        emit({ type: 'cancel', timer: 'ping' });
        emit({ type: 'reset_devices' });
        emit({ type: 'arm', timer: 'drain', ms: c.limits.drainTimeout });
      },
    }),
    row(['up', 'enumerating', 'negotiating', 'linking'], 'close', 'down', 'C', {
      when: ['abortive', (_c, e) => e.how === 'abortive'],
      act: (_c, _e, emit) => end(['link', 'ping'], emit),
    }),
    row('draining', 'drained', 'down', 'C', {
      act: (_c, _e, emit) => {
        emit({ type: 'cancel', timer: 'drain' });
        emit({ type: 'close_medium' });
      },
    }),
    row('draining', 'timer', 'down', 'C', {
      when: ['drain', (_c, e) => e.timer === 'drain'],
      act: (_c, _e, emit) => end([], emit),
    }),
    row('failed', 'open', 'linking', 'C', { act: open }),
    row('failed', 'received', null, 'C', { act: (_c, _e, emit) => emit({ type: 'count', code: 'bus_down' }) }),
  ],
};
