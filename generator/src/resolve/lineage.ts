import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import { mayDeclare, type ReadDialect, type SchemaText } from '../read/read-schema.js';

export const dialectKey = (protocol: string, dialect: string): string => `${protocol}/${dialect}`;

/**
 * Dialects with every parent before its children, files in a circle or with an unknown parent left out.
 * Within these bounds the order is by name, so that it does not depend on the order of the files.
 */
export function orderByLineage(
  dialects: readonly ReadDialect[],
  unread: readonly SchemaText[],
  report: Report,
): ReadDialect[] {
  const byKey = new Map<string, ReadDialect>();
  for (const dialect of [...dialects].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0))) {
    const first = byKey.get(keyOf(dialect));
    if (first !== undefined) {
      report.add('VW202', dialect.source.place(['dialect']), `dialect "${dialect.value.dialect}" is declared twice`, {
        also: { ...first.source.place(['dialect']), text: 'first declared here' },
        hint: 'give one of the two another name',
      });
    } else byKey.set(keyOf(dialect), dialect);
  }
  const done = new Set<string>();
  const bad = new Set<string>();
  const ordered: ReadDialect[] = [];
  const visit = (dialect: ReadDialect, trail: readonly ReadDialect[]): boolean => {
    const key = keyOf(dialect);
    if (done.has(key)) return true;
    if (bad.has(key)) return false;
    const parentName = dialect.value.extends;
    if (parentName !== undefined) {
      const circle = trail.findIndex((d) => keyOf(d) === key);
      if (circle >= 0) {
        reportCircle(trail.slice(circle), report);
        for (const d of trail.slice(circle)) bad.add(keyOf(d));
        return false;
      }
      const parent = byKey.get(dialectKey(dialect.value.protocol, parentName));
      if (parent === undefined) {
        const names = dialects
          .filter((d) => d.value.protocol === dialect.value.protocol && d !== dialect)
          .map((d) => d.value.dialect);
        if (!mayDeclare(unread, parentName)) {
          report.add(
            'VW200',
            dialect.source.place(['extends']),
            `there is no dialect "${parentName}" in ${dialect.value.protocol}`,
            {
              hint: knownNames(parentName, names),
            },
          );
        }
        bad.add(key);
        return false;
      }
      if (!visit(parent, [...trail, dialect])) {
        bad.add(key);
        return false;
      }
    }
    done.add(key);
    ordered.push(dialect);
    return true;
  };
  for (const dialect of byKey.values()) visit(dialect, []);
  return ordered;
}

function reportCircle(circle: readonly ReadDialect[], report: Report): void {
  const first = circle[0];
  const second = circle[1] ?? first;
  if (first === undefined || second === undefined) return;
  const names = [...circle, first].map((d) => d.value.dialect).join(' → ');
  report.add('VW201', first.source.place(['extends']), `these dialects extend each other in a circle: ${names}`, {
    also: {
      ...second.source.place(['extends']),
      text: `"${second.value.dialect}" extends "${second.value.extends ?? ''}" here`,
    },
    hint: 'the root of a lineage has no "extends"',
  });
}

const keyOf = (d: ReadDialect): string => dialectKey(d.value.protocol, d.value.dialect);
