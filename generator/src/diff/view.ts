import type { Comparison, UnitResult } from './compare.js';
import { type Item, OUTCOMES, type Outcome, type Verdict, worse } from './item.js';
import { type Names, shortNames } from './tell.js';

/** A comparison in the order people want to read it: what breaks silently first. Text and Markdown are written from it. */
export interface View {
  readonly names: Names;
  /** One sentence with the figures. */
  readonly headline: string;
  /** Differences of the whole dialect or family that change bytes: header, framing, numbers of constants. */
  readonly whole: readonly Item[];
  /** Messages or structs with differences, worst first. */
  readonly units: readonly UnitView[];
  /** Messages whose own bytes are the same, but which the header changes, counted by what happens to them. */
  readonly carried: readonly { readonly outcomes: readonly [Outcome, Outcome]; readonly names: readonly string[] }[];
  /** Differences of the whole that change no bytes: names and numbers of constants, limits, owners of ids. */
  readonly quiet: readonly Item[];
}

export interface UnitView {
  readonly unit: UnitResult;
  readonly title: string;
  readonly items: readonly Item[];
  /** What changed, in a few words. */
  readonly gist: string;
}

export const titleOf = ({ a, b }: { readonly a: string | null; readonly b: string | null }): string =>
  (b ?? a ?? '').replaceAll('.', ' ');

/** What concerns all of a message comes before its fields, and these come in the order of side B. */
const placeOf = ({ slot }: Item): number => (slot?.b ?? slot?.a)?.offset ?? -1;

/**
 * A difference by its name within its message: `count`, `next_offset_wrap.next_wrap`; what it was called before, where that
 * differs. Empty for the message itself.
 */
export function nameOf(item: Item, unit: UnitResult | null): string {
  if (unit !== null && item.a === unit.a && item.b === unit.b) return '';
  const within = (path: string | null, key: string | null): string | null =>
    path === null || key === null || !path.startsWith(`${key}.`) ? path : path.slice(key.length + 1);
  const [old, name] = [within(item.a, unit?.a ?? null), within(item.b, unit?.b ?? null)];
  if (item.kind === 'removed') return old ?? name ?? '';
  return old === null || name === null || old === name ? (name ?? old ?? '') : `${name} (was ${old})`;
}

/** `u16 at 10 → u16 at 12`; a rule that is not there allows anything. */
export function sidesOf({ kind, before, after }: Item): string {
  const none = kind === 'tightened' || kind === 'loosened' ? 'anything' : 'nothing';
  return before === after ? (after ?? none) : `${before ?? none} → ${after ?? none}`;
}

const outcomeOf = (verdict: Verdict | null): Outcome => verdict?.outcome ?? 'same';
const rank = (unit: UnitResult): number => {
  const [x, y] = [OUTCOMES.indexOf(outcomeOf(unit.aToB)), OUTCOMES.indexOf(outcomeOf(unit.bToA))];
  return 10 * Math.max(x, y) + Math.min(x, y);
};

export function viewOf(comparison: Comparison): View {
  const { units, items } = comparison;
  const names = shortNames(comparison);
  const differing = units
    .filter((unit) => items.some((item) => item.within === unit.identity))
    .map((unit): UnitView => {
      const own = items.filter((item) => item.within === unit.identity).sort((x, y) => placeOf(x) - placeOf(y));
      return { unit, title: titleOf(unit), items: own, gist: gistOf(own, unit) };
    })
    .sort((x, y) => rank(y.unit) - rank(x.unit) || (x.unit.identity < y.unit.identity ? -1 : 1));
  const outside = items.filter((item) => item.within === null);
  return {
    names,
    headline: headlineOf(comparison),
    whole: outside.filter((item) => item.wire !== 'same'),
    units: differing,
    carried: carriedOf(units.filter((unit) => !differing.some((view) => view.unit === unit))),
    quiet: outside.filter((item) => item.wire === 'same'),
  };
}

function headlineOf({ units, items, axis }: Comparison): string {
  if (items.length === 0) return axis === undefined ? 'no difference' : `no difference of ${axis}`;
  if (axis === 'source' || axis === 'meaning')
    return `${items.length} ${items.length === 1 ? 'difference' : 'differences'} of ${axis}`;
  const what = units.some((u) => /^\w+\.\w+\.(request|response|event)$/.test(u.identity)) ? 'messages' : 'structs';
  const affected = units.filter((unit) => unit.differs || unit.aToB !== null || unit.bToA !== null);
  const renumbered = items.filter((item) => item.within === null && item.kind === 'renumbered').length;
  const constants = renumbered === 0 ? '' : `; ${renumbered} constants or classes have another number`;
  if (affected.length === 0 && constants !== '') return `all ${units.length} ${what} have the same layout${constants}`;
  if (affected.length === 0) return `the bytes of all ${units.length} ${what} are the same; names or meaning differ`;
  const worstOf = (unit: UnitResult): Outcome => worse(outcomeOf(unit.aToB), outcomeOf(unit.bToA));
  const count = (outcome: Outcome): number => affected.filter((unit) => worstOf(unit) === outcome).length;
  const told = [
    [count('misread'), 'silently misread'],
    [count('rejected'), 'rejected'],
    [count('ignored') + count('unset'), 'read in part'],
  ] as const;
  const parts = told.flatMap(([n, text]) => (n === 0 ? [] : [`${n} ${text}`]));
  const alone = affected.filter((unit) => worstOf(unit) === 'same').length;
  if (alone > 0) parts.push(`${alone} read as sent`);
  return `${affected.length} of ${units.length} ${what} differ on the wire: ${parts.join(', ')}${constants}`;
}

/** `count moved, next_offset moved`. */
function gistOf(items: readonly Item[], unit: UnitResult): string {
  const wire = items.filter((item) => item.wire !== 'same');
  const told = (wire.length > 0 ? wire : items).map((item) =>
    `${nameOf(item, unit).replace(/ \(was .*/, '')} ${item.kind}`.trim(),
  );
  return [...new Set(told)].join(', ');
}

function carriedOf(units: readonly UnitResult[]): View['carried'] {
  const groups = new Map<string, { outcomes: readonly [Outcome, Outcome]; names: string[] }>();
  for (const unit of units) {
    if (unit.aToB === null || unit.bToA === null) continue;
    const outcomes = [unit.aToB.outcome, unit.bToA.outcome] as const;
    const group = groups.get(outcomes.join()) ?? { outcomes, names: [] };
    group.names.push(titleOf(unit));
    groups.set(outcomes.join(), group);
  }
  const severity = ({ outcomes }: { outcomes: readonly [Outcome, Outcome] }): number =>
    Math.max(...outcomes.map((o) => OUTCOMES.indexOf(o)));
  return [...groups.values()].sort((x, y) => severity(y) - severity(x));
}
