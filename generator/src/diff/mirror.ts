import type { Comparison, UnitResult } from './compare.js';
import { type Directions, type Item, itemOf, type Kind, otherSide, type Verdict } from './item.js';

const BACK: Readonly<Partial<Record<Kind, Kind>>> = {
  added: 'removed',
  removed: 'added',
  widened: 'narrowed',
  narrowed: 'widened',
  tightened: 'loosened',
  loosened: 'tightened',
};

const back = (kind: Kind): Kind => BACK[kind] ?? kind;

/** The same comparison with the sides exchanged: what `compare(b, a)` says. */
export const mirror = ({ a, b, units, items, ...rest }: Comparison): Comparison => ({
  ...rest,
  a: b,
  b: a,
  units: units.map((unit): UnitResult => ({ ...unit, a: unit.b, b: unit.a, ...turn(unit) })),
  items: items.map(mirrorItem),
});

const mirrorItem = (item: Item): Item => {
  const { a, b, before, after, slot, within, wire, source, meaning } = item;
  const turned = slot === null || slot === undefined ? {} : { slot: { a: slot.b, b: slot.a } };
  const axes = { wire: back(wire), source: back(source), meaning: back(meaning) };
  return itemOf({ a: b, b: a, before: after, after: before, within, axes, ...turned }, turn(item));
};

const turn = ({ aToB, bToA }: Directions): Directions => ({ aToB: turnVerdict(bToA), bToA: turnVerdict(aToB) });

function turnVerdict(verdict: Verdict | null): Verdict | null {
  if (verdict === null) return null;
  const { witness } = verdict;
  const lost = witness.lost.map(({ a, b, outcome }) => ({ a: b, b: a, outcome }));
  return { ...verdict, witness: { ...witness, sender: otherSide(witness.sender), a: witness.b, b: witness.a, lost } };
}
