import type { Diagnostic, Place } from './diagnostic.js';

/** Text decoration, so that colour stays a matter of the terminal. */
export interface Paint {
  bold(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  dim(text: string): string;
}

const at = (place: Place): string => `${place.file}:${place.line}:${place.column}`;

/** Diagnostics of the schema, and of other files that people write. */
export type Shown = Omit<Diagnostic, 'code'> & { readonly code: string };

/** One diagnostic as people read it: place, code, message, the source line with a caret, second place, hint. */
export function renderText(d: Shown, sourceLine: string | undefined, paint: Paint): string {
  const colour = d.severity === 'error' ? paint.red : paint.yellow;
  const lines = [`${paint.bold(at(d.place))}: ${colour(`${d.severity} ${d.code}`)}: ${d.message}`];
  if (sourceLine !== undefined) {
    const { text, caret } = excerpt(sourceLine, d.place.column);
    lines.push(`  ${paint.dim(`${d.place.line} |`)} ${text}`);
    lines.push(`  ${' '.repeat(String(d.place.line).length)} ${paint.dim('|')} ${' '.repeat(caret)}${colour('^')}`);
  }
  if (d.also !== undefined) lines.push(`  ${paint.cyan(at(d.also))}: ${d.also.text}`);
  if (d.hint !== undefined) lines.push(`  ${paint.cyan('hint')}: ${d.hint}`);
  return lines.join('\n');
}

/** A window of the line around the column, so that long lines stay readable. */
function excerpt(line: string, column: number): { text: string; caret: number } {
  const width = 100;
  const start = column > width - 10 ? column - width / 2 : 0;
  const cut = line.slice(start, start + width);
  const prefix = start > 0 ? '…' : '';
  return { text: prefix + cut + (start + width < line.length ? '…' : ''), caret: column - 1 - start + prefix.length };
}
