/**
 * Paired measurement on a machine that is shared: subject and baseline run alternately in short samples of the same
 * process, and what is reported is the ratio of each adjacent pair. Whatever slows the machine down slows both.
 * The clock is process CPU time, so time given to other processes does not count.
 */
export type Operation = (i: number) => number;

export interface Ratio {
  /** Median of subject time over baseline time. */
  readonly ratio: number;
  readonly p25: number;
  readonly p75: number;
  /** Median nanoseconds of the subject per operation; for orientation only, it drifts with the machine. */
  readonly ns: number;
  /** Bytes the subject allocates per operation, from the growth of the heap between two collections' worth of work. */
  readonly bytesPerOp: number;
}

export interface Effort {
  readonly samples: number;
  readonly sampleMs: number;
  readonly warmMs: number;
}

export const QUICK: Effort = { samples: 15, sampleMs: 3, warmMs: 80 };
export const LONG: Effort = { samples: 61, sampleMs: 5, warmMs: 300 };

type Loop = (n: number) => number;

/** A loop of its own for every operation: a shared one would see many call targets and measure the dispatch instead. */
function loopOver(operation: Operation, mask: number): Loop {
  const make = new Function(
    'f',
    `return function (n) { let s = 0; for (let i = 0; i < n; i++) s = (s + f(i & ${mask})) | 0; return s; }`,
  ) as (f: Operation) => Loop;
  return make(operation);
}

export const cpuNanoseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};

/** What the loops computed; kept so that no compiler may drop them. */
export let witness = 0;

function timed(loop: Loop, n: number): number {
  const before = cpuNanoseconds();
  witness = (witness + loop(n)) | 0;
  return cpuNanoseconds() - before;
}

/** Warms a loop up and finds how many rounds fill one sample. */
function calibrate(loop: Loop, effort: Effort): number {
  let n = 64;
  let spent = 0;
  let last = 0;
  while (spent < effort.warmMs * 1e6) {
    last = timed(loop, n);
    spent += last;
    if (last < 2e6) n *= 2;
  }
  return Math.max(1, Math.round((n * effort.sampleMs * 1e6) / Math.max(1000, last)));
}

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor((sorted.length - 1) * q)] ?? 0;

/** Ratio of `subject` to `baseline`; `mask` + 1 records are visited in turn, `perCall` operations happen in one call. */
export function compare(subject: Operation, baseline: Operation, mask: number, perCall: number, effort: Effort): Ratio {
  const base = loopOver(baseline, mask);
  const ours = loopOver(subject, mask);
  const nBase = calibrate(base, effort);
  const nOurs = calibrate(ours, effort);
  const ratios: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < effort.samples; i++) {
    const b = timed(base, nBase) / nBase;
    const s = timed(ours, nOurs) / nOurs;
    ratios.push(s / Math.max(b, 1e-9));
    times.push(s);
  }
  return ratioOf(ratios, times, perCall, allocation(ours, nOurs) / perCall);
}

/** What many pairs of samples come to; `times` are nanoseconds of the subject for one call. */
export function ratioOf(ratios: number[], times: number[], perCall: number, bytesPerOp: number): Ratio {
  ratios.sort((a, b) => a - b);
  times.sort((a, b) => a - b);
  return {
    ratio: quantile(ratios, 0.5),
    p25: quantile(ratios, 0.25),
    p75: quantile(ratios, 0.75),
    ns: quantile(times, 0.5) / perCall,
    bytesPerOp,
  };
}

/** Smallest heap growth per call over a few rounds; a collection in between would show as shrinkage and is ignored. */
function allocation(loop: Loop, n: number): number {
  const rounds = Math.min(n, 20_000);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const before = process.memoryUsage().heapUsed;
    witness = (witness + loop(rounds)) | 0;
    const grown = process.memoryUsage().heapUsed - before;
    if (grown >= 0) least = Math.min(least, grown / rounds);
  }
  // The measurement itself leaves a few kilobytes behind; spread over the rounds that is below one byte.
  return Number.isFinite(least) && least >= 1 ? Math.round(least) : 0;
}
