import type { Agreement } from '../core/bus/agreement.js';
import type { Delivery } from '../core/bus/events.js';
import type { FaultCode } from '../core/fault.js';
import type { Limits } from '../core/limits.js';
import type { DriverMemory } from '../driver/buffer-pool.js';
import type { Clock } from '../medium/clock.js';
import type { Down, Medium } from '../medium/medium.js';
import type { DialectName, Order } from '../wire/dialect.js';
import type { DeviceInfo } from '../wire/message.js';
import type { BusQuirk } from './quirks.js';
import type { Tracer } from './tracer.js';

/** What a driver's bus tells its owner. */
export type DriverBusNews =
  | { readonly type: 'added'; readonly number: number; readonly info: DeviceInfo }
  | { readonly type: 'removed'; readonly number: number }
  /** A state of the bus's own in EVENT_DEVICE, 0x8000 to 0xffff. */
  | { readonly type: 'bus_state'; readonly number: number; readonly state: number }
  /** The bus has ended by itself: the medium is gone, or the peer is dead and `close` is to free the medium. */
  | { readonly type: 'down'; readonly code: FaultCode; readonly reason: Down | null };

export interface DriverBusOptions {
  readonly medium: Medium;
  readonly dialect: DialectName;
  /** Memory for rings and buffers, which the device side can reach. */
  readonly memory: DriverMemory;
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
  readonly tracer?: Tracer;
  readonly watch?: (news: DriverBusNews) => void;
  /** Whether answers are delivered in the order of requests; else what the dialect says. */
  readonly order?: Order;
  /** Device numbers known beforehand; else GET_DEVICES finds them. */
  readonly devices?: readonly number[];
  /** Whether the peer is asked for signs of life; true. False for one that does not know PING: it would be taken for dead. */
  readonly pings?: boolean;
  readonly quirks?: readonly BusQuirk[];
  /** Most device numbers to ask about in one GET_DEVICES. */
  readonly widestWindow?: number;
  readonly transportFeatures?: number;
  readonly ringFeatures?: readonly number[];
  /** How notifications of used buffers come; in messages unless given. */
  readonly delivery?: Delivery;
  /** Revisions to propose, best first; 1. */
  readonly revisions?: readonly number[];
  /**
   * Proposes a revision by means of the medium: what the device side answers, or null for no. Without it the first
   * revision and the size of the medium hold, as on media that have no such means.
   */
  readonly negotiate?: (proposal: Agreement) => Promise<Agreement | null>;
}
