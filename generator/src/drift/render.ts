import type { Place } from '../diagnostics/diagnostic.js';
import type { Paint } from '../diagnostics/render-text.js';
import type { DriftFinding } from './finding.js';
import type { Drift } from './index.js';

export interface DriftRender {
  /** Columns a line may have. */
  readonly width: number;
  readonly paint: Paint;
}

/** The findings as people read them, two places each, and one line of result; without a line break at its end. */
export function renderDrift(drift: Drift, { width, paint }: DriftRender): string {
  const lines = drift.findings.flatMap((f) => [...renderFinding(f, width, paint), '']);
  return [...lines, summary(drift, width, paint)].join('\n');
}

const at = (place: Place): string => `${place.file}:${place.line}:${place.column}`;

function renderFinding(f: DriftFinding, width: number, paint: Paint): string[] {
  const of = [f.message, f.body, f.class === null ? null : `(${f.class})`].filter((part) => part !== null).join(' ');
  const place = `${at(f.place)}:`;
  const [first = '', ...rest] = wrap(`${of === '' ? '' : `${of}: `}${titleOf(f)}`, width, place.length + 1);
  const lines = [`${paint.bold(place)}${first === '' ? '' : ` ${first}`}`, ...rest.map((line) => `  ${line}`)];
  const schema = f.schema === null ? f.key : at(f.schema);
  const row = (label: string, said: string, colour: (text: string) => string): void => {
    for (const [i, part] of wrap(said, width - 11).entries())
      lines.push(`  ${i === 0 ? colour(label.padEnd(8)) : ' '.repeat(8)} ${part}`);
  };
  row('text', f.text, paint.yellow);
  if (f.dialect !== '') row('schema', f.dialect, paint.cyan);
  if (schema !== null) row('', schema, paint.dim);
  for (const id of f.unresolved) row('recorded', `the texts disagree here: unresolved entry ${id}`, paint.cyan);
  if (f.hint !== null) row('hint', f.hint, paint.cyan);
  return lines;
}

/** What is wrong, in a few words. */
function titleOf({ kinds, field }: DriftFinding): string {
  const [kind] = kinds;
  if (kind === 'unreadable') return 'cannot be read';
  if (kind === 'lacking') return `${field === null ? '' : `${field} `}not in the text`;
  if (kind === 'unknown') return 'not in the dialect';
  return `${kinds.join(' and ')} ${kinds.length === 1 ? 'differs' : 'differ'}`;
}

/** Words in lines of at most `width` columns, of which the first has `taken` less; a longer word is cut. */
function wrap(text: string, width: number, taken = 0): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((w) => w.match(new RegExp(`.{1,${width - 2}}`, 'gu')) ?? [''])) {
    const room = lines.length === 0 ? width - taken : width - 2;
    if (line.length + 1 + word.length > room && (line !== '' || taken > 0)) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function summary(drift: Drift, width: number, paint: Paint): string {
  const { findings } = drift;
  const unreadable = findings.filter((f) => f.kinds.includes('unreadable')).length;
  const recorded = findings.filter((f) => f.unresolved.length > 0).length;
  const details = [
    ...(unreadable > 0 ? [`${unreadable} of them unreadable`] : []),
    ...(recorded > 0 ? [`${recorded} of them recorded as unresolved`] : []),
  ];
  const count = `${findings.length} ${findings.length === 1 ? 'difference' : 'differences'}`;
  const read = `${drift.messages} messages, ${drift.rows} lines`;
  const rest = `to ${drift.protocol}/${drift.dialect} in ${read}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
  return `${paint.bold(count)} ${wrap(rest, width, count.length + 1).join('\n  ')}`;
}
