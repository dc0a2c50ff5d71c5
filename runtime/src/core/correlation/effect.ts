import type { Message } from '../../wire/message.js';
import type { CountCode, Fault, FaultCode } from '../fault.js';

export type RequestMessage = Extract<Message, { readonly kind: 'request' }>;
export type ResponseMessage = Extract<Message, { readonly kind: 'response' }>;

/**
 * What the shell has to do, in this order. Timers are named by the request or reply slot they belong to; `Caller` is what the
 * shell gave with a request, to know whom to tell.
 */
export type CorrelationEffect<Caller = unknown> =
  /** Put it on the medium. If that is full, call `refused(id)`, and for all that come after it too, until `writable()`. */
  | { readonly type: 'send'; readonly id: number; readonly message: Message }
  /** Starts the timer in place of the one of the same name, in milliseconds. */
  | { readonly type: 'arm'; readonly timer: number; readonly ms: number }
  | { readonly type: 'cancel'; readonly timer: number }
  | { readonly type: 'done'; readonly id: number; readonly caller: Caller; readonly message: ResponseMessage }
  | { readonly type: 'fail'; readonly id: number; readonly caller: Caller; readonly fault: Fault }
  /** A message that was thrown away. */
  | { readonly type: 'drop'; readonly code: CountCode }
  | { readonly type: 'count'; readonly code: CountCode }
  /** Responses were lost: see at once whether the peer is alive. */
  | { readonly type: 'ping' }
  /** The peer broke a rule that the bus stands on. */
  | { readonly type: 'bus_error'; readonly code: FaultCode }
  /** A handler failed: raise DEVICE_NEEDS_RESET (9.5). */
  | { readonly type: 'needs_reset'; readonly device: number };
