import { IDEMPOTENT, type Message } from '../../wire/message.js';
import type { Limits } from '../limits.js';
import type { RequestMessage } from './effect.js';

/** Whether it resets its device. Spec: virtio core, 2.1.2: writing 0 to the status resets the device. */
export const isReset = (message: Message): boolean =>
  message.name === 'SET_DEVICE_STATUS' && message.kind === 'request' && message.fields.status === 0;

/** How long to wait for the response, in milliseconds. Resets wait until the device is quiet. */
export const timeoutOf = (request: RequestMessage, limits: Limits): number =>
  request.name === 'RESET_VQUEUE' || isReset(request) ? limits.resetTimeout : limits.requestTimeout;

/** How often an idempotent request may be sent again. Never without tokens: the second response would settle the next. */
export const maxRetries = (limits: Limits, hasToken: boolean): number => (hasToken ? limits.retryDelays.length : 0);

/** How often it may be sent again (5.4). */
export const retriesOf = (request: RequestMessage, limits: Limits, hasToken: boolean): number =>
  IDEMPOTENT.has(request.name) ? maxRetries(limits, hasToken) : 0;

/**
 * Longest time from submit to settlement in milliseconds, whatever the peer does (invariant 12): once waiting for a token,
 * then every try and the pauses between.
 */
export function longestLife(request: RequestMessage, limits: Limits, hasToken: boolean, timeout?: number): number {
  const one = timeout ?? timeoutOf(request, limits);
  const pauses = limits.retryDelays.slice(0, retriesOf(request, limits, hasToken));
  return one + one * (pauses.length + 1) + pauses.reduce((sum, ms) => sum + ms, 0);
}
