import type { CountCode } from '../fault.js';
import { type Machine, table } from '../table.js';

/**
 * `open`: the handler has the request. `answered`: its answer waits behind an older one. `sent`: answered for good. `void`:
 * nothing will be sent any more, whatever the handler still says.
 */
export type ReplyState = 'open' | 'answered' | 'sent' | 'void';

export interface ReplyContext {
  /** The request asks for the reset of its device. */
  readonly reset: boolean;
}

export type ReplyEvent =
  /** `first`: no older slot of the device is open. */
  | { readonly type: 'answer'; readonly first: boolean }
  /** The handler threw. `benign`: there is an answer that promises nothing. */
  | { readonly type: 'threw'; readonly first: boolean; readonly benign: boolean }
  | { readonly type: 'older_sent' }
  /** The request is malformed or unsupported after all: there will be no response. */
  | { readonly type: 'discard' }
  | { readonly type: 'timer' }
  | { readonly type: 'device_reset' }
  | { readonly type: 'device_removed' }
  | { readonly type: 'bus_down' };

export type ReplyEffect =
  | { readonly do: 'send' }
  | { readonly do: 'disarm' }
  | { readonly do: 'needs_reset' }
  | { readonly do: 'count'; readonly code: CountCode }
  /** The handler answered twice: its own mistake, told to it as an exception. */
  | { readonly do: 'reject' };

type Emit = (effect: ReplyEffect) => void;

const SEND: ReplyEffect = { do: 'send' };
const DISARM: ReplyEffect = { do: 'disarm' };

const { row } = table<ReplyState, ReplyContext, ReplyEvent, ReplyEffect>();

const broken = (code: CountCode, emit: Emit): void => {
  emit({ do: 'needs_reset' });
  emit({ do: 'count', code });
};
const reject = { act: (_c: ReplyContext, _e: unknown, emit: Emit) => emit({ do: 'reject' }) };
const late = { act: (_c: ReplyContext, _e: unknown, emit: Emit) => emit({ do: 'count', code: 'late' }) };
const disarm = { act: (_c: ReplyContext, _e: unknown, emit: Emit) => emit(DISARM) };
const PENDING = ['open', 'answered'] as const;

/** One request on the answering side, from its arrival to the one response to it. */
export const REPLY: Machine<ReplyState, ReplyContext, ReplyEvent, ReplyEffect> = {
  name: 'reply',
  section: '5.5',
  states: ['open', 'answered', 'sent', 'void'],
  rows: [
    row('open', 'answer', 'sent', 'S4', {
      when: ['no older one of this device is open', (_c, e) => e.first],
      act: (_c, _e, emit) => {
        emit(DISARM);
        emit(SEND);
      },
    }),
    row('open', 'answer', 'answered', 'S4', disarm),
    row('answered', 'older_sent', 'sent', 'S4', { act: (_c, _e, emit) => emit(SEND) }),
    row(['answered', 'sent'], 'answer', null, 'C', reject),
    row('void', 'answer', null, 'C', late),

    row('open', 'threw', 'void', 'C', {
      when: ['no benign form: nothing is sent', (_c, e) => !e.benign],
      act: (_c, _e, emit) => {
        emit(DISARM);
        broken('bad_state', emit);
      },
    }),
    row('open', 'threw', 'sent', 'C', {
      when: ['benign form, no older one open', (_c, e) => e.first],
      act: (_c, _e, emit) => {
        emit(DISARM);
        emit(SEND);
        broken('bad_state', emit);
      },
    }),
    row('open', 'threw', 'answered', 'C', {
      act: (_c, _e, emit) => {
        emit(DISARM);
        broken('bad_state', emit);
      },
    }),
    // It had answered before it threw: the answer stands.
    row(['answered', 'sent'], 'threw', null, 'C', { act: (_c, _e, emit) => broken('bad_state', emit) }),
    row('void', 'threw', null, 'C', late),

    // Not in the table, which knows of such requests before they have a slot.
    row('open', 'discard', 'void', 'S4', disarm),
    row('open', 'timer', 'void', 'C', { act: (_c, _e, emit) => broken('timeout', emit) }),

    row(PENDING, 'device_reset', null, 'S', { when: ['the reset itself', (c) => c.reset] }),
    row('open', 'device_reset', 'void', 'S', disarm),
    row('answered', 'device_reset', 'void', 'S'),
    row('open', 'device_removed', 'void', 'S', disarm),
    row('answered', 'device_removed', 'void', 'S'),
    row('open', 'bus_down', 'void', 'C', disarm),
    row('answered', 'bus_down', 'void', 'C'),
  ],
};
