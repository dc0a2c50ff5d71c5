import { type Effort, type Ratio, ratioOf } from '../measure.js';
import { allocation } from '../runtime/async-case.js';
import type { Row, Task } from '../task.js';

/** One thing that two threads do with each other. */
export interface WallCase {
  readonly subject: string;
  readonly message: string;
  readonly op: string;
  /** Does it `n` times; nanoseconds on the wall for each of them, in order, or one figure that is the mean of all. */
  readonly ours: (n: number) => Promise<Float64Array>;
  readonly hand: (n: number) => Promise<Float64Array>;
  /** Before and after it is measured. */
  readonly around?: { readonly before: () => Promise<void>; readonly after: () => Promise<void> };
  verify(): Promise<void>;
}

/** Samples of two threads are longer: both have to come to run. */
const LONGER = 4;
const MOST = 1 << 20;

const quantileOf = (times: Float64Array, q: number): number => times.sort()[Math.floor((times.length - 1) * q)]!;

/** How many operations fill one sample, after enough of them to be warm. */
async function calibrate(run: WallCase['ours'], effort: Effort): Promise<number> {
  const wanted = LONGER * effort.sampleMs;
  for (let n = 64, spent = 0; ; ) {
    const before = performance.now();
    await run(n);
    const took = performance.now() - before;
    spent += took;
    if (n >= MOST || (took >= wanted && spent >= effort.warmMs)) return n;
    if (took < wanted) n *= 2;
  }
}

/**
 * As `compare`: subject and baseline in turns, the ratio of each pair, but by the clock on the wall: processor time of two threads
 * says nothing of how long they wait for each other. So it wants cores that have nothing else to do.
 */
async function compareWall(c: WallCase, effort: Effort): Promise<Ratio & Pick<Row, 'p99'>> {
  const nHand = await calibrate(c.hand, effort);
  const nOurs = await calibrate(c.ours, effort);
  const [ratios, times, hands, slowest] = [[], [], [], []] as [number[], number[], number[], number[]];
  for (let i = 0; i < effort.samples; i++) {
    const hand = quantileOf(await c.hand(nHand), 0.5);
    const each = await c.ours(nOurs);
    const ours = quantileOf(each, 0.5);
    ratios.push(ours / hand);
    times.push(ours);
    hands.push(hand);
    if (each.length > 1) slowest.push(quantileOf(each, 0.99));
  }
  const allocated = await allocation(async (n) => void (await c.ours(n)), 20_000);
  const ratio = ratioOf(ratios, times, 1, allocated, hands);
  return slowest.length === 0 ? ratio : { ...ratio, p99: quantileOf(Float64Array.from(slowest), 0.5) };
}

export function wallTask(c: WallCase): Task {
  const { subject, message, op, around } = c;
  return {
    subject,
    message,
    op,
    verify: () => c.verify(),
    async measure(effort) {
      await around?.before();
      const ratio = await compareWall(c, effort);
      await around?.after();
      return { subject, message, op, wall: true, ...ratio, perSecond: Math.round(1e9 / ratio.ns) };
    },
  };
}
