import { DialectIndex } from '../interpret/dialect-index.js';
import { FamilyIndex } from '../interpret/structs/family-index.js';
import type { FamilyIR } from '../ir/structs.js';
import type { DialectIR } from '../ir/types.js';
import { type Comparison, compare } from './compare.js';
import type { Axis } from './item.js';
import { matchBy } from './match.js';
import type { Comparable } from './subject.js';

/** What a schema holds, as `compile` gives it. */
export interface SchemaIR {
  readonly dialects: readonly DialectIR[];
  readonly families: readonly FamilyIR[];
}

export interface SchemaComparison {
  /** Dialects and families that only the newer schema has. Nothing that existed breaks by them. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Those of both that differ, sorted by name. */
  readonly changed: readonly Comparison[];
}

interface Named {
  readonly name: string;
  readonly hash: string;
  readonly index: () => Comparable;
}

const namesOf = ({ dialects, families }: SchemaIR): Named[] => [
  ...dialects.map((ir) => ({ name: `${ir.protocol}/${ir.dialect}`, hash: ir.hash, index: () => new DialectIndex(ir) })),
  ...families.map((ir) => ({ name: `${ir.protocol}/${ir.family}`, hash: ir.hash, index: () => new FamilyIndex(ir) })),
];

/**
 * Every dialect and family of `after` against the one of the same name in `before`. `ref` is what people call `before`.
 * Documentation alone is no difference.
 */
export function compareSchemas(before: SchemaIR, after: SchemaIR, ref: string): SchemaComparison {
  const pairs = matchBy(namesOf(before), namesOf(after), ({ name }) => name);
  const names = (side: 'a' | 'b'): string[] =>
    pairs.flatMap((pair) => (pair[side === 'a' ? 'b' : 'a'] === null ? [pair[side]?.name ?? ''] : [])).sort();
  const changed = pairs.flatMap(({ a, b }): Comparison[] => {
    if (a === null || b === null || a.hash === b.hash) return [];
    const comparison = compare(a.index(), b.index(), { a: `${ref}:${a.name}`, b: b.name });
    return comparison.items.length === 0 ? [] : [comparison];
  });
  return { added: names('b'), removed: names('a'), changed: changed.sort((x, y) => (x.b < y.b ? -1 : 1)) };
}

/** A comparison with only the items that differ on one axis. */
export function onAxis(comparison: Comparison, axis: Axis): Comparison {
  const items = comparison.items.filter((item) => item[axis] !== 'same');
  const quiet = { differs: false, aToB: null, bToA: null };
  const units = axis === 'wire' ? comparison.units : comparison.units.map((unit) => ({ ...unit, ...quiet }));
  return { ...comparison, units, items, axis };
}
