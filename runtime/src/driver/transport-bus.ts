import type { Answered } from '../bus/request-desk.js';
import type { CountCode } from '../core/fault.js';
import type { Limits } from '../core/limits.js';
import type { Clock } from '../medium/clock.js';
import type { Dialect } from '../wire/dialect.js';
import type { TransportMessage } from '../wire/message.js';
import type { BufferPool } from './buffer-pool.js';

/** What a transport needs of its bus. */
export interface TransportBus {
  readonly dialect: Dialect;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly pool: BufferPool;
  readonly maxMessage: number;
  /** Whether SET_CONFIG names a generation that counts. */
  readonly strictGeneration: boolean;
  readonly ringFeatures: readonly number[];
  readonly outOfBand: boolean;
  readonly sizeBeforeSetup: boolean;
  readonly resetIsFatal: boolean;
  submit(request: TransportMessage, done: Answered): void;
  /** Has `letGo` done, and the device looked at anew. */
  close(): Promise<void>;
  /** Sends EVENT_AVAIL once for all that is offered in one go. */
  avail(device: number, index: number): void;
  queueLive(device: number, index: number, live: boolean): void;
  running(device: number, running: boolean): void;
  arm(key: string, ms: number, call: () => void): void;
  cancel(key: string): void;
  moved(machine: string, device: number, before: string, after: string): void;
  count(code: CountCode): void;
}
