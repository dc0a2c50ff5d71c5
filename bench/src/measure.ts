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
  /** The same of the baseline. */
  readonly handNs: number;
  /** Bytes the subject allocates per operation, on the heap and in buffers outside it. */
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
type LoopMaker = (operation: Operation, mask: number) => Loop;

let sources = 0;

/**
 * A source that no other is equal to. V8 keeps what it compiled by its text, feedback included: of equal texts the third would
 * go on with what the first two were called with, and cannot put the call it makes into its own code.
 */
export const ownSource = (source: string): string => `/* ${++sources} */ ${source}`;

/** A loop of its own for every operation: a shared one would see many call targets and measure the dispatch instead. */
export function loopOver(operation: Operation, mask: number): Loop {
  const make = new Function(
    'f',
    ownSource(`return function (n) { let s = 0; for (let i = 0; i < n; i++) s = (s + f(i & ${mask})) | 0; return s; }`),
  ) as (f: Operation) => Loop;
  return make(operation);
}

/**
 * One loop for all, as in an application that uses many codecs: the call in it has as many targets as were measured, and
 * nothing is inlined into it.
 */
export const sharedLoop: LoopMaker = (operation, mask) => (n) => turn(operation, mask, n);

function turn(operation: Operation, mask: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum = (sum + operation(i & mask)) | 0;
  return sum;
}

export const cpuNanoseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};

/** What the loops computed; kept so that no compiler may drop them. */
export let witness = 0;

export function timed(loop: Loop, n: number): number {
  const before = cpuNanoseconds();
  witness = (witness + loop(n)) | 0;
  return cpuNanoseconds() - before;
}

/** Rounds of a call that is to be short, and nanoseconds that it may take. */
const SHORT = 64;
const SHORT_NS = 100e3;

/**
 * Calls a loop often, for some time. A loop that runs long before it was called often is replaced while it
 * runs, and then on Node 24 one process in two stays with the code of the second best compiler: 5.4 ns instead of 2.4 for M1 by
 * hand, ever after.
 */
function warmByCalls(loop: Loop, ms: number): void {
  let rounds = SHORT;
  for (let spent = 0; spent < ms * 1e6; ) {
    const took = timed(loop, rounds);
    spent += took;
    if (took > SHORT_NS) rounds = Math.ceil(rounds / 2);
  }
}

/** Warms a loop up and finds how many rounds fill one sample. */
export function calibrate(loop: Loop, effort: Effort): number {
  warmByCalls(loop, effort.warmMs / 2);
  let n = SHORT;
  let spent = 0;
  let last = 0;
  while (spent < effort.warmMs * 0.5e6) {
    last = timed(loop, n);
    spent += last;
    if (last < 2e6) n *= 2;
  }
  return Math.max(1, Math.round((n * effort.sampleMs * 1e6) / Math.max(1000, last)));
}

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor((sorted.length - 1) * q)] ?? 0;

/** Ratio of `subject` to `baseline`; `mask` + 1 records are visited in turn, `perCall` operations happen in one call. */
export function compare(
  subject: Operation,
  baseline: Operation,
  mask: number,
  perCall: number,
  effort: Effort,
  makeLoop: LoopMaker = loopOver,
): Ratio {
  const base = makeLoop(baseline, mask);
  const ours = makeLoop(subject, mask);
  const nBase = calibrate(base, effort);
  const nOurs = calibrate(ours, effort);
  const ratios: number[] = [];
  const times: number[] = [];
  const hands: number[] = [];
  for (let i = 0; i < effort.samples; i++) {
    const b = timed(base, nBase) / nBase;
    const s = timed(ours, nOurs) / nOurs;
    ratios.push(s / Math.max(b, 1e-9));
    times.push(s);
    hands.push(b);
  }
  return ratioOf(ratios, times, perCall, allocation(ours, perCall), hands);
}

/** What many pairs of samples come to; `times` and `hands` are nanoseconds of subject and baseline for one call. */
export function ratioOf(
  ratios: number[],
  times: number[],
  perCall: number,
  bytesPerOp: number,
  hands: number[],
): Ratio {
  for (const list of [ratios, times, hands]) list.sort((a, b) => a - b);
  return {
    ratio: quantile(ratios, 0.5),
    p25: quantile(ratios, 0.25),
    p75: quantile(ratios, 0.75),
    ns: quantile(times, 0.5) / perCall,
    handNs: quantile(hands, 0.5) / perCall,
    bytesPerOp,
  };
}

const WINDOWS = 21;
/** What one window may allocate, where one call allocates less: little enough that few windows see a collection. */
const WINDOW_BYTES = 200_000;

/**
 * Bytes one operation allocates: growth of heap and buffers over short windows, less that of empty windows, since looking at the
 * heap leaves something on it. A collection makes a window look smaller than it was, so it is the upper quartile that counts.
 */
function allocation(loop: Loop, perCall: number): number {
  const floor = growth(loop, 0);
  const estimate = Math.max(1, growth(loop, 1) - floor);
  const calls = Math.max(1, Math.min(Math.ceil(20_000 / perCall), Math.floor(WINDOW_BYTES / estimate)));
  const perOperation = (growth(loop, calls) - floor) / calls / perCall;
  // What is left of noise over so many calls is below one byte.
  return perOperation >= 1 ? Math.round(perOperation) : 0;
}

const held = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

function growth(loop: Loop, calls: number): number {
  const grown: number[] = [];
  for (let i = 0; i < WINDOWS; i++) {
    const before = held();
    witness = (witness + loop(calls)) | 0;
    const after = held();
    if (after >= before) grown.push(after - before);
  }
  return quantile(
    grown.sort((a, b) => a - b),
    0.75,
  );
}
