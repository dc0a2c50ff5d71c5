import type { Excerpt } from './catalog/entry.js';
import { CATALOG, type Code, severityOf } from './catalog.js';
import type { Paint } from './render-text.js';

/** Everything there is to say about one code, as programs read it. */
export const explanationOf = (code: Code) => ({ code, severity: severityOf(code), ...CATALOG[code] });

/** Everything there is to say about one code, as people read it. */
export function renderExplanation(code: Code, paint: Paint): string {
  const { title, explanation, wrong, right } = CATALOG[code];
  const colour = severityOf(code) === 'error' ? paint.red : paint.yellow;
  return [
    `${colour(`${severityOf(code)} ${code}`)}: ${paint.bold(title)}`,
    '',
    ...wrap(explanation),
    '',
    paint.bold('wrong:'),
    ...excerptLines(wrong, right, '-', paint.red, paint),
    '',
    paint.bold('right:'),
    ...excerptLines(right, wrong, '+', paint.cyan, paint),
  ].join('\n');
}

/** The files of an excerpt; the lines in which it differs from the other one are marked. */
function excerptLines(
  excerpt: Excerpt,
  other: Excerpt,
  mark: string,
  colour: (text: string) => string,
  paint: Paint,
): string[] {
  const files = Object.entries(excerpt);
  if (files.length === 0) return [paint.dim('  (no file at all)')];
  return files.flatMap(([file, text]) => {
    const counterpart = other[file];
    const lines = text.trimEnd().split('\n');
    const differs = counterpart === undefined ? null : differing(lines, counterpart.trimEnd().split('\n'));
    return [
      `  ${differs === null ? colour(`${mark} ${file}`) : paint.dim(`  ${file}`)}`,
      ...lines.map((line, index) =>
        differs !== null && index >= differs.from && index < differs.to
          ? `  ${colour(`${mark}   ${line}`)}`
          : `      ${line}`,
      ),
    ];
  });
}

/** What is left of `lines` without the beginning and the end it has in common with `others`. */
function differing(lines: readonly string[], others: readonly string[]): { from: number; to: number } {
  const shared = Math.min(lines.length, others.length);
  let from = 0;
  while (from < shared && lines[from] === others[from]) from++;
  let tail = 0;
  while (tail < shared - from && lines[lines.length - 1 - tail] === others[others.length - 1 - tail]) tail++;
  return { from, to: lines.length - tail };
}

const WIDTH = 100;

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1] ?? '';
    if (last !== '' && last.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
