import type { FeatureBlocks } from '../../wire/message.js';
import { DeviceStatus as S } from '../device/status-bits.js';
import type { InitEffect } from './contract.js';
import { acceptable, blocksOf, chooseFrom, finalChoice, windowAt } from './feature-choice.js';
import type { InitContext } from './init-context.js';
import {
  broken,
  getStatus,
  has,
  needsReset,
  note,
  poll,
  pollAgain,
  polledFor,
  request,
  reset,
  setStatus,
  T,
} from './init-steps.js';

type Context = InitContext;
type Emit = (effect: InitEffect) => void;

const acknowledge = (c: Context, emit: Emit): void => setStatus(c, S.ACKNOWLEDGE, emit);
const askFeatures = (c: Context, emit: Emit): void =>
  request(c, { name: 'GET_DEVICE_FEATURES', fields: windowAt(c.offered.length, c.numBlocks, c.window) }, emit);
const sendFeatures = (c: Context, emit: Emit): void =>
  request(c, { name: 'SET_DRIVER_FEATURES', fields: blocksOf(c.chosen, c.sent, c.window) }, emit);

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

/** From the reset to DRIVER_OK, step by step. */
export const BRING_UP = [
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
];
