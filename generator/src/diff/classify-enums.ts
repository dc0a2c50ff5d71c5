import type { EnumIR, EnumRangeIR, EnumValueIR } from '../ir/types.js';
import type { Change, Kind } from './item.js';
import { type Match, matchBy } from './match.js';

/** What became of the enumerations: of each itself, of its values, of the ranges somebody else gives out. */
export function enumChanges(as: readonly EnumIR[], bs: readonly EnumIR[]): Change[] {
  return matchBy(as, bs, ({ name }) => name).flatMap(({ a, b }): Change[] => {
    if (a === null || b === null) {
      const kind = a === null ? 'added' : 'removed';
      const text = (e: EnumIR | null): string | null =>
        e === null ? null : `${e.values.length} ${e.values.length === 1 ? 'value' : 'values'}`;
      return [change(path(a), path(b), text(a), text(b), { source: kind, meaning: kind })];
    }
    return [...openness(a, b), ...valueChanges(a, b), ...rangeChanges(a, b)];
  });
}

const path = (e: { readonly name: string } | null, tail = ''): string | null =>
  e === null ? null : `enums.${e.name}${tail}`;

const change = (
  a: string | null,
  b: string | null,
  before: string | null,
  after: string | null,
  axes: Change['axes'],
): Change => ({ a, b, before, after, within: null, axes });

function openness(a: EnumIR, b: EnumIR): Change[] {
  const of = (e: EnumIR): string => `${e.open ? 'open' : 'closed'}${e.flags ? ', flags' : ''}`;
  if (of(a) === of(b)) return [];
  const kind: Kind = a.flags !== b.flags ? 'retyped' : b.open ? 'loosened' : 'tightened';
  return [change(path(a), path(b), of(a), of(b), { meaning: kind })];
}

/** By name, then by number: the same name with another number is renumbered, the same number under another name renamed. */
export function matchValues(a: EnumIR, b: EnumIR): Match<EnumValueIR>[] {
  const named = matchBy(a.values, b.values, ({ name }) => name);
  const [left, right] = [named.filter((m) => m.b === null), named.filter((m) => m.a === null)];
  const both = named.filter((m) => m.a !== null && m.b !== null);
  const rest = matchBy(
    left.flatMap((m) => m.a ?? []),
    right.flatMap((m) => m.b ?? []),
    ({ value }) => String(value),
  );
  return [...both, ...rest];
}

function valueChanges(a: EnumIR, b: EnumIR): Change[] {
  return matchValues(a, b).flatMap(({ a: left, b: right }): Change[] => {
    const text = (v: EnumValueIR | null): string | null => (v === null ? null : String(v.value));
    const make = (axes: Change['axes'], more: Partial<Change> = {}): Change[] => [
      {
        ...change(left && path(a, `.${left.name}`), right && path(b, `.${right.name}`), text(left), text(right), axes),
        ...more,
      },
    ];
    if (left === null) return make({ source: 'added', meaning: 'added' });
    if (right === null) return make({ source: 'removed', meaning: 'removed' });
    if (left.value !== right.value) {
      const value = { a: BigInt(left.value), b: BigInt(right.value) };
      return make({ wire: 'renumbered' }, { value });
    }
    return left.name === right.name ? [] : make({ source: 'renamed' });
  });
}

function rangeChanges(a: EnumIR, b: EnumIR): Change[] {
  const key = (r: EnumRangeIR): string => `${r.from} to ${r.to}`;
  return matchBy(a.ranges, b.ranges, key).flatMap(({ a: left, b: right }): Change[] => {
    if (left?.owner === right?.owner) return [];
    const kind = left === null ? 'added' : right === null ? 'removed' : 'renamed';
    const tail = (r: EnumRangeIR | null): string => (r === null ? '' : `.${key(r).replaceAll(' ', '-')}`);
    return [
      change(left && path(a, tail(left)), right && path(b, tail(right)), left?.owner ?? null, right?.owner ?? null, {
        meaning: kind,
      }),
    ];
  });
}
