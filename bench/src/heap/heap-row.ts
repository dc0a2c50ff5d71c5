import { cpuNanoseconds, loopOver } from '../measure.js';
import type { HeapCase } from './plan.js';
import type { SampledProfile } from './sites.js';
import { collectGarbage, type HeapUse, watchHeap } from './watch-heap.js';

/** What one subject did with the heap. */
export interface HeapRow extends Omit<HeapUse, 'profile'> {
  readonly subject: string;
  readonly message: string;
  readonly op: string;
  readonly messages: number;
  /** 0 where it is within what looking at the heap takes. */
  readonly bytesPerMessage: number;
  /** The most memory the process held, in bytes. */
  readonly peakMemory: number;
  readonly makesObjects: boolean;
  /** Whether it allocates nothing, or, where it is asked for objects, something. */
  readonly asExpected: boolean;
}

/**
 * Bytes of a whole run that are no finding: statistics and sampling take some 20 kB, once, what V8 compiles late some more. The
 * least that a subject could allocate over and over, 16 bytes per stream of 1,000 messages, is 160 kB over the ten million
 * messages that are the fewest.
 */
export const FLOOR = 128 * 1024;
export const FEWEST = 10_000_000;

/** What makes objects is run over a tenth: gigabytes of garbage say no more than hundreds of megabytes. */
export const messagesFor = (c: Pick<HeapCase, 'makesObjects'>, messages: number): number =>
  c.makesObjects ? Math.ceil(messages / 10) : messages;

/** Time for V8 to compile what it is going to compile, the second time after a collection, which may discard code. */
const WARM_NS = 500e6;

/**
 * Messages in one call of the loop, to warm up as afterwards. A loop that runs for long is replaced while it runs, by code that is
 * not kept for its next call, and what it had before that allocates.
 */
const PORTION = 10_000;

/** Warms up, then lets `messages` of them pass and looks at the heap. */
export function heapRow(c: HeapCase, messages: number): { readonly row: HeapRow; readonly profile: SampledProfile } {
  const loop = loopOver(c.run, c.mask);
  const calls = Math.ceil(PORTION / c.perCall);
  const portions = Math.ceil(messages / (calls * c.perCall));
  const warm = (): void => {
    for (const until = cpuNanoseconds() + WARM_NS; cpuNanoseconds() < until; ) loop(calls);
  };
  warm();
  collectGarbage();
  warm();
  const { profile, ...use } = watchHeap(() => {
    for (let i = 0; i < portions; i++) loop(calls);
  });
  return { row: judged(c, portions * calls * c.perCall, use), profile };
}

/** What was seen, and whether it is as it should be. */
export function judged(c: Omit<HeapCase, 'run' | 'verify'>, messages: number, use: Omit<HeapUse, 'profile'>): HeapRow {
  const { subject, message, op, makesObjects } = c;
  const nothing = use.bytes + use.outside <= FLOOR;
  return {
    subject,
    message,
    op,
    messages,
    bytesPerMessage: nothing ? 0 : (use.bytes + use.outside) / messages,
    ...use,
    sites: use.sites.slice(0, 10),
    peakMemory: process.resourceUsage().maxRSS * 1024,
    makesObjects,
    asExpected: nothing !== makesObjects,
  };
}
