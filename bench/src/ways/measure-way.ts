import { compare, type Effort, type Ratio } from '../measure.js';
import type { Way } from './way.js';

/** What is reported of one way of calling. */
export interface WayRow extends Ratio, Pick<Way, 'message' | 'op' | 'way' | 'baseline'> {}

/** Throws `WrongSubject` where the way or its baseline comes to a wrong result; nothing is timed then. */
export function measureWay(
  { message, op, way, baseline, ours, hand, mask, perCall, verify }: Way,
  effort: Effort,
): WayRow {
  verify();
  return { message, op, way, baseline, ...compare(ours, hand, mask, perCall, effort) };
}
