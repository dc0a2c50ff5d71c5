import type { DeviceContext } from './context.js';
import { negotiated } from './context.js';
import type { DeviceEffect } from './contract.js';
import { FeatureBit } from './feature-bits.js';
import { featuresRefusal } from './features.js';
import { stopQueues } from './needs-reset.js';
import { BEFORE_QUIET, runSteps } from './reset.js';
import type { Rule } from './rules.js';
import { DRIVER_BITS, phaseOf, DeviceStatus as S } from './status-bits.js';

type StatusRule = Rule<DeviceContext, DeviceEffect>;

/** Bits whose absence in a write is no attempt to clear them: they are the device's. */
const DEVICE_BITS = S.DEVICE_NEEDS_RESET | S.DEVICE_MMU_FAIL;
const ENDED = S.DEVICE_NEEDS_RESET | S.FAILED;

/** What the write asks for; the mask of the fourth rule is applied here once more, so that no rule can forget it. */
const wanted = (c: DeviceContext): number => c.write!.wanted & DRIVER_BITS;
// "Adds" is judged against the status the write met, not against what earlier rules made of it: a write of DRIVER_OK and
// SUSPEND together would otherwise suspend and resume in one go.
const adds = (c: DeviceContext, bit: number): boolean => (wanted(c) & bit) !== 0 && (c.write!.before & bit) === 0;

/**
 * SET_DEVICE_STATUS, judged from the top (9.1). Every rule that holds is carried out; the resulting status is answered
 * behind the last one, or where a rule ends the list. Spec: content.tex, Device Status Field and Device Initialization.
 */
export const STATUS_RULES: readonly StatusRule[] = [
  {
    says: 'v = 0',
    source: ['S'],
    holds: (c) => c.write!.wanted === 0,
    act: (c, emit) => {
      c.state = 'resetting';
      runSteps(BEFORE_QUIET, c, emit);
      return 'wait';
    },
  },
  {
    says: 'NEEDS_RESET or FAILED already set',
    source: ['C'],
    holds: (c) => (c.status & ENDED) !== 0,
    act: () => 'end',
  },
  {
    says: 'v lacks a bit that is set now',
    source: ['S', 'C'],
    holds: (c) => (c.status & ~DEVICE_BITS & ~c.write!.wanted) !== 0,
    act: (_c, emit) => {
      emit({ type: 'count', code: 'bad_state' });
      return 'end';
    },
  },
  {
    says: 'v contains NEEDS_RESET, MMU_FAIL or unknown bits',
    source: ['C'],
    holds: (c) => (c.write!.wanted & ~DRIVER_BITS) !== 0,
    act: (c) => {
      c.write = { ...c.write!, wanted: c.write!.wanted & DRIVER_BITS };
      return 'next';
    },
  },
  {
    says: 'v adds FAILED',
    source: ['S', 'C'],
    holds: (c) => adds(c, S.FAILED),
    act: (c, emit) => {
      c.status |= S.FAILED;
      stopQueues(c, emit);
      emit({ type: 'up', what: 'failed' });
      return 'end';
    },
  },
  {
    says: 'v adds ACKNOWLEDGE',
    source: ['S'],
    holds: (c) => adds(c, S.ACKNOWLEDGE),
    act: (c) => {
      c.status |= S.ACKNOWLEDGE;
      return 'next';
    },
  },
  {
    says: 'v adds DRIVER, ACKNOWLEDGE being set',
    source: ['S', 'C'],
    holds: (c) => adds(c, S.DRIVER) && (c.status & S.ACKNOWLEDGE) !== 0,
    act: (c) => {
      c.status |= S.DRIVER;
      return 'next';
    },
  },
  {
    says: 'v adds FEATURES_OK, DRIVER being set and the features acceptable',
    source: ['S'],
    holds: (c) => adds(c, S.FEATURES_OK) && (c.status & S.DRIVER) !== 0 && featuresRefusal(c) === null,
    act: (c) => {
      c.status |= S.FEATURES_OK;
      return 'next';
    },
  },
  {
    says: 'v adds DRIVER_OK, FEATURES_OK being set, not suspended',
    source: ['S', 'C'],
    holds: (c) => adds(c, S.DRIVER_OK) && (c.status & S.FEATURES_OK) !== 0 && (c.write!.before & S.SUSPEND) === 0,
    act: (c, emit) => {
      c.state = 'activating';
      emit({ type: 'activate', epoch: c.epoch, features: [...(c.chosen ?? [])] });
      emit({ type: 'arm', timer: 'handler', ms: c.limits.queueQuiesce });
      return 'wait';
    },
  },
  {
    says: 'v adds SUSPEND, live, feature negotiated',
    source: ['S'],
    holds: (c) => adds(c, S.SUSPEND) && phaseOf(c.status) === 'live' && negotiated(c, FeatureBit.SUSPEND),
    act: (c, emit) => {
      c.state = 'suspending';
      emit({ type: 'suspend', epoch: c.epoch });
      emit({ type: 'arm', timer: 'handler', ms: c.limits.queueQuiesce });
      return 'wait';
    },
  },
  {
    says: 'v adds DRIVER_OK while suspended',
    source: ['S'],
    holds: (c) => adds(c, S.DRIVER_OK) && (c.write!.before & S.SUSPEND) !== 0,
    act: (c, emit) => {
      c.state = 'resuming';
      emit({ type: 'resume', epoch: c.epoch });
      emit({ type: 'arm', timer: 'handler', ms: c.limits.queueQuiesce });
      return 'wait';
    },
  },
];
