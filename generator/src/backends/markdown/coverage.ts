import type { FamilyIR } from '../../ir/structs.js';
import type { DialectIR } from '../../ir/types.js';
import { inOrder } from './lineage.js';
import { code, framesText, messagesIn } from './spell.js';
import { table } from './table.js';
import { tableText } from './templates.js';

/**
 * What is covered, for the top README: a Markdown table, one row per dialect. `vectors` counts the byte vectors and captured
 * frames that each dialect passes, by its name, as `vwire vectors --record` has them; the column appears when it is given.
 */
export function coverageTable(dialects: readonly DialectIR[], vectors?: ReadonlyMap<string, number>): string {
  const protocols = [...new Set(dialects.map((d) => d.protocol))].sort();
  const rows = protocols.flatMap((protocol) =>
    inOrder(dialects.filter((d) => d.protocol === protocol)).map(({ dialect: d }) => [
      protocol,
      `[${d.dialect}](docs/messages/${protocol}/${d.dialect}.md)`,
      `${d.framing.headerSize} bytes`,
      framesText(d.framing, d),
      String(messagesIn(d)),
      String(d.bodies.length),
      ...(vectors === undefined ? [] : [String(vectors.get(d.dialect) ?? 0)]),
      peers(d),
    ]),
  );
  const counted = vectors === undefined ? [] : ['vectors passed:'];
  return tableText(
    table(
      [
        'protocol',
        'dialect',
        'header:',
        'frames',
        'messages:',
        'bodies:',
        ...counted,
        'what it carries; same bytes: aliases and known peers',
      ],
      rows,
    ),
  ).trimEnd();
}

/** Which structs are covered: a Markdown table, one row per protocol. Empty where there are none. */
export function structTable(families: readonly FamilyIR[], vectors?: ReadonlyMap<string, number>): string {
  const protocols = [...new Set(families.map((f) => f.protocol))].sort();
  const rows = protocols.map((protocol) => {
    const own = families.filter((f) => f.protocol === protocol).sort((a, b) => (a.family < b.family ? -1 : 1));
    const structs = own.flatMap((f) => f.structs);
    const shapes = structs.reduce((n, struct) => n + struct.shapes.length, 0);
    const passed = own.reduce((n, f) => n + (vectors?.get(`${protocol}/${f.family}`) ?? 0), 0);
    const counted = vectors === undefined ? [] : [String(passed)];
    return [protocol, own.map((f) => code(f.family)).join(' '), String(structs.length), String(shapes), ...counted];
  });
  const counted = vectors === undefined ? [] : ['vectors passed:'];
  return rows.length === 0
    ? ''
    : tableText(table(['protocol', 'families of structs', 'structs:', 'shapes:', ...counted], rows)).trimEnd();
}

/** What a dialect carries, and who speaks it, in the first words of what its aliases say about themselves. */
const peers = ({ aliases, carries }: DialectIR): string =>
  [
    ...(carries === null ? [] : [`carries ${code(carries)}`]),
    ...aliases.map((a) => `${code(a.name)} ${(a.doc.split(/[,:;(]|\. /)[0] ?? '').trim()}`.trim()),
  ].join('; ');
