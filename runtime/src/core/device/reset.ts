import type { Source } from '../table.js';
import { stepConfig } from './config-changes.js';
import type { DeviceContext } from './context.js';
import type { Emit } from './contract.js';

export interface ResetStep {
  readonly says: string;
  readonly source: readonly Source[];
  readonly act: (c: DeviceContext, emit: Emit) => void;
}

/**
 * A device reset in its order (9.4). Between the third step and the fourth the device waits until nothing runs any more;
 * the answer, and with it the right of the driver to free its memory, comes after the last.
 */
export const BEFORE_QUIET: readonly ResetStep[] = [
  {
    says: 'stop accepting EVENT_AVAIL',
    source: ['S'],
    act: (c) => {
      c.acceptsAvail = false;
      c.remembered.clear();
    },
  },
  {
    says: 'stop every queue: no ring access afterwards',
    source: ['S'],
    act: (c, emit) => {
      for (const [index, queue] of c.queues) {
        if (queue.life !== 'live' && queue.life !== 'stopping') continue;
        queue.life = 'faulted';
        emit({ type: 'stopQueue', index, drain: false, epoch: c.epoch });
      }
    },
  },
  {
    says: 'cancel or wait for running operations',
    source: ['S'],
    act: (c, emit) => {
      emit({ type: 'quiesce', epoch: c.epoch });
      emit({ type: 'arm', timer: 'reset', ms: c.limits.queueQuiesce });
    },
  },
];

export const WHEN_QUIET: readonly ResetStep[] = [
  {
    says: 'drop features, queue settings, pending events',
    source: ['S', 'C'],
    act: (c, emit) => {
      // An operation that did not end in time belongs to the old epoch: what it says later is thrown away.
      c.epoch++;
      c.chosen = null;
      c.chosenBeyond = false;
      c.queues.clear();
      c.write = null;
      c.stoppingQueue = null;
      // The generation goes on: a driver that remembers a number must never meet it again with other bytes.
      stepConfig(c, { type: 'reset' }, emit);
    },
  },
  {
    says: 'status := 0',
    source: ['S'],
    act: (c, emit) => {
      c.status = 0;
      c.acceptsAvail = true;
      emit({ type: 'up', what: 'reset' });
    },
  },
];

export const runSteps = (steps: readonly ResetStep[], c: DeviceContext, emit: Emit): void => {
  for (const step of steps) step.act(c, emit);
};
