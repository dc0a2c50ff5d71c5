import { type Mutant, spelled } from './mutant.js';
import { holds, type Trial } from './trial.js';

/** What became of the mutants of a dialect or family. */
export interface Hunt {
  readonly mutants: number;
  /** Told from the original by how bytes read or values are written. */
  readonly byBytes: number;
  /** Told only by an offset, a type or an id that is stated beside the bytes. */
  readonly byLayout: number;
  /** Everything that is told from the original, spelled like the survivors. */
  readonly killed: readonly string[];
  /** Mutants that everything takes for the original, as the list of known survivors spells them. */
  readonly survivors: readonly string[];
}

/** What mutants are told by: bytes first, then what is stated about them, and what is slow at last. */
export interface Trials<Index> {
  readonly bytes: readonly Trial<Index>[];
  readonly layout: readonly Trial<Index>[];
  readonly verdicts: readonly Trial<Index>[];
}

/** Tries each mutant until one trial tells it from the original. */
export function hunt<IR, Index>(
  mutants: Iterable<Mutant<IR, string>>,
  indexOf: (ir: IR) => Index,
  trials: Trials<Index>,
  each: () => void = () => {},
): Hunt {
  const bytes = byKey(trials.bytes);
  const layout = byKey(trials.layout);
  const survivors: string[] = [];
  const killed: string[] = [];
  const count = { mutants: 0, byBytes: 0, byLayout: 0 };
  for (const mutant of mutants) {
    count.mutants++;
    const index = indexOf(mutant.ir);
    const near = (all: readonly Trial<Index>[], keyed: typeof bytes): readonly Trial<Index>[] =>
      mutant.keys === null ? all : mutant.keys.flatMap((key) => keyed.get(key) ?? []);
    const fails = (trial: Trial<Index>): boolean => !holds(trial, index);
    const byBytes = near(trials.bytes, bytes).some(fails) || trials.verdicts.some(fails);
    const byLayout = !byBytes && near(trials.layout, layout).some(fails);
    if (byBytes) count.byBytes++;
    if (byLayout) count.byLayout++;
    (byBytes || byLayout ? killed : survivors).push(spelled(mutant));
    each();
  }
  return { ...count, killed, survivors };
}

function byKey<Index>(trials: readonly Trial<Index>[]): ReadonlyMap<string, readonly Trial<Index>[]> {
  const keyed = new Map<string, Trial<Index>[]>();
  for (const trial of trials) {
    const list = keyed.get(trial.key);
    if (list === undefined) keyed.set(trial.key, [trial]);
    else list.push(trial);
  }
  return keyed;
}
