import type { VirtioError } from '../bus/error.js';

/** Somebody who waits for the end of something. */
export interface Waiter<T = void> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: VirtioError) => void;
}
