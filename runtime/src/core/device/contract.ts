import type { QueueSetup, TransportMessage } from '../../wire/message.js';
import type { CountCode, FaultCode } from '../fault.js';

/** Why a device cannot go on without a reset. */
export type ResetCause = 'activation' | 'suspend' | 'queue' | 'handler' | 'mmu' | 'quiesce';

export interface ConfigChange {
  readonly offset: number;
  readonly data: Uint8Array;
}

/**
 * What a device is told. `epoch` is the one of the effect that asked: an answer to something asked before a reset is
 * thrown away.
 */
export type DeviceEvent =
  /** One message of the driver, with its size and direction already judged. */
  | { readonly type: 'message'; readonly message: TransportMessage }
  /** The handler is running, or is not and never will. */
  | { readonly type: 'activated'; readonly epoch: number; readonly ok: boolean }
  | { readonly type: 'suspended'; readonly epoch: number; readonly ok: boolean }
  | { readonly type: 'resumed'; readonly epoch: number; readonly ok: boolean }
  /** No operation of the time before the reset is running any more. */
  | { readonly type: 'quiesced'; readonly epoch: number }
  /** Nothing will be written to the ring of this queue any more. */
  | { readonly type: 'queueStopped'; readonly epoch: number; readonly index: number }
  /** What the whole configuration is after a write of the driver; null: the handler refuses the write. */
  | { readonly type: 'configApplied'; readonly epoch: number; readonly bytes: Uint8Array | null }
  /** One transaction of the device on its own configuration. */
  | { readonly type: 'configChanged'; readonly changes: readonly ConfigChange[] }
  /** The last EVENT_CONFIG is on its way; until then newer ones replace it. */
  | { readonly type: 'configEventSent' }
  /** Buffers of this queue were used and the driver wants to know. */
  | { readonly type: 'used'; readonly index: number }
  /** A latched fault of one ring. Code of the ring's own list. */
  | { readonly type: 'queueFault'; readonly index: number; readonly code: string }
  | { readonly type: 'broken'; readonly cause: ResetCause }
  | { readonly type: 'timer'; readonly timer: DeviceTimer }
  /** The device leaves the bus. */
  | { readonly type: 'removed' };

export type DeviceTimer = 'handler' | 'reset' | 'queue';

/** What a device wants done, in this order. */
export type DeviceEffect =
  | { readonly type: 'reply'; readonly message: TransportMessage }
  | { readonly type: 'send'; readonly message: TransportMessage }
  /** Start the handler; answer `activated`. */
  | { readonly type: 'activate'; readonly epoch: number; readonly features: readonly number[] }
  /** Finish or park what is running; answer `suspended`. */
  | { readonly type: 'suspend'; readonly epoch: number }
  | { readonly type: 'resume'; readonly epoch: number }
  /** Cancel or wait for every operation of the device; answer `quiesced`. */
  | { readonly type: 'quiesce'; readonly epoch: number }
  | { readonly type: 'startQueue'; readonly index: number; readonly setup: QueueSetup; readonly packed: boolean }
  /** No access to this ring from now on, except, with `drain`, to end what is running; then answer `queueStopped`. */
  | { readonly type: 'stopQueue'; readonly index: number; readonly drain: boolean; readonly epoch: number }
  /** The queue may have buffers. A hint: the ring is the truth. */
  | { readonly type: 'kick'; readonly index: number }
  /** Bytes the driver wants written; answer `configApplied`. */
  | { readonly type: 'applyConfig'; readonly epoch: number; readonly offset: number; readonly data: Uint8Array }
  | { readonly type: 'arm'; readonly timer: DeviceTimer; readonly ms: number }
  | { readonly type: 'cancel'; readonly timer: DeviceTimer }
  | { readonly type: 'count'; readonly code: CountCode }
  /** This message gets no answer, now or later. */
  | { readonly type: 'drop'; readonly code: FaultCode; readonly message: TransportMessage }
  | {
      readonly type: 'up';
      readonly what: 'live' | 'suspended' | 'reset' | 'failed' | 'needs_reset' | 'removed';
      readonly why?: string;
    };

export type Emit = (effect: DeviceEffect) => void;
