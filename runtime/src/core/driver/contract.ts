import type { FeatureBlocks, TransportMessage } from '../../wire/message.js';
import type { CountCode, Fault } from '../fault.js';

/** What a driver is told while it brings a device up and down. */
export type InitEvent =
  | { readonly type: 'begin' }
  /** Answer to SET_DEVICE_STATUS or GET_DEVICE_STATUS. */
  | { readonly type: 'status'; readonly status: number }
  /** Answer to GET_DEVICE_FEATURES. */
  | { readonly type: 'features'; readonly fields: FeatureBlocks }
  /** Answer to SET_DRIVER_FEATURES. */
  | { readonly type: 'featuresTaken' }
  /** The layer above has read what it wanted and agrees to the choice, or narrows it. */
  | { readonly type: 'choose'; readonly without: readonly number[] }
  /** Configuration read, all required queues verified. */
  | { readonly type: 'ready' }
  /** EVENT_CONFIG; only its status matters here. */
  | { readonly type: 'configEvent'; readonly status: number }
  /** Everything of the layer above has come back; `now` in milliseconds of any clock that does not go back. */
  | { readonly type: 'recover'; readonly now: number }
  /** `now` as in `recover`. */
  | { readonly type: 'timer'; readonly timer: 'poll'; readonly now: number }
  /** The request in progress came to no good end. */
  | { readonly type: 'failed'; readonly fault: Fault }
  /** The layer above gives up, as when a queue cannot be had. */
  | { readonly type: 'abandon'; readonly fault: Fault }
  | { readonly type: 'restart' }
  | { readonly type: 'removed' }
  | { readonly type: 'suspend' }
  | { readonly type: 'resume' };

export type InitEffect =
  | { readonly type: 'send'; readonly message: TransportMessage }
  | { readonly type: 'arm'; readonly timer: 'poll'; readonly ms: number }
  | { readonly type: 'cancel'; readonly timer: 'poll' }
  | { readonly type: 'count'; readonly code: CountCode }
  /** What the device offers and what would be chosen: answer `choose`. Configuration may be read, not written. */
  | {
      readonly type: 'up';
      readonly what: 'offered';
      readonly offered: readonly number[];
      readonly chosen: readonly number[];
    }
  /** Features stand until the next reset: set queues up, read the configuration, then `ready`. */
  | { readonly type: 'up'; readonly what: 'setup'; readonly features: readonly number[] }
  /** Notifications for what was queued before are due now. */
  | { readonly type: 'up'; readonly what: 'live' }
  /** No new work; buffers in flight end with `reset`: neither done nor not done. Then `recover`. */
  | { readonly type: 'up'; readonly what: 'needs_reset' }
  /** The device was reset by somebody else: `begin` starts anew. */
  | { readonly type: 'up'; readonly what: 'was_reset' }
  /** No buffers, no notifications, no configuration writes until `live`. */
  | { readonly type: 'up'; readonly what: 'suspended' }
  | { readonly type: 'up'; readonly what: 'broken' | 'lost'; readonly fault: Fault }
  | { readonly type: 'up'; readonly what: 'gone' };
