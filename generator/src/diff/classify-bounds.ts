import type { BoundsIR } from '../ir/structs.js';
import type { ConstraintIR } from '../ir/types.js';
import type { Change, Kind } from './item.js';
import { type Match, matchBits, matchBy } from './match.js';
import type { Slot } from './slot.js';

type Base = Omit<Change, 'axes'>;

const change = (base: Base, kind: Kind, before: string | null, after: string | null): Change => {
  const { slot: _, ...rest } = base;
  return { ...rest, before, after, axes: { meaning: kind } };
};

/** What the values of a field may be, bound by bound. */
export function boundsChanges(a: Slot, b: Slot, base: Base): Change[] {
  const names = ['equals', 'min', 'max', 'multipleOf'] as const;
  return names.flatMap((name) => {
    const [before, after] = [a.bounds?.[name], b.bounds?.[name]];
    return before === after
      ? []
      : [change(base, boundKind(name, before, after), text(name, before), text(name, after))];
  });
}

const text = (name: string, value: number | undefined): string | null =>
  value === undefined ? null : `${name} ${value}`;

function boundKind(name: keyof BoundsIR, before: number | undefined, after: number | undefined): Kind {
  if (before === undefined) return 'tightened';
  if (after === undefined) return 'loosened';
  if (name === 'equals') return 'renumbered';
  const stricter = name === 'max' ? after < before : name === 'min' ? after > before : after % before === 0;
  return stricter ? 'tightened' : 'loosened';
}

/**
 * The conditions on the values of a message. One that both sides have, in other words where fields were renamed, is the
 * same; one with another number is tighter or looser; all others came, which tightens, or went, which loosens. Those on a
 * field that only one side has came or went with it and are not told again.
 */
export function ruleChanges(
  as: readonly ConstraintIR[],
  bs: readonly ConstraintIR[],
  slots: readonly Match<Slot>[],
  names: { readonly a: string; readonly b: string; readonly identity: string | null },
): Change[] {
  const both = slots.flatMap(({ a, b }) => (a === null || b === null ? [] : [{ a, b }]));
  const toB = new Map(both.flatMap(({ a, b }) => [[a.name, b.name] as const, ...keptBits(a, b)]));
  const toA = new Map([...toB].map(([a, b]) => [b, a]));
  const inB = (text: string): string => text.replace(/[A-Za-z_][\w.]*/g, (word) => toB.get(word) ?? word);
  const left = as
    .filter(({ field }) => toB.has(field))
    .map((rule) => ({ rule, key: `${inB(rule.field)}: ${inB(rule.expression)}` }));
  const right = bs
    .filter(({ field }) => toA.has(field))
    .map((rule) => ({ rule, key: `${rule.field}: ${rule.expression}` }));
  const goneA = left.filter(({ key }) => right.every((r) => r.key !== key));
  const goneB = right.filter(({ key }) => left.every((l) => l.key !== key));
  return matchBy(goneA, goneB, ({ key }) => shapeOf(key)).map(({ a, b }) => {
    const field = {
      a: a?.rule.field ?? toA.get(b?.rule.field ?? ''),
      b: b?.rule.field ?? toB.get(a?.rule.field ?? ''),
    };
    const base = {
      a: `${names.a}.${field.a}`,
      b: `${names.b}.${field.b}`,
      before: null,
      after: null,
      within: names.identity,
    };
    const kind = a === null ? 'tightened' : b === null ? 'loosened' : limitKind(a.key, b.key);
    return change(base, kind, a?.rule.expression ?? null, b?.rule.expression ?? null);
  });
}

/** Rules of messages name groups of bits without their word. */
const keptBits = (a: Slot, b: Slot): (readonly [string, string])[] =>
  matchBits(a.bits, b.bits).flatMap((m) => (m.a === null || m.b === null ? [] : [[m.a.name, m.b.name] as const]));

const LIMIT = /^(.* (<=|<|>=|>)) (\d+)$/;

/** `x <= 8` and `x <= 16` have one shape; everything else has its own. */
const shapeOf = (key: string): string => LIMIT.exec(key)?.[1] ?? key;

function limitKind(a: string, b: string): Kind {
  const [x, y] = [LIMIT.exec(a), LIMIT.exec(b)];
  const grew = Number(y?.[3]) > Number(x?.[3]);
  return grew === (x?.[2]?.startsWith('<') ?? false) ? 'loosened' : 'tightened';
}
