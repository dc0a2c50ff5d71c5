import type { Case } from './codec-case.js';
import { compare, type Effort, loopOver, type Ratio, sharedLoop } from './measure.js';
import { type AsyncCase, compareAsync } from './runtime/async-case.js';

/** What is reported of one subject, message and direction. */
export interface Row extends Ratio {
  readonly subject: string;
  readonly message: string;
  readonly op: string;
  /** `own`: the subject does not write the bytes of the wire. */
  readonly layout?: 'wire' | 'own';
  /** Mean bytes of an encoded message. */
  readonly size?: number;
  /** Operations in a second, where that is what one wants to know. */
  readonly perSecond?: number;
  readonly bytesPerSecond?: number;
  /** Measured by the clock on the wall, as two threads are; otherwise in processor time. */
  readonly wall?: true;
  /** Nanoseconds of the slowest in a hundred, where each was timed; `ns` is the median then. */
  readonly p99?: number;
  /** Measured with everything else in one process, through one loop. */
  readonly together?: true;
}

export type Family = 'ours' | 'hand' | 'native' | 'library' | 'runtime';

/** A row, and what kind of subject it is of: `hand` is the baseline against itself, whose distance from 1 is noise. */
export interface Measured extends Row {
  readonly family: Family;
}

/** One row to be measured; verified before. */
export interface Task {
  readonly subject: string;
  readonly message: string;
  readonly op: string;
  verify(): void | Promise<void>;
  measure(effort: Effort): Row | Promise<Row>;
}

/** `together`: through the loop that all share. */
export function syncTask(c: Case, together = false): Task {
  const { subject, message, op, layout, size } = c;
  const about = { subject, message, op, ...(layout && { layout }), ...(size && { size }) };
  return {
    ...about,
    verify: () => c.verify(),
    measure: (effort) => ({
      ...about,
      ...compare(c.ours, c.hand, c.mask, c.perCall, effort, together ? sharedLoop : loopOver),
      ...(together && { together }),
    }),
  };
}

export function asyncTask(c: AsyncCase): Task {
  const { subject, message, op } = c;
  return {
    subject,
    message,
    op,
    verify: () => c.verify(),
    async measure(effort) {
      const ratio = await compareAsync(c, effort);
      const moved = c.bytes === 0 ? {} : { bytesPerSecond: Math.round((c.bytes * 1e9) / ratio.ns) };
      return { subject, message, op, ...ratio, perSecond: Math.round(1e9 / ratio.ns), ...moved };
    },
  };
}
