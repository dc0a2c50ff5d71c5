import type { Axis, Change, Kind } from './item.js';
import { type Match, matchBy } from './match.js';
import type { Fact, Unit } from './subject.js';

/** What a message or struct is told by, whichever side is called A. */
export const identityOf = ({ a, b }: Match<Unit>): string =>
  [a ?? b, b ?? a].map((unit) => unit?.identity ?? '').sort()[0] ?? '';

/** What became of a message or struct as a whole: whether it is there, its name, its id, who sends it. Nothing where it stayed. */
export function unitChange({ a, b }: Match<Unit>): readonly Change[] {
  const identity = identityOf({ a, b });
  const base = { a: a?.key ?? null, b: b?.key ?? null, within: identity };
  if (a === null || b === null) {
    const kind = a === null ? 'added' : 'removed';
    const before = a === null ? null : factsText(a.facts);
    const after = b === null ? null : factsText(b.facts);
    return [{ ...base, before, after, axes: { wire: kind, source: kind, meaning: kind } }];
  }
  const axes: Partial<Record<Axis, Kind>> = {};
  const differing = matchBy(a.facts, b.facts, ({ name }) => name).filter((m) => m.a?.value !== m.b?.value);
  for (const { a: left, b: right } of differing) axes[(left ?? right)?.axis ?? 'wire'] = factKind(left, right);
  if (a.key !== b.key) axes.source = 'renamed';
  if (Object.keys(axes).length === 0) return [];
  const facts = (side: 'a' | 'b'): Fact[] => differing.flatMap((m) => m[side] ?? []);
  const names = a.key === b.key ? { a: '', b: '' } : { a: a.key, b: b.key };
  return [{ ...base, before: textOf(names.a, facts('a')), after: textOf(names.b, facts('b')), axes }];
}

const factsText = (facts: readonly Fact[]): string | null =>
  textOf(
    '',
    facts.filter(({ axis }) => axis === 'wire'),
  ) ?? null;

const textOf = (name: string, facts: readonly Fact[]): string | null =>
  [name, ...facts.map((f) => `${f.name.replace('_', ' ')} ${f.value}`)].filter((t) => t !== '').join(', ') || null;

function factKind(a: Fact | null, b: Fact | null): Kind {
  if (a === null) return 'added';
  if (b === null) return 'removed';
  switch (a.name) {
    case 'from':
      return b.value === 'either' ? 'loosened' : a.value === 'either' ? 'tightened' : 'moved';
    case 'any_device':
      return b.value === 'yes' ? 'loosened' : 'tightened';
    case 'min_slots':
      return Number(b.value) > Number(a.value) ? 'tightened' : 'loosened';
    default:
      return 'renumbered';
  }
}
