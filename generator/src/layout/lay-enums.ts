import type { Report } from '../diagnostics/report.js';
import type { EnumIR } from '../ir/types.js';
import type { EnumerationSource } from '../language/enumeration.js';
import type { Declared, ResolvedDialect } from '../resolve/resolved.js';
import { checkRange } from './check-ids.js';

/** The enumerations of a dialect, its own and those it inherits, sorted by name. */
export const layEnums = (dialect: ResolvedDialect, report: Report): EnumIR[] =>
  [...dialect.enums]
    .map(([name, declared]) => layEnum(name, declared, report))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

function layEnum(name: string, { value, origin }: Declared<EnumerationSource>, report: Report): EnumIR {
  const first = new Map<number, string>();
  const { source, path } = origin;
  for (const [valueName, v] of Object.entries(value.values)) {
    const before = first.get(v.value);
    if (before === undefined) first.set(v.value, valueName);
    else {
      report.add(
        'VW216',
        source.placeOfKey([...path, 'values', valueName]),
        `"${valueName}" and "${before}" are both ${v.value}`,
        {
          also: { ...source.placeOfKey([...path, 'values', before]), text: 'first used here' },
          hint: 'a decoder could not tell them apart: keep one name, and mention the other in its doc',
        },
      );
    }
  }
  for (const [index, range] of (value.ranges ?? []).entries())
    checkRange(range, source, [...path, 'ranges', index], report);
  const values = Object.entries(value.values)
    .map(([valueName, v]) => ({ name: valueName, value: v.value, doc: v.doc }))
    .sort((a, b) => a.value - b.value || (a.name < b.name ? -1 : 1));
  return {
    name,
    flags: value.flags ?? false,
    open: value.open ?? false,
    doc: value.doc,
    spec: value.spec ?? '',
    values,
    ranges: [...(value.ranges ?? [])].sort((a, b) => a.from - b.from).map((r) => ({ ...r })),
  };
}
