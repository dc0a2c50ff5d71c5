import type { Limits } from '../core/limits.js';

/**
 * Both sides of the demo wait longer than a bus does as a rule: where the machine is busy with other things, either process
 * may have no turn for seconds. What hangs is ended by the bound of a step; a process that is gone is noticed by its socket.
 */
export const PATIENT: Partial<Limits> = {
  requestTimeout: 20_000,
  queueQuiesce: 20_000,
  resetPollLimit: 30_000,
  resetTimeout: 30_000,
  drainTimeout: 20_000,
  pingMisses: 30,
};
