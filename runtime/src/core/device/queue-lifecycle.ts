import type { QueueSetup } from '../../wire/message.js';
import type { CountCode } from '../fault.js';
import { type Machine, table } from '../table.js';
import { type QueueBounds, setupFault } from './queue-setup.js';
import type { Phase } from './status-bits.js';

/** `absent` has no row: the device answers for indices it does not have before any queue is asked. */
export type QueueLife = 'unset' | 'set' | 'live' | 'stopping' | 'faulted';

export interface QueueContext {
  /** Private copy of what SET_VQUEUE said. */
  setup: QueueSetup | null;
  /** What GET_VQUEUE tells of the flag of `v1-2026`. */
  enabled: boolean;
}

/** How things stand around a queue. Filled in by the device for every event. */
interface Around extends QueueBounds {
  readonly phase: Phase;
  /** Whether the dialect has an enable flag. */
  readonly enableFlag: boolean;
  readonly ringReset: boolean;
}

export type QueueEvent =
  | { readonly type: 'setVqueue'; readonly setup: QueueSetup; readonly around: Around }
  | { readonly type: 'enterLive'; readonly around: Around }
  | { readonly type: 'avail' }
  | { readonly type: 'resetVqueue'; readonly around: Around }
  | { readonly type: 'drained' }
  | { readonly type: 'timer' }
  | { readonly type: 'fault' }
  /** The device as a whole stopped: reset, removal. */
  | { readonly type: 'deviceReset' };

export type QueueEffect =
  | { readonly type: 'reply' }
  | { readonly type: 'start'; readonly setup: QueueSetup }
  | { readonly type: 'drain' }
  | { readonly type: 'kick' }
  | { readonly type: 'stop' }
  | { readonly type: 'needsReset'; readonly cause: 'queue' | 'quiesce' }
  | { readonly type: 'arm' }
  | { readonly type: 'cancel' }
  | { readonly type: 'count'; readonly code: CountCode };

const T = table<QueueLife, QueueContext, QueueEvent, QueueEffect>();

const withheld = (e: { readonly setup: QueueSetup; readonly around: Around }): boolean =>
  e.around.enableFlag && e.setup.enable === false;
const valid = (e: { readonly setup: QueueSetup; readonly around: Around }): boolean =>
  setupFault(e.setup, e.around) === null;
const stillValid = (c: QueueContext, around: Around): boolean =>
  c.setup !== null && setupFault(c.setup, around) === null;
const keep = (c: QueueContext, setup: QueueSetup, enabled: boolean): void => {
  c.setup = setup;
  c.enabled = enabled;
};
const forget = (c: QueueContext): void => {
  c.setup = null;
  c.enabled = false;
};

/** One virtqueue as the device sees it: its parameters, not its ring. */
export const queueLifecycle: Machine<QueueLife, QueueContext, QueueEvent, QueueEffect> = {
  name: 'queue-lifecycle',
  section: '12',
  states: ['unset', 'set', 'live', 'stopping', 'faulted'],
  rows: [
    // The table has this row for `unset` only; a queue that was set and is not running may be withdrawn the same way.
    T.row(['unset', 'set'], 'setVqueue', 'unset', ['S5', 'C'], {
      when: ['the enable flag is not 1', (_c, e) => withheld(e)],
      act: (c, e, emit) => {
        keep(c, e.setup, false);
        emit({ type: 'reply' });
      },
    }),
    T.row('unset', 'setVqueue', 'set', 'S', {
      when: ['12.1 holds, phase negotiated', (_c, e) => valid(e) && e.around.phase === 'negotiated'],
      act: (c, e, emit) => {
        keep(c, e.setup, true);
        emit({ type: 'reply' });
      },
    }),
    T.row('unset', 'setVqueue', 'live', 'S4', {
      when: ['12.1 holds, phase live', (_c, e) => valid(e) && e.around.phase === 'live'],
      act: (c, e, emit) => {
        keep(c, e.setup, true);
        emit({ type: 'start', setup: e.setup });
        emit({ type: 'reply' });
      },
    }),
    T.row('unset', 'setVqueue', 'unset', ['S', 'C'], {
      act: (c, _e, emit) => {
        forget(c);
        emit({ type: 'count', code: 'rejected' });
        emit({ type: 'reply' });
      },
    }),
    T.row('set', 'setVqueue', 'set', 'C', {
      when: ['12.1 holds, phase negotiated', (_c, e) => valid(e) && e.around.phase === 'negotiated'],
      act: (c, e, emit) => {
        keep(c, e.setup, true);
        emit({ type: 'reply' });
      },
    }),
    // Not in the table, which leaves a bad replacement open: the queue is then as unset as after a bad first one, so that
    // GET_VQUEUE never confirms what was not asked for.
    T.row('set', 'setVqueue', 'unset', 'C', {
      act: (c, _e, emit) => {
        forget(c);
        emit({ type: 'count', code: 'rejected' });
        emit({ type: 'reply' });
      },
    }),
    T.row('set', 'enterLive', 'live', ['S', 'C'], {
      when: ['12.1 still holds', (c, e) => stillValid(c, e.around)],
      act: (c, _e, emit) => emit({ type: 'start', setup: c.setup! }),
    }),
    T.row('set', 'enterLive', 'faulted', 'C', {
      act: (_c, _e, emit) => emit({ type: 'needsReset', cause: 'queue' }),
    }),
    // A running ring must never be moved: everything read from it so far would be judged by other bounds (CVE-2026-5747).
    T.row('live', 'setVqueue', 'live', 'C', {
      act: (_c, _e, emit) => {
        emit({ type: 'count', code: 'bad_state' });
        emit({ type: 'reply' });
      },
    }),
    T.row('live', 'avail', 'live', 'S', { act: (_c, _e, emit) => emit({ type: 'kick' }) }),
    T.row('live', 'resetVqueue', 'stopping', 'S', {
      when: ['RING_RESET negotiated', (_c, e) => e.around.ringReset],
      act: (_c, _e, emit) => {
        emit({ type: 'drain' });
        emit({ type: 'arm' });
      },
    }),
    T.row('live', 'resetVqueue', 'live', 'C', {
      act: (_c, _e, emit) => {
        emit({ type: 'count', code: 'bad_state' });
        emit({ type: 'reply' });
      },
    }),
    T.row(['set', 'unset', 'faulted'], 'resetVqueue', 'unset', ['S', 'C'], {
      act: (c, _e, emit) => {
        forget(c);
        emit({ type: 'reply' });
      },
    }),
    T.row('stopping', 'drained', 'unset', 'S', {
      act: (c, _e, emit) => {
        forget(c);
        emit({ type: 'cancel' });
        // After this the driver may free the memory of the ring: nothing may be written behind it.
        emit({ type: 'reply' });
      },
    }),
    T.row('stopping', 'timer', 'faulted', 'C', {
      act: (_c, _e, emit) => {
        emit({ type: 'stop' });
        emit({ type: 'needsReset', cause: 'quiesce' });
        emit({ type: 'reply' });
      },
    }),
    // A SET_VQUEUE that comes now never gets here: the device keeps it back until the reset is answered.
    T.row('stopping', 'avail', 'stopping', ['S', 'C']),
    T.row('live', 'fault', 'faulted', 'C', {
      act: (_c, _e, emit) => {
        emit({ type: 'stop' });
        emit({ type: 'needsReset', cause: 'queue' });
      },
    }),
    T.row('faulted', 'avail', 'faulted', 'C'),
    T.row(['unset', 'set', 'live', 'stopping', 'faulted'], 'deviceReset', 'unset', 'S', { act: (c) => forget(c) }),
  ],
};
