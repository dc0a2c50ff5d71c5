import {
  type Lost,
  OUTCOMES,
  type Outcome,
  otherSide,
  type Reading,
  type SideName,
  type Verdict,
  type Witness,
  worst,
} from './item.js';
import { judgeSlots } from './judge.js';
import { type Match, matchSlots, turned } from './match.js';
import type { Slot } from './slot.js';
import type { Subject, Unit } from './subject.js';
import { FEW_TRIALS, TRIAL_NUMBERS } from './trial.js';

/** One message that was written by one side and read by both. */
export interface Run {
  readonly witness: Witness;
  /** What became of each slot, by `keyOf` its match. */
  readonly slots: ReadonlyMap<string, Outcome>;
  readonly outcome: Outcome;
}

/** The same order whichever side is called A. */
const sides = ({ a, b }: Lost): [string, string] => [a ?? b ?? '', b ?? a ?? ''].sort() as [string, string];

/** A match of slots, whichever side it is looked at from. */
export const keyOf = (a: string | null, b: string | null): string => `${a ?? ''}|${b ?? ''}`;

/** Tries messages in both directions. Every verdict comes from bytes that were written and read here. */
export class Trials {
  readonly #header: readonly Match<Slot>[];
  readonly #runs = new Map<string, readonly Run[]>();

  constructor(
    readonly a: Subject,
    readonly b: Subject,
  ) {
    this.#header = matchSlots(a.header, b.header);
  }

  /** What happens to a unit that `sender` sends, with all the values there are to try; with a few where it is the same. */
  runs(pair: Match<Unit>, sender: SideName, differs: boolean): readonly Run[] {
    const key = `${sender} ${pair[sender]?.key}`;
    const known = this.#runs.get(key);
    if (known !== undefined) return known;
    const runs = this.#run(pair, sender, differs ? TRIAL_NUMBERS : FEW_TRIALS, new Map());
    this.#runs.set(key, runs);
    return runs;
  }

  /** The same with one slot holding a value. */
  forced(pair: Match<Unit>, sender: SideName, slot: string, value: bigint): readonly Run[] {
    return this.#run(pair, sender, FEW_TRIALS, new Map([[slot, value]]));
  }

  #run(
    pair: Match<Unit>,
    sender: SideName,
    numbers: readonly number[],
    forced: ReadonlyMap<string, bigint>,
  ): readonly Run[] {
    const receiver = otherSide(sender);
    const unit = pair[sender];
    if (unit === null) return [];
    const expected = pair[receiver] ?? this[receiver].standIn(unit);
    if (expected === null && this[receiver].header.length === 0) return [];
    const slots = matchSlots(pair.a?.slots ?? [], pair.b?.slots ?? []);
    const matches = [...this.#header, ...slots];
    const oriented = sender === 'a' ? matches : matches.map(turned);
    const identity = pair[receiver]?.identity ?? `not ${unit.identity}`;
    const seen = new Set<string>();
    const runs: Run[] = [];
    for (const number of numbers) {
      const bytes = this[sender].write(unit, { number, forced });
      if (bytes === null || seen.has(bytes.join())) continue;
      seen.add(bytes.join());
      const sent = this[sender].read(bytes, unit);
      // Values that do not come back to who sent them would prove nothing about the other side.
      if ('error' in sent || sent.identity !== unit.identity) continue;
      const got = this[receiver].read(bytes, expected);
      const outcomes = judgeSlots(oriented, sent, got, identity);
      const readings = sender === 'a' ? { a: sent, b: got } : { a: got, b: sent };
      const lost = matches
        .map(({ a, b }, i) => ({ a: a?.name ?? null, b: b?.name ?? null, outcome: outcomes[i] as Outcome }))
        .filter(({ outcome }) => outcome !== 'same' && outcome !== 'rejected')
        .sort((x, y) => (keyOf(...sides(x)) < keyOf(...sides(y)) ? -1 : 1));
      const witness: Witness = { sender, unit: unit.key, expected: expected?.key ?? null, bytes, ...readings, lost };
      const all = matches.map(
        ({ a, b }, i) => [keyOf(a?.name ?? null, b?.name ?? null), outcomes[i] as Outcome] as const,
      );
      runs.push({ witness, slots: new Map(all), outcome: whole(outcomes, got, identity) });
    }
    return runs;
  }
}

function whole(outcomes: readonly Outcome[], got: Reading, identity: string): Outcome {
  if ('error' in got) return 'rejected';
  return got.identity === identity ? worst(outcomes) : 'misread';
}

/** The worst that was seen: of one slot, or of whole messages where none is named. Null where nothing could be tried. */
export function verdictOf(runs: readonly Run[], slot: string | null): Verdict | null {
  const outcomeOf = (run: Run): Outcome => (slot === null ? run.outcome : (run.slots.get(slot) ?? run.outcome));
  const outcome = worst(runs.map(outcomeOf));
  const shown = runs.find((run) => outcomeOf(run) === outcome);
  if (shown === undefined) return null;
  const seen = OUTCOMES.filter((o) => runs.some((run) => outcomeOf(run) === o));
  return { outcome, seen, witness: shown.witness };
}
