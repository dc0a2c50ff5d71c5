import { type DeviceNotice, kindOf, note as noteDevice } from '../discovery/device-news.js';
import type { CountCode, FaultCode } from '../fault.js';
import type { Limits } from '../limits.js';
import { type Machine, table } from '../table.js';
import {
  clear,
  isEmpty,
  mark,
  markLive,
  meaningful,
  newPendingEvents,
  noteConfig,
  type PendingEvent,
  type PendingEvents,
  putBackAll,
  type QueueEvent,
  take,
} from './pending.js';

/**
 * Delivery of events in one direction: from the medium to the layer above, or from it to the medium. In-band messages,
 * out-of-band bits and polling all end in the same pending sets, and a turn empties these piece by piece. An event is
 * never answered by anything: no effect here can carry a message. Times in milliseconds.
 */
export type EventsState = 'closed' | 'open' | 'refused';

/** How a bus gets events across. */
export interface Delivery {
  readonly inBand: boolean;
  readonly outOfBand: boolean;
  /** Milliseconds between two looks at everything, or null where nobody polls. */
  readonly poll: number | null;
}

export interface EventsContext extends PendingEvents {
  readonly limits: Pick<Limits, 'eventsPerTurn' | 'maxDevices'>;
  readonly delivery: Delivery;
  /** What a bit or a poll stands for: `used` towards the driver, `avail` towards the device. */
  readonly signals: QueueEvent['type'];
  /** A turn is due. */
  scheduled: boolean;
  /** The medium is full. */
  blocked: boolean;
}

export type EventsEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  /** EVENT_USED or EVENT_AVAIL; `data` is next_offset and next_wrap as one number, 0 in EVENT_USED. */
  | { readonly type: 'queue'; readonly event: QueueEvent; readonly data: number }
  /** EVENT_CONFIG. Its data are not kept: whoever hears of it reads what it needs. */
  | { readonly type: 'config'; readonly device: number; readonly status: number; readonly generation: number }
  /** EVENT_DEVICE. */
  | ({ readonly type: 'device' } & DeviceNotice)
  /** A notification bit; `queues` are those it stands for, null all of the device. */
  | { readonly type: 'out_of_band'; readonly device: number; readonly queues: readonly number[] | null }
  | { readonly type: 'timer'; readonly timer: 'poll' }
  /** Events of this turn that the medium did not take, in their order. */
  | { readonly type: 'full'; readonly events: readonly PendingEvent[] }
  | { readonly type: 'writable' }
  | { readonly type: 'turn' };

export type EventsEffect =
  /** Run one turn soon, behind the responses and requests that are there. */
  | { readonly type: 'schedule' }
  | { readonly type: 'deliver'; readonly event: PendingEvent }
  | { readonly type: 'arm'; readonly timer: 'poll'; readonly ms: number }
  | { readonly type: 'cancel'; readonly timer: 'poll' }
  | { readonly type: 'refuse'; readonly code: FaultCode }
  | { readonly type: 'count'; readonly code: CountCode };

export const newEvents = (options: Pick<EventsContext, 'limits' | 'delivery' | 'signals'>): EventsContext => ({
  ...newPendingEvents(),
  limits: options.limits,
  delivery: options.delivery,
  signals: options.signals,
  scheduled: false,
  blocked: false,
});

type Emit = (effect: EventsEffect) => void;

/** Asks for a turn, once: a flood would otherwise schedule as many as it has events. */
function wake(c: EventsContext, emit: Emit): void {
  if (c.scheduled || c.blocked || isEmpty(c)) return;
  c.scheduled = true;
  emit({ type: 'schedule' });
}

function kick(c: EventsContext, e: { readonly event: QueueEvent }, emit: Emit): void {
  mark(c, e.event);
  wake(c, emit);
}

const exists = (c: EventsContext, { device, index }: QueueEvent): boolean =>
  index < (c.sources.get(device)?.queues ?? 0);
const hasData = (c: EventsContext, { event }: { readonly event: QueueEvent }): boolean =>
  c.sources.get(event.device)?.notificationData === true;

function armPoll(c: EventsContext, emit: Emit): void {
  if (c.delivery.poll !== null) emit({ type: 'arm', timer: 'poll', ms: c.delivery.poll });
}

const { row } = table<EventsState, EventsContext, EventsEvent, EventsEffect>();

export const events: Machine<EventsState, EventsContext, EventsEvent, EventsEffect> = {
  name: 'events',
  section: '14',
  states: ['closed', 'open', 'refused'],
  rows: [
    // The guards exclude each other, where the table would let its first row take everything.
    row('open', 'queue', null, 'S', {
      when: [
        'vq index < max_virtqueues, no offset, queue in use',
        (c, e) => exists(c, e.event) && e.data === 0 && meaningful(c, e.event),
      ],
      act: kick,
    }),
    row('open', 'queue', null, 'C', {
      when: ['index too big', (c, e) => !exists(c, e.event)],
      act: (_c, _e, emit) => emit({ type: 'count', code: 'range' }),
    }),
    row('open', 'queue', null, ['S', 'C'], {
      when: ['offset, NOTIFICATION_DATA not negotiated', (c, e) => meaningful(c, e.event) && !hasData(c, e)],
      act: (c, e, emit) => {
        emit({ type: 'count', code: 'bad_value' });
        kick(c, e, emit);
      },
    }),
    row('open', 'queue', null, 'C', { when: ['offset, negotiated', (c, e) => meaningful(c, e.event)], act: kick }),
    row('open', 'queue', null, 'S', { act: (_c, _e, emit) => emit({ type: 'count', code: 'bad_state' }) }),
    row('open', 'out_of_band', null, 'P', {
      act: (c, e, emit) => {
        markLive(c, c.signals, e.device, e.queues);
        wake(c, emit);
      },
    }),
    row('open', 'timer', null, 'S', {
      act: (c, _e, emit) => {
        for (const device of c.sources.keys()) markLive(c, c.signals, device, null);
        wake(c, emit);
        armPoll(c, emit);
      },
    }),
    row('open', 'full', null, 'C', {
      act: (c, e) => {
        c.blocked = true;
        putBackAll(c, e.events);
      },
    }),
    row('open', 'writable', null, 'C', {
      act: (c, _e, emit) => {
        c.blocked = false;
        wake(c, emit);
      },
    }),
    row('closed', 'start', 'refused', 'C', {
      when: ['cannot deliver and does not poll', ({ delivery: d }) => !d.inBand && !d.outOfBand && d.poll === null],
      act: (_c, _e, emit) => emit({ type: 'refuse', code: 'unsupported' }),
    }),
    row('closed', 'start', 'open', 'C', { act: (c, _e, emit) => armPoll(c, emit) }),
    row('open', 'turn', null, 'C', {
      act: (c, _e, emit) => {
        c.scheduled = false;
        if (c.blocked) return;
        for (const event of take(c, c.limits.eventsPerTurn)) emit({ type: 'deliver', event });
        wake(c, emit);
      },
    }),

    // The pending sets of the text above the table.
    row('open', 'config', null, 'C', {
      when: ['device known', (c, e) => c.sources.has(e.device)],
      act: (c, e, emit) => {
        noteConfig(c, e.device, e.status, e.generation);
        wake(c, emit);
      },
    }),
    row('open', 'config', null, 'C', { act: (_c, _e, emit) => emit({ type: 'count', code: 'no_device' }) }),
    row('open', 'device', null, 'C', {
      when: [
        'number < maxDevices, state has a meaning',
        (c, e) => e.number < c.limits.maxDevices && kindOf(e.state) !== 'unknown',
      ],
      act: (c, e, emit) => {
        noteDevice(c.news, e);
        wake(c, emit);
      },
    }),
    row('open', 'device', null, 'C', {
      act: (c, e, emit) => emit({ type: 'count', code: e.number < c.limits.maxDevices ? 'unknown' : 'limit' }),
    }),
    row(['open', 'refused'], 'stop', 'closed', 'C', {
      act: (c, _e, emit) => {
        clear(c);
        c.scheduled = false;
        c.blocked = false;
        emit({ type: 'cancel', timer: 'poll' });
      },
    }),
  ],
};
