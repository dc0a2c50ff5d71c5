import type { Task } from '../task.js';
import { type Carrier, TwoThreads } from './two-threads.js';
import { type WallCase, wallTask } from './wall.js';

export const BETWEEN_THREADS = '40 bytes between threads';

interface Subject {
  readonly carrier: Carrier;
  /** Whether a third thread keeps one core busy. */
  readonly busy: boolean;
}

/** What carries messages between two threads, by subject; the baseline of all is the ring by hand. */
export const RINGS: Readonly<Record<string, Subject>> = {
  ring: { carrier: 'ring', busy: false },
  'ring, read in place': { carrier: 'in place', busy: false },
  'ring, one core busy': { carrier: 'ring', busy: true },
  'RingMedium, event loops': { carrier: 'medium', busy: false },
  'MessagePort, event loops': { carrier: 'port', busy: false },
};

export function ringTasks(subject: string, threads = new TwoThreads()): readonly Task[] {
  const { carrier, busy } = RINGS[subject]!;
  const around = busy ? { before: () => threads.burn(true), after: () => threads.burn(false) } : undefined;
  const oneWay = (what: Carrier, batch: number) => async (n: number) =>
    Float64Array.of((await threads.oneWay(what, n, batch)) / n);
  // A medium has no batches: what it is sent, it shows.
  const batches = carrier === 'medium' ? [1] : [1, 64];
  const cases: WallCase[] = batches.map((batch) => ({
    subject,
    message: BETWEEN_THREADS,
    op: batch === 1 ? 'one way, each' : `one way, ${batch} at once`,
    ours: oneWay(carrier, batch),
    hand: oneWay('hand', batch),
    around,
    verify: async () => void (await threads.oneWay(carrier, 3000, batch)),
  }));
  cases.push({
    subject,
    message: BETWEEN_THREADS,
    op: 'round trip',
    ours: (n) => threads.roundTrips(carrier, n),
    hand: (n) => threads.roundTrips('hand', n),
    around,
    verify: async () => void (await threads.roundTrips(carrier, 100)),
  });
  return cases.map(wallTask);
}
