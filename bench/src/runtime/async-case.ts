import { cpuNanoseconds, type Effort, type Ratio, ratioOf } from '../measure.js';

/** One thing to measure that takes turns of the event loop. */
export interface AsyncCase {
  readonly subject: string;
  readonly message: string;
  readonly op: string;
  /** Does it `n` times. */
  readonly ours: (n: number) => Promise<void>;
  readonly hand: (n: number) => Promise<void>;
  /** Bytes moved by one operation, 0 where that says nothing. */
  readonly bytes: number;
  verify(): Promise<void>;
}

async function timed(run: (n: number) => Promise<void>, n: number): Promise<number> {
  const before = cpuNanoseconds();
  await run(n);
  return (cpuNanoseconds() - before) / n;
}

/** How many operations fill one sample, after enough of them to be warm. */
async function calibrate(run: (n: number) => Promise<void>, effort: Effort): Promise<number> {
  let n = 256;
  for (let spent = 0; spent < 4 * effort.warmMs * 1e6; ) {
    const each = await timed(run, n);
    spent += each * n;
    n = Math.max(256, Math.min(65536, Math.round((4 * effort.sampleMs * 1e6) / Math.max(50, each))));
  }
  return n;
}

/** As `compare`: subject and baseline in turns, the ratio of each pair, in CPU time of the process. */
export async function compareAsync(c: AsyncCase, effort: Effort): Promise<Ratio> {
  const nHand = await calibrate(c.hand, effort);
  const nOurs = await calibrate(c.ours, effort);
  const ratios: number[] = [];
  const times: number[] = [];
  const hands: number[] = [];
  for (let i = 0; i < effort.samples; i++) {
    const hand = await timed(c.hand, nHand);
    const ours = await timed(c.ours, nOurs);
    ratios.push(ours / Math.max(1, hand));
    times.push(ours);
    hands.push(hand);
  }
  return ratioOf(ratios, times, 1, await allocation(c.ours), hands);
}

/** Smallest growth of the heap per operation over a few rounds; a collection in between would show as shrinkage. */
export async function allocation(run: (n: number) => Promise<void>, rounds = 2000): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const before = process.memoryUsage().heapUsed;
    await run(rounds);
    const grown = process.memoryUsage().heapUsed - before;
    if (grown >= 0) least = Math.min(least, grown / rounds);
  }
  return Number.isFinite(least) ? Math.round(least) : 0;
}
