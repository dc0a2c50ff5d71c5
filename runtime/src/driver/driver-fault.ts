import { VirtioError } from '../bus/error.js';
import { type Fault, fault } from '../core/fault.js';

/** What a driver's method has thrown, as the reason for giving its device up. */
export const driverFault = (reason: unknown): Fault =>
  reason instanceof VirtioError
    ? fault(reason.code, reason.message, reason.outcome)
    : fault('rejected', String(reason));
