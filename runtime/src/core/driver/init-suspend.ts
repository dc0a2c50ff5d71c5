import { FeatureBit, hasFeature } from '../device/feature-bits.js';
import { DeviceStatus as S } from '../device/status-bits.js';
import { askForReset, broken, has, needsReset, note, poll, pollAgain, polledFor, setStatus, T } from './init-steps.js';

/** How long a device may take to suspend or resume, in milliseconds. */
const SUSPEND_LIMIT = 1000;

/** A live device that is suspended and resumed. */
export const SUSPEND = [
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
];
