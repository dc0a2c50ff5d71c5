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
    for (const edge of edgesOf(dialect)) {
      const circle = trail.findIndex((d) => keyOf(d) === key);
      if (circle >= 0) {
        reportCircle(trail.slice(circle), report);
        for (const d of trail.slice(circle)) bad.add(keyOf(d));
        return false;
      }
      const needed = byKey.get(dialectKey(edge.protocol, edge.name));
      if (needed === undefined) {
        const names = dialects
          .filter((d) => d.value.protocol === edge.protocol && d !== dialect)
          .map((d) => d.value.dialect);
        if (!mayDeclare(unread, edge.name)) {
          report.add(
            'VW200',
            dialect.source.place([edge.key]),
            `there is no dialect "${edge.name}" in ${edge.protocol}`,
            {
              hint: knownNames(edge.name, names),
            },
          );
        }
        bad.add(key);
        return false;
      }
      if (!visit(needed, [...trail, dialect])) {
        bad.add(key);
        return false;
      }
    }
    done.add(key);
    ordered.push(dialect);
    return true;
  };
  // Protocols that carry others come last, so that the order within one does not depend on who carries it.
  const carriers = new Set(dialects.filter((d) => d.value.carries !== undefined).map((d) => d.value.protocol));
  const carrying = (d: ReadDialect): number => (carriers.has(d.value.protocol) ? 1 : 0);
  for (const dialect of [...byKey.values()].sort((a, b) => carrying(a) - carrying(b))) visit(dialect, []);
  return ordered;
}

function reportCircle(circle: readonly ReadDialect[], report: Report): void {
  const first = circle[0];
  const second = circle[1] ?? first;
  if (first === undefined || second === undefined) return;
  const names = [...circle, first].map((d) => d.value.dialect).join(' → ');
  const third = circle[2] ?? first;
  const [one, two] = [edgeTo(first, second), edgeTo(second, third)];
  report.add('VW201', first.source.place([one]), `these dialects extend or carry each other in a circle: ${names}`, {
    also: { ...second.source.place([two]), text: `"${second.value.dialect}" ${two} "${third.value.dialect}" here` },
    hint: 'the root of a lineage has no "extends"',
  });
}

interface Edge {
  readonly key: 'extends' | 'carries';
  readonly protocol: string;
  readonly name: string;
}

/** The dialects that one needs: its parent, and the one it carries. */
function edgesOf({ value }: ReadDialect): Edge[] {
  const edges: Edge[] = [];
  if (value.extends !== undefined) edges.push({ key: 'extends', protocol: value.protocol, name: value.extends });
  const [protocol = '', name = ''] = value.carries?.split('/') ?? [];
  if (value.carries !== undefined) edges.push({ key: 'carries', protocol, name });
  return edges;
}

const edgeTo = (from: ReadDialect, to: ReadDialect): Edge['key'] =>
  edgesOf(from).find((e) => dialectKey(e.protocol, e.name) === keyOf(to))?.key ?? 'extends';

const keyOf = (d: ReadDialect): string => dialectKey(d.value.protocol, d.value.dialect);
