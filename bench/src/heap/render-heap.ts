import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import type { HeapRow } from './heap-row.js';

const SUBJECT = 30;
const COLUMNS = ['messages', 'allocated', 'per message', 'scavenges', 'other GCs', 'peak heap', 'peak memory'];
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Rows for a terminal: a block per message and direction, below each that allocates the functions that do. */
export function renderHeap(rows: readonly HeapRow[], wrong: readonly string[], where: string): string {
  const lines = [where, 'what V8 allocates while messages pass, each subject in a process of its own'];
  for (const title of new Set(rows.map(titleOf))) {
    lines.push('', `${pc.bold(title.padEnd(SUBJECT))}  ${COLUMNS.map((c) => c.padStart(11)).join('  ')}`);
    for (const row of rows.filter((r) => titleOf(r) === title)) lines.push(line(row), ...sitesOf(row));
  }
  lines.push('', verdict(rows));
  for (const reason of wrong) lines.push(pc.red(`wrong, not profiled: ${reason}`));
  return `${lines.join('\n')}\n`;
}

const titleOf = (row: HeapRow): string => `${row.message} ${row.op}`;

function line(row: HeapRow): string {
  const cells = [
    `${Math.round(row.messages / 1e6)} M`,
    size(row.bytes + row.outside),
    perMessage(row.bytesPerMessage),
    `${row.scavenges}`,
    `${row.otherCollections}`,
    size(row.peakHeap),
    size(row.peakMemory),
  ];
  const asked = row.makesObjects ? '  objects are asked for' : '';
  const paint = row.asExpected ? (text: string) => text : pc.red;
  return paint(`  ${row.subject.padEnd(SUBJECT - 2)}  ${cells.map((c) => c.padStart(11)).join('  ')}${asked}`);
}

function sitesOf({ bytesPerMessage, sites }: HeapRow): string[] {
  if (bytesPerMessage === 0) return [];
  const all = sites.reduce((sum, site) => sum + site.bytes, 0);
  return sites
    .filter((site) => site.bytes > all / 50)
    .slice(0, 4)
    .map(({ function: name, at, bytes }) => {
      const share = `${Math.round((100 * bytes) / all)} %`.padStart(SUBJECT + 4);
      return pc.dim(`${share} ${name || 'the loop around it'} ${at.replace(root, '')}`.trimEnd());
    });
}

function verdict(rows: readonly HeapRow[]): string {
  const clean = rows.filter((row) => !row.makesObjects);
  const dirty = clean.filter((row) => !row.asExpected);
  const unseen = rows.filter((row) => row.makesObjects && !row.asExpected);
  const verdicts = [
    dirty.length === 0
      ? pc.green(`${clean.length} subjects allocate nothing, but for what looking at the heap takes`)
      : pc.red(`${dirty.length} of ${clean.length} subjects allocate and should not`),
  ];
  if (unseen.length > 0)
    verdicts.push(pc.red(`${unseen.length} that make objects are not seen to: do not believe the rest`));
  return verdicts.join('\n');
}

const perMessage = (bytes: number): string =>
  bytes === 0 ? '0 B' : `${bytes < 10 ? bytes.toPrecision(2) : bytes.toFixed(0)} B`;

const size = (bytes: number): string =>
  bytes < 1e6
    ? `${(bytes / 1e3).toFixed(0)} kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(2)} GB`;
