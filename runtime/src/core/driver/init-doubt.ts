import { fault } from '../fault.js';
import { ACTIVE, type InitContext } from './init-context.js';
import { askForReset, breakOff, broken, getStatus, needsReset, note, request, T } from './init-steps.js';

/** How often a step whose answer is lost is sent once more, as long as the device answers GET_DEVICE_STATUS. */
const MOST_REPEATS = 2;
/** How often a device may be found reset by somebody else before it was live once. */
const MOST_LAPSES = 3;

/** Whether a device that was in doubt is where it was, or where the step in doubt should have brought it. */
const goesOn = (c: InitContext, e: { readonly status: number }): boolean =>
  e.status === c.status || e.status === c.setting;

/** A step whose fate is unknown: the status tells whether the device goes on, starts anew, or is lost. */
export const DOUBT = [
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
];
