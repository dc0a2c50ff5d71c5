import type { Paint } from '../diagnostics/render-text.js';
import { flow, TIE, words } from '../trace/flow.js';
import type { Decider } from './decide.js';
import type { Heard } from './hearing.js';
import type { Identified } from './identify.js';

export interface IdentifyText {
  /** Name of the capture, for the first line. */
  readonly name: string;
  /** Columns a line may have. */
  readonly width: number;
  readonly paint: Paint;
  /** Dialects to show at most. */
  readonly top: number;
}

/** Objections to show per dialect; the others are counted. */
const SHOWN = 3;

/** The answer as people read it. */
export function renderIdentified(found: Identified, { name, width, paint, top }: IdentifyText): string {
  const lines: string[] = [];
  const say = (text: string, indent = 0, mark?: (text: string) => string): void => {
    lines.push(...flow(' '.repeat(indent), indent, words(text, mark), width, indent + 2));
  };
  say(`${name}: ${verdictOf(found)}`, 0, paint.bold);
  const [unread] = found.broken;
  if (unread !== undefined)
    say(`unread: ${found.broken.length}, first at ${unread.line}: ${unread.error.message}`, 2, paint.red);
  for (const decider of found.decides.messages) say(`to decide: ${spelledDecider(decider)}`, 2, paint.cyan);
  for (const group of found.decides.same)
    say(`no message tells ${listed(group)} apart: their bytes are the same`, 2, paint.cyan);
  // Without a frame there is nothing that any of them could read.
  const ranking = found.frames === 0 ? [] : found.ranking;
  const shown = ranking.slice(0, Math.max(top, found.best.length));
  for (const [i, heard] of shown.entries()) {
    const { dialect, aliases } = heard.index.ir;
    const best = found.best.includes(dialect);
    const place = best ? 1 : i + 1;
    lines.push('');
    const also = aliases.length === 0 ? '' : ` (also ${aliases.map((a) => a.name).join(', ')})`;
    const percent = `${Math.round(100 * Math.max(0, heard.score))} %`.padStart(5).replaceAll(' ', TIE);
    const head = `${String(place).padStart(2, TIE)}${TIE}${TIE}${dialect.padEnd(16, TIE)}${percent}${also}`;
    say(head, 0, best ? paint.bold : undefined);
    const before = shown[i - 1];
    if (before !== undefined && best && alike(before, heard)) {
      say(`= reads them as ${before.index.ir.dialect} does`, 4);
      continue;
    }
    for (const reason of reasonsFor(heard)) say(`+ ${reason}`, 4);
    const { objections } = heard;
    for (const { code, count, frame, message, detail } of objections.slice(0, SHOWN))
      say(`- ${code}: ${count} ${frames(count)}, first frame ${frame}, ${message}: ${detail}`, 4, paint.yellow);
    if (objections.length > SHOWN) say(`- and ${objections.length - SHOWN} more kinds of objection`, 4, paint.yellow);
  }
  const left = ranking.length - shown.length;
  if (left > 0) {
    lines.push('');
    say(`${left} more dialects fit no better; --all shows them`, 0, paint.dim);
  }
  return lines.join('\n').replaceAll(TIE, ' ');
}

/** Not only the same score, but for the same reasons. */
const alike = (a: Heard, b: Heard): boolean =>
  reasonsFor(a).join() === reasonsFor(b).join() && JSON.stringify(a.objections) === JSON.stringify(b.objections);

const frames = (n: number): string => (n === 1 ? 'frame' : 'frames');

/** `rfc2`, `rfc2 and rfc3`, `rfc1, rfc2 and rfc3`. */
const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

function verdictOf({ verdict, best, frames: n, form }: Identified): string {
  const judged = `${n} ${frames(n)} of ${FORMS[form]}`;
  if (verdict === 'one') return `${best[0]} (${judged})`;
  if (verdict === 'tie') return `a tie of ${listed(best)}, which read these bytes alike (${judged})`;
  return n === 0 ? `no frames in ${FORMS[form]}` : `no dialect fits (${judged})`;
}

const FORMS: Readonly<Record<Identified['form'], string>> = {
  empty: 'an empty file',
  text: 'text',
  raw: 'raw bytes',
  pcapng: 'pcapng',
  pcap: 'the old pcap format, which is not read',
  utf16: 'UTF-16, which is not read',
};

function spelledDecider({ message, seen, readings }: Decider): string {
  const each = readings.map(({ dialects, reads }) => `${reads} in ${listed(dialects)}`).join('; ');
  return `${message}${seen ? ' with values that are not alike' : ''}: ${each}`;
}

/** What speaks for a dialect, with numbers. */
export function reasonsFor({ index, frames: all, read, clean, responses, answers }: Heard): string[] {
  if (read === 0) return [];
  const { fixedSize, headerSize } = index.ir.framing;
  const size = index.sizeField;
  const framing =
    fixedSize !== null
      ? `frames of ${fixedSize} bytes, header of ${headerSize}`
      : `header of ${headerSize} bytes${size === null ? '' : `, ${size.name} at byte ${size.offset}`}`;
  return [
    `${read} of ${all} ${frames(all)} are messages (${framing}), ${clean} of them without objection`,
    ...(responses === 0 ? [] : [`${answers} of ${responses} responses answer a request before them`]),
  ];
}
