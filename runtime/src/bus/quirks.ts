import type { EnumerationQuirk } from '../core/discovery/enumeration.js';

/**
 * What real peers do instead of what the text says, and a driver's bus can live with where it is told to expect it:
 *
 * - `count-is-popcount` and `next-offset-never-zero`: see `EnumerationQuirk`.
 * - `bus-answers-without-token` (QEMU): responses to bus messages carry token 0; each goes to the oldest request of its kind.
 * - `size-before-setup` (QEMU): GET_VQUEUE tells the largest size as the current one before any setup.
 */
export type BusQuirk = EnumerationQuirk | 'bus-answers-without-token' | 'size-before-setup';

export const isEnumerationQuirk = (quirk: BusQuirk): quirk is EnumerationQuirk =>
  quirk === 'count-is-popcount' || quirk === 'next-offset-never-zero';
