import { type Machine, step } from '../table.js';
import type { InitEffect, InitEvent } from './contract.js';
import { BRING_UP } from './init-bring-up.js';
import { ACTIVE, type InitContext, type InitState } from './init-context.js';
import { DOUBT } from './init-doubt.js';
import { askForReset, breakOff, broken, needsReset, note, reset, T } from './init-steps.js';
import { SUSPEND } from './init-suspend.js';

/** Most resets a device may ask for in this time, in milliseconds, before somebody has to look. */
const RESET_WINDOW = 60_000;
const RESETS_IN_WINDOW = 3;

const recent = (c: InitContext, now: number): number[] => c.resets.filter((at) => now - at < RESET_WINDOW);

/** A driver that brings one device from its reset to DRIVER_OK. Spec: content.tex, Device Initialization. */
export const initMachine: Machine<InitState, InitContext, InitEvent, InitEffect> = {
  name: 'driver-init',
  section: '8',
  states: ['start', ...ACTIVE, 'needs_reset', 'suspect', 'broken', 'lost', 'gone'],
  // Of the rows that fit the first is taken: the order of these blocks counts.
  rows: [
    ...BRING_UP,
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

    ...SUSPEND,

    // `any but start`: what a more special row above has not taken.
    T.row(ACTIVE, 'status', 'needs_reset', 'S', {
      when: ['NEEDS_RESET', (_c, e) => needsReset(e)],
      act: askForReset,
    }),
    T.row(['acked', 'driver', 'features_ok'], 'status', 'broken', 'C', {
      act: broken('rejected', 'the device does not take the status'),
    }),
    T.row(['live', 'suspended', 'setup', 'chosen'], 'status', null, 'C', { act: note }),
    ...DOUBT,
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
