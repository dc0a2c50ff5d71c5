import { DialectIndex } from '../interpret/dialect-index.js';
import type { DialectIR } from '../ir/types.js';
import { ruleChanges } from './classify-bounds.js';
import { dialectChanges } from './classify-dialect.js';
import { enumChanges } from './classify-enums.js';
import { slotChanges } from './classify-slots.js';
import { identityOf, unitChange } from './classify-units.js';
import { DialectSubject } from './dialect-subject.js';
import { FamilySubject } from './family-subject.js';
import {
  AXES,
  type Axis,
  type Change,
  type Directions,
  type Item,
  itemOf,
  otherSide,
  type SideName,
  type Verdict,
} from './item.js';
import { type Match, matchSlots, matchUnits } from './match.js';
import type { Comparable, Subject, Unit } from './subject.js';
import { keyOf, type Run, Trials, verdictOf } from './trials.js';

/** What one message or struct comes to. */
export interface UnitResult extends Directions {
  readonly identity: string;
  readonly a: string | null;
  readonly b: string | null;
  /** Whether its own layout, id or values differ, the header aside. */
  readonly differs: boolean;
}

export interface Comparison {
  /** `virtio-msg/rfc3`, or as the caller calls it. */
  readonly a: string;
  readonly b: string;
  /** Every message or struct of either side, by identity; same ones included. */
  readonly units: readonly UnitResult[];
  /** Every difference, by where it is. */
  readonly items: readonly Item[];
  /** The only axis whose differences are among them; all three where none is named. */
  readonly axis?: Axis;
}

export class NotComparable extends Error {}

const subjectOf = (of: Comparable): Subject =>
  of instanceof DialectIndex ? new DialectSubject(of) : new FamilySubject(of);

const irOf = (of: Comparable): DialectIR | null => (of instanceof DialectIndex ? of.ir : null);

/** How the two sides are called in what people read, where their own names do not tell them apart. */
export interface Labels {
  readonly a: string;
  readonly b: string;
}

/**
 * Every difference between two dialects, or between two families of structs, with what it does to bytes in both directions.
 *
 * Works from the IR alone. Throws `NotComparable` for a dialect and a family: what they hold has nothing in common.
 */
export function compare(left: Comparable, right: Comparable, labels?: Labels): Comparison {
  const [dialectA, dialectB] = [irOf(left), irOf(right)];
  if ((dialectA === null) !== (dialectB === null))
    throw new NotComparable('one of the two holds messages, the other structs: nothing in them is the same thing');
  const [a, b] = [subjectOf(left), subjectOf(right)];
  const trials = new Trials(a, b);
  // The first of several witnesses is shown: first in an order that both sides have in common.
  const pairs = sorted(matchUnits(a.units, b.units), inCommon);
  const whole = [
    ...(dialectA === null || dialectB === null ? [] : dialectChanges(dialectA, dialectB)),
    ...matchSlots(a.header, b.header).flatMap((match) => slotChanges(match, HEADER)),
  ];
  const values = enumChanges(a.enums, b.enums);
  const framed = whole.some(({ axes }) => axes.wire !== undefined);
  const results = pairs.map((pair) => {
    const changes = unitChanges(pair);
    return { pair, changes, differs: changes.some(({ axes }) => axes.wire !== undefined) };
  });
  type Result = (typeof results)[number];
  const verdict = ({ pair, differs }: Result, sender: SideName, slot: string | null): Verdict | null =>
    verdictOf(trials.runs(pair, sender, differs), slot);
  const both = (result: Result, slot: string | null): Directions => ({
    aToB: verdict(result, 'a', slot),
    bToA: verdict(result, 'b', slot),
  });
  const anywhere = (sender: SideName, slot: string | null): Verdict | null =>
    verdictOf(
      results.flatMap(({ pair, differs }) =>
        pair[otherSide(sender)] === null ? [] : trials.runs(pair, sender, differs),
      ),
      slot,
    );
  const everywhere = (change: Change): Directions => ({
    aToB: anywhere('a', slotKey(change)),
    bToA: anywhere('b', slotKey(change)),
  });
  const items = [
    ...whole.map((change) => itemOf(change, change.axes.wire === undefined ? undefined : everywhere(change))),
    ...values.map((change) => itemOf(change, constantVerdicts(change, pairs, trials))),
    ...results.flatMap((result) =>
      result.changes.map((change) =>
        itemOf(change, change.axes.wire === undefined ? undefined : both(result, slotKey(change))),
      ),
    ),
  ];
  const units = results.map((result): UnitResult => {
    const { pair, differs } = result;
    const directions = differs || framed ? both(result, null) : { aToB: null, bToA: null };
    const identity = identityOf(pair);
    return { identity, a: pair.a?.key ?? null, b: pair.b?.key ?? null, differs, ...directions };
  });
  return {
    a: labels?.a ?? a.name,
    b: labels?.b ?? b.name,
    units: sorted(units, (u) => u.identity),
    items: sorted(items, orderOf),
  };
}

const HEADER = { a: '', b: '', startA: 0, startB: 0, identity: null } as const;

const slotKey = ({ slot }: Change): string | null =>
  slot === undefined ? null : keyOf(slot.a?.name ?? null, slot.b?.name ?? null);

/** The same order whichever side is called A: by place, then bytes before names before meaning. */
const orderOf = (item: Item): string => {
  const axis = AXES.findIndex((name) => item[name] !== 'same');
  const names = [item.a ?? item.b, item.b ?? item.a].sort().join(' ');
  return `${item.within ?? ''} ${names} ${axis} ${[item.before ?? '', item.after ?? ''].sort().join(' ')}`;
};

const inCommon = (pair: Match<Unit>): string =>
  `${identityOf(pair)} ${[pair.a?.key ?? '', pair.b?.key ?? ''].sort().join(' ')}`;

const sorted = <T>(things: readonly T[], key: (thing: T) => string): readonly T[] =>
  [...things].sort((x, y) => (key(x) < key(y) ? -1 : key(x) > key(y) ? 1 : 0));

/** Everything that differs within one message or struct. One that only one side has is one difference, not many. */
function unitChanges(pair: Match<Unit>): readonly Change[] {
  const { a, b } = pair;
  const own = unitChange(pair);
  if (a === null || b === null) return own;
  const matches = matchSlots(a.slots, b.slots);
  const within = { a: a.key, b: b.key, startA: a.start, startB: b.start, identity: identityOf(pair) };
  const names = { a: a.key, b: b.key, identity: identityOf(pair) };
  return [
    ...own,
    ...matches.flatMap((match) => slotChanges(match, within)),
    ...ruleChanges(a.rules, b.rules, matches, names),
  ];
}

/** Shows a constant with two numbers in the first message that has a field of its enumeration on both sides. */
function constantVerdicts(change: Change, pairs: readonly Match<Unit>[], trials: Trials): Directions | undefined {
  const { value } = change;
  if (value === undefined) return undefined;
  const name = (change.a ?? '').split('.')[1] ?? '';
  for (const pair of pairs) {
    for (const { a, b } of matchSlots(pair.a?.slots ?? [], pair.b?.slots ?? [])) {
      if (a === null || b === null || a.enum !== name || b.enum !== name || a.name.includes('[')) continue;
      return {
        aToB: misnamed(trials.forced(pair, 'a', a.name, value.a), a.name, b.name),
        bToA: misnamed(trials.forced(pair, 'b', b.name, value.b), a.name, b.name),
      };
    }
  }
  return undefined;
}

/** A number that arrives as it was sent stands for something else on the other side: that is a misreading. */
const misnamed = (runs: readonly Run[], a: string, b: string): Verdict | null =>
  verdictOf(
    runs.map((run): Run => {
      if (run.slots.get(keyOf(a, b)) !== 'same') return run;
      const outcome = 'misread';
      const witness = { ...run.witness, lost: [{ a, b, outcome } as const] };
      return { witness, slots: new Map([[keyOf(a, b), outcome]]), outcome };
    }),
    keyOf(a, b),
  );
