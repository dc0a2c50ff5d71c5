import type { DialectName } from '../../wire/dialect.js';
import type { FeatureBlocks, TransportMessage } from '../../wire/message.js';
import { FeatureBit, hasFeature } from '../device/feature-bits.js';
import { DeviceStatus as S } from '../device/status-bits.js';
import { room } from '../device/texts.js';
import { type Fault, type FaultCode, fault } from '../fault.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import { type Machine, step, table } from '../table.js';
import type { InitEffect, InitEvent } from './contract.js';
import { acceptable, blocksOf, chooseFrom, finalChoice, windowAt } from './feature-choice.js';

export type InitState =
  | 'start'
  | 'resetting'
  | 'reset_poll'
  | 'acked'
  | 'driver'
  | 'offered'
  | 'chosen'
  | 'features_set'
  | 'features_try'
  | 'features_ok'
  | 'setup'
  | 'live_try'
  | 'live'
  | 'needs_reset'
  | 'suspect'
  | 'suspending'
  | 'suspended'
  | 'resuming'
  | 'broken'
  | 'lost'
  | 'gone';

export interface InitContext {
  readonly device: number;
  readonly limits: Limits;
  /** Feature blocks the device announced, already checked against the limit of section 6.1. */
  readonly numBlocks: number;
  readonly supported: readonly number[];
  /** Blocks in one message. */
  readonly window: number;
  /** Queues are announced outside of messages on this bus. */
  readonly outOfBand: boolean;
  readonly policy: 'auto' | 'manual';
  /** Writing 0 to the status ends the peer (OP-TEE): whether the device is reset is only looked at. */
  readonly resetIsFatal: boolean;
  /** Last status the device told. */
  status: number;
  /** The value of the SET_DEVICE_STATUS that is out, or null. */
  setting: number | null;
  offered: number[];
  chosen: number[];
  /** Blocks of the choice already sent. */
  sent: number;
  /** When the polling that is going on began, by the clock of the timer events; null before the first of them. */
  since: number | null;
  /** When the device was reset because it asked for it; of the last 60 s. */
  resets: number[];
  /** The request that is out, if any. */
  last: TransportMessage | null;
  /** Where `suspect` came from, and the request whose fate is unknown. */
  before: InitState;
  doubted: TransportMessage | null;
  /** The request that was sent once more because of such a doubt, and how often in a row. */
  repeated: TransportMessage | null;
  repeats: number;
  /** How often somebody else has reset the device since it was live last. */
  lapses: number;
}

type Context = InitContext;
type Emit = (effect: InitEffect) => void;

export function initContext(setup: {
  readonly device: number;
  readonly dialect: DialectName;
  readonly maxMessageSize: number;
  readonly numBlocks: number;
  readonly supported: readonly number[];
  readonly outOfBand?: boolean;
  readonly policy?: 'auto' | 'manual';
  readonly resetIsFatal?: boolean;
  readonly limits?: Limits;
}): InitContext {
  return {
    device: setup.device,
    limits: setup.limits ?? DEFAULT_LIMITS,
    numBlocks: setup.numBlocks,
    supported: setup.supported,
    window: Math.floor(room(setup.dialect, setup.maxMessageSize, 'GET_DEVICE_FEATURES') / 4),
    outOfBand: setup.outOfBand ?? false,
    policy: setup.policy ?? 'auto',
    resetIsFatal: setup.resetIsFatal ?? false,
    status: 0,
    setting: null,
    offered: [],
    chosen: [],
    sent: 0,
    since: null,
    resets: [],
    before: 'start',
    doubted: null,
    repeated: null,
    repeats: 0,
    lapses: 0,
    last: null,
  };
}

/** Most resets a device may ask for in this time, in milliseconds, before somebody has to look. */
const RESET_WINDOW = 60_000;
const RESETS_IN_WINDOW = 3;
/** How long a device may take to suspend or resume, in milliseconds. */
const SUSPEND_LIMIT = 1000;
/** How often a step whose answer is lost is sent once more, as long as the device answers GET_DEVICE_STATUS. */
const MOST_REPEATS = 2;
/** How often a device may be found reset by somebody else before it was live once. */
const MOST_LAPSES = 3;

// Token 0: the bus chooses it.
const request = (c: Context, message: Pick<TransportMessage, 'name' | 'fields'>, emit: Emit): void => {
  c.last = { ...message, kind: 'request', device: c.device, token: 0 } as TransportMessage;
  emit({ type: 'send', message: c.last });
};
const setStatus = (c: Context, status: number, emit: Emit): void => {
  c.setting = status;
  request(c, { name: 'SET_DEVICE_STATUS', fields: { status } }, emit);
};
const getStatus = (c: Context, emit: Emit): void => request(c, { name: 'GET_DEVICE_STATUS', fields: {} }, emit);
const askFeatures = (c: Context, emit: Emit): void =>
  request(c, { name: 'GET_DEVICE_FEATURES', fields: windowAt(c.offered.length, c.numBlocks, c.window) }, emit);
const sendFeatures = (c: Context, emit: Emit): void =>
  request(c, { name: 'SET_DRIVER_FEATURES', fields: blocksOf(c.chosen, c.sent, c.window) }, emit);

const reset = (c: Context, emit: Emit): void => {
  c.offered = [];
  c.chosen = [];
  c.sent = 0;
  c.since = null;
  if (c.resetIsFatal) getStatus(c, emit);
  else setStatus(c, 0, emit);
};
const acknowledge = (c: Context, emit: Emit): void => setStatus(c, S.ACKNOWLEDGE, emit);
const poll = (c: Context, emit: Emit): void => emit({ type: 'arm', timer: 'poll', ms: c.limits.resetPollInterval });
// Measured, not counted: a device may take a second for each answer.
const polledFor = (c: Context, now: number, limit: number): boolean => c.since !== null && now - c.since >= limit;
const pollAgain = (c: Context, e: { readonly now: number }, emit: Emit): void => {
  c.since ??= e.now - c.limits.resetPollInterval;
  getStatus(c, emit);
};
const note = (c: Context, e: { readonly status: number }): void => {
  c.status = e.status >>> 0;
  c.setting = null;
  c.last = null;
};
const has = (status: number, bits: number): boolean => (status & bits) === bits;

/** Leaves the device alone after a best effort to tell it so. Spec: content.tex, FAILED. */
const breakOff = (c: Context, why: Fault, emit: Emit): void => {
  emit({ type: 'cancel', timer: 'poll' });
  setStatus(c, (c.status | S.FAILED) & 0xff, emit);
  emit({ type: 'up', what: 'broken', fault: why });
};
const broken = (code: FaultCode, message: string) => (c: Context, e: unknown, emit: Emit) => {
  if (typeof e === 'object' && e !== null && 'status' in e) note(c, e as { status: number });
  breakOff(c, fault(code, message), emit);
};
const askForReset = (c: Context, e: { readonly status: number }, emit: Emit): void => {
  note(c, e);
  emit({ type: 'cancel', timer: 'poll' });
  emit({ type: 'up', what: 'needs_reset' });
};

/** What the answer must be: the window that was asked for, whole. */
const asAsked = (c: Context, fields: FeatureBlocks): boolean => {
  const asked = windowAt(c.offered.length, c.numBlocks, c.window);
  return fields.block_index === asked.block_index && fields.features.length === asked.num_blocks;
};
const complete = (c: Context, fields: FeatureBlocks): boolean =>
  c.offered.length + fields.features.length >= c.numBlocks;
const take = (c: Context, fields: FeatureBlocks): void => {
  c.offered = [...c.offered, ...fields.features.map((block) => block >>> 0)];
  c.last = null;
};
const choiceOf = (c: Context, fields: FeatureBlocks): boolean => {
  const offered = [...c.offered, ...fields.features];
  return acceptable(offered, chooseFrom(offered, c.supported));
};
const recent = (c: Context, now: number): number[] => c.resets.filter((at) => now - at < RESET_WINDOW);

const T = table<InitState, Context, InitEvent, InitEffect>();
const needsReset = (e: { readonly status: number }): boolean => has(e.status, S.DEVICE_NEEDS_RESET);
/** Whether a device that was in doubt is where it was, or where the step in doubt should have brought it. */
const goesOn = (c: Context, e: { readonly status: number }): boolean => e.status === c.status || e.status === c.setting;
/** Everywhere between the first request and the end. */
const ACTIVE = [
  'resetting',
  'reset_poll',
  'acked',
  'driver',
  'offered',
  'chosen',
  'features_set',
  'features_try',
  'features_ok',
  'setup',
  'live_try',
  'live',
  'suspending',
  'suspended',
  'resuming',
] as const;

/** A driver that brings one device from its reset to DRIVER_OK. Spec: content.tex, Device Initialization. */
export const initMachine: Machine<InitState, InitContext, InitEvent, InitEffect> = {
  name: 'driver-init',
  section: '8',
  states: ['start', ...ACTIVE, 'needs_reset', 'suspect', 'broken', 'lost', 'gone'],
  rows: [
    T.row('start', 'begin', 'resetting', 'S', { act: (c, _e, emit) => reset(c, emit) }),
    T.row('resetting', 'status', 'acked', 'S', {
      when: ['0', (_c, e) => e.status === 0],
      act: (c, e, emit) => {
        note(c, e);
        acknowledge(c, emit);
      },
    }),
    T.row('resetting', 'status', 'reset_poll', 'C', {
      act: (c, e, emit) => {
        note(c, e);
        poll(c, emit);
      },
    }),
    T.row('reset_poll', 'timer', 'reset_poll', 'C', {
      when: ['less than the limit passed', (c, e) => !polledFor(c, e.now, c.limits.resetPollLimit)],
      act: pollAgain,
    }),
    T.row('reset_poll', 'timer', 'broken', 'C', { act: broken('timeout', 'the device does not finish its reset') }),
    // The second half of the polling row: what the read told.
    T.row('reset_poll', 'status', 'acked', 'C', {
      when: ['0', (_c, e) => e.status === 0],
      act: (c, e, emit) => {
        note(c, e);
        acknowledge(c, emit);
      },
    }),
    T.row('reset_poll', 'status', 'reset_poll', 'C', {
      act: (c, e, emit) => {
        note(c, e);
        poll(c, emit);
      },
    }),
    T.row('acked', 'status', 'driver', 'S', {
      when: ['includes ACKNOWLEDGE', (_c, e) => has(e.status, S.ACKNOWLEDGE)],
      act: (c, e, emit) => {
        note(c, e);
        setStatus(c, S.ACKNOWLEDGE | S.DRIVER, emit);
      },
    }),
    T.row('driver', 'status', 'broken', 'C', {
      when: ['a block of features does not fit in a message', (c) => c.numBlocks > 0 && c.window === 0],
      act: broken('too_big', 'no feature block fits in a message of this bus'),
    }),
    T.row('driver', 'status', 'offered', 'S', {
      when: ['includes both', (_c, e) => has(e.status, S.ACKNOWLEDGE | S.DRIVER)],
      act: (c, e, emit) => {
        note(c, e);
        c.offered = [];
        askFeatures(c, emit);
      },
    }),
    T.row('offered', 'features', 'broken', 'S', {
      when: ['fewer words than asked, or another window', (c, e) => !asAsked(c, e.fields)],
      act: broken('mismatch', 'the answer names another window of features'),
    }),
    T.row('offered', 'features', 'offered', 'S', {
      when: ['more blocks to come', (c, e) => !complete(c, e.fields)],
      act: (c, e, emit) => {
        take(c, e.fields);
        askFeatures(c, emit);
      },
    }),
    T.row('offered', 'features', 'chosen', 'S', {
      when: ['all blocks, and VERSION_1 taken if offered', (c, e) => choiceOf(c, e.fields)],
      act: (c, e, emit) => {
        take(c, e.fields);
        c.chosen = chooseFrom(c.offered, c.supported);
        emit({ type: 'up', what: 'offered', offered: c.offered, chosen: c.chosen });
      },
    }),
    T.row('offered', 'features', 'broken', 'C', {
      act: broken('unsupported', 'the device offers VERSION_1, and this driver has not got it'),
    }),
    // Two rows of the table in one: leaving out NOTIFICATION_DATA, and sending the choice.
    T.row('chosen', 'choose', 'features_set', 'S', {
      act: (c, e, emit) => {
        c.chosen = finalChoice(c.chosen, e.without, c.outOfBand);
        c.sent = 0;
        sendFeatures(c, emit);
      },
    }),
    T.row('features_set', 'featuresTaken', 'features_set', 'S', {
      when: ['more blocks to send', (c) => c.sent + c.window < c.chosen.length],
      act: (c, _e, emit) => {
        c.sent += c.window;
        sendFeatures(c, emit);
      },
    }),
    T.row('features_set', 'featuresTaken', 'features_try', 'S', {
      act: (c, _e, emit) => setStatus(c, S.ACKNOWLEDGE | S.DRIVER | S.FEATURES_OK, emit),
    }),
    T.row('features_try', 'status', 'features_ok', ['S', 'C'], {
      when: ['FEATURES_OK set', (_c, e) => has(e.status, S.FEATURES_OK)],
      act: (c, e, emit) => {
        note(c, e);
        getStatus(c, emit);
      },
    }),
    T.row('features_try', 'status', 'broken', 'S', { act: broken('rejected', 'the device refuses these features') }),
    T.row('features_ok', 'status', 'setup', 'S', {
      when: ['FEATURES_OK still set', (_c, e) => has(e.status, S.FEATURES_OK)],
      act: (c, e, emit) => {
        note(c, e);
        emit({ type: 'up', what: 'setup', features: c.chosen });
      },
    }),
    T.row('setup', 'ready', 'live_try', 'S', {
      act: (c, _e, emit) => setStatus(c, S.ACKNOWLEDGE | S.DRIVER | S.FEATURES_OK | S.DRIVER_OK, emit),
    }),
    T.row('live_try', 'status', 'live', 'S', {
      when: ['DRIVER_OK set, NEEDS_RESET clear', (_c, e) => has(e.status, S.DRIVER_OK) && !needsReset(e)],
      act: (c, e, emit) => {
        note(c, e);
        c.lapses = 0;
        emit({ type: 'up', what: 'live' });
      },
    }),
    T.row('live_try', 'status', 'broken', 'S', { act: broken('rejected', 'the device does not become live') }),
    T.row(['live', 'suspending', 'suspended', 'resuming'], 'configEvent', 'needs_reset', 'S', {
      when: ['NEEDS_RESET', (_c, e) => needsReset(e)],
      act: askForReset,
    }),
    T.row('needs_reset', 'recover', 'resetting', ['S', 'C'], {
      when: [
        'policy auto, and fewer resets than the limit',
        (c, e) => c.policy === 'auto' && recent(c, e.now).length < RESETS_IN_WINDOW,
      ],
      act: (c, e, emit) => {
        c.resets = [...recent(c, e.now), e.now];
        reset(c, emit);
      },
    }),
    T.row('needs_reset', 'recover', 'broken', 'C', { act: broken('needs_reset', 'the device needs a reset') }),

    T.row(['suspending', 'resuming'], 'status', 'needs_reset', 'S', {
      when: ['NEEDS_RESET', (_c, e) => needsReset(e)],
      act: askForReset,
    }),
    T.row('live', 'suspend', 'suspending', 'S', {
      when: ['SUSPEND negotiated', (c) => hasFeature(c.chosen, FeatureBit.SUSPEND)],
      act: (c, _e, emit) => {
        c.since = null;
        setStatus(c, c.status | S.SUSPEND, emit);
      },
    }),
    T.row('suspending', 'status', 'suspended', 'S', {
      when: ['SUSPEND set, DRIVER_OK clear', (_c, e) => has(e.status, S.SUSPEND) && !has(e.status, S.DRIVER_OK)],
      act: (c, e, emit) => {
        note(c, e);
        emit({ type: 'up', what: 'suspended' });
      },
    }),
    T.row('suspended', 'resume', 'resuming', 'S', {
      act: (c, _e, emit) => {
        c.since = null;
        setStatus(c, c.status | S.DRIVER_OK, emit);
      },
    }),
    T.row('resuming', 'status', 'live', 'S', {
      when: ['SUSPEND clear, DRIVER_OK set', (_c, e) => !has(e.status, S.SUSPEND) && has(e.status, S.DRIVER_OK)],
      act: (c, e, emit) => {
        note(c, e);
        emit({ type: 'up', what: 'live' });
      },
    }),
    T.row(['suspending', 'resuming'], 'status', null, 'C', {
      act: (c, e, emit) => {
        note(c, e);
        poll(c, emit);
      },
    }),
    T.row(['suspending', 'resuming'], 'timer', null, 'C', {
      when: ['less than the limit passed', (c, e) => !polledFor(c, e.now, SUSPEND_LIMIT)],
      act: pollAgain,
    }),
    T.row(['suspending', 'resuming'], 'timer', 'broken', 'C', {
      act: broken('timeout', 'the device does not suspend or resume'),
    }),

    // `any but start`: what a more special row above has not taken.
    T.row(ACTIVE, 'status', 'needs_reset', 'S', {
      when: ['NEEDS_RESET', (_c, e) => needsReset(e)],
      act: askForReset,
    }),
    T.row(['acked', 'driver', 'features_ok'], 'status', 'broken', 'C', {
      act: broken('rejected', 'the device does not take the status'),
    }),
    T.row(['live', 'suspended', 'setup', 'chosen'], 'status', null, 'C', { act: note }),
    // One row of the table, written once per state: `suspect` has to find back, and a row does not know its own state.
    ...ACTIVE.map((state) =>
      T.row(state, 'failed', 'suspect', 'C', {
        when: ['it may have been carried out', (_c, e) => e.fault.code === 'timeout' && e.fault.outcome === 'unknown'],
        act: (c, _e, emit) => {
          c.before = state;
          c.doubted = c.last;
          if (c.last === null || c.last !== c.repeated) c.repeats = 0;
          getStatus(c, emit);
        },
      }),
    ),
    // Not in the table: a device that answers this and never the step, as one that drops it without a word, would hold its
    // driver for ever.
    T.row('suspect', 'status', 'broken', 'C', {
      when: [
        'the step was repeated as often as it may be',
        (c, e) => c.doubted !== null && c.repeats === MOST_REPEATS && goesOn(c, e),
      ],
      act: (c, _e, emit) =>
        breakOff(c, fault('timeout', `${c.doubted!.name} is not answered by a device that is alive`, 'unknown'), emit),
    }),
    T.row('suspect', 'status', (c) => c.before, 'C', {
      when: ['the last known status, or the one that was being set', goesOn],
      act: (c, _e, emit) => {
        // A write of the same value does nothing the second time: its answer is all that is missing.
        if (c.doubted !== null) request(c, c.doubted, emit);
        c.repeated = c.doubted === null ? null : c.last;
        c.repeats++;
        c.doubted = null;
      },
    }),
    // Not in the table: a device that starts anew whenever it comes to one step would be brought up without end.
    T.row('suspect', 'status', 'broken', 'C', {
      when: ['0, too often without having been live', (c, e) => e.status === 0 && c.lapses === MOST_LAPSES],
      act: broken('timeout', 'the device starts anew again and again'),
    }),
    T.row('suspect', 'status', 'start', 'C', {
      when: ['0', (_c, e) => e.status === 0],
      act: (c, e, emit) => {
        note(c, e);
        c.lapses++;
        emit({ type: 'up', what: 'was_reset' });
      },
    }),
    T.row('suspect', 'status', 'needs_reset', 'S', {
      when: ['NEEDS_RESET', (_c, e) => needsReset(e)],
      act: askForReset,
    }),
    T.row('suspect', 'status', 'broken', 'C', {
      act: broken('mismatch', 'the device is in a status nobody asked for'),
    }),
    T.row('suspect', 'failed', 'lost', 'C', {
      act: (_c, e, emit) => emit({ type: 'up', what: 'lost', fault: e.fault }),
    }),
    T.row(ACTIVE, 'failed', 'broken', 'S', { act: (c, e, emit) => breakOff(c, e.fault, emit) }),
    T.row([...ACTIVE, 'needs_reset', 'suspect'], 'abandon', 'broken', 'S', {
      act: (c, e, emit) => breakOff(c, e.fault, emit),
    }),
    T.row('broken', 'restart', 'resetting', 'S', { act: (c, _e, emit) => reset(c, emit) }),
    // The answer to the best effort at FAILED.
    T.row('broken', 'status', 'broken', 'C', { act: note }),
    T.row(['start', ...ACTIVE, 'needs_reset', 'suspect', 'broken'], 'removed', 'gone', 'S', {
      act: (_c, _e, emit) => {
        emit({ type: 'cancel', timer: 'poll' });
        emit({ type: 'up', what: 'gone' });
      },
    }),
  ],
};

/** One event; `context` is changed in place. Events that fit no row change nothing and are counted. */
export function stepInit(
  state: InitState,
  context: InitContext,
  event: InitEvent,
): { readonly state: InitState; readonly effects: readonly InitEffect[] } {
  const result = step(initMachine, state, context, event);
  if (result.row === null) return { state, effects: [{ type: 'count', code: 'bad_state' }] };
  return { state: result.state, effects: result.effects };
}
