import { announceStatus } from './config-changes.js';
import type { DeviceContext } from './context.js';
import type { Emit, ResetCause } from './contract.js';
import { DeviceStatus } from './status-bits.js';

/** Stops every queue that runs: no access to a ring from here on. Spec: content.tex, FAILED and DEVICE_NEEDS_RESET. */
export function stopQueues(c: DeviceContext, emit: Emit): void {
  for (const [index, queue] of c.queues) {
    if (queue.life !== 'live') continue;
    queue.life = 'faulted';
    emit({ type: 'stopQueue', index, drain: false, epoch: c.epoch });
  }
}

/**
 * The device cannot go on without a reset (9.5). Only a driver that has set DRIVER_OK is told; before, the bit shows in
 * status reads. Raised twice it is told once.
 */
export function needsReset(c: DeviceContext, cause: ResetCause, emit: Emit): void {
  if (c.status & DeviceStatus.DEVICE_NEEDS_RESET) return;
  c.status |= DeviceStatus.DEVICE_NEEDS_RESET;
  stopQueues(c, emit);
  if (c.status & DeviceStatus.DRIVER_OK) announceStatus(c, emit);
  emit({ type: 'up', what: 'needs_reset', why: cause });
}
