import type { Fault, FaultCode } from '../core/fault.js';

/**
 * What promises of this package are rejected with. `outcome` is `unknown` where the device may have acted all the same:
 * trying again may do a thing twice.
 */
export class VirtioError extends Error {
  override readonly name = 'VirtioError';
  readonly code: FaultCode;
  readonly outcome: Fault['outcome'];

  constructor(fault: Fault) {
    super(`${fault.message} (${fault.code})`);
    this.code = fault.code;
    this.outcome = fault.outcome;
  }
}
