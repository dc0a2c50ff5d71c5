import { once } from 'node:events';
import pc from 'picocolors';
import type { Paint } from '../diagnostics/render-text.js';
import { Progress } from '../stream/progress.js';

/** Colours for a stream: on a terminal only, and never against NO_COLOR. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const on = (stream.isTTY ?? false) && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb';
  return pc.createColors(on || process.env.FORCE_COLOR === '1');
}

export const widthOf = (stream: NodeJS.WriteStream): number =>
  stream.isTTY ? Math.max(60, stream.columns ?? 120) : 120;

/** Writes results; waits while the reader is slower than we are, so that memory stays constant. */
export async function out(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

export async function outLine(text: string): Promise<void> {
  await out(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A progress line on standard error; silent where that is no terminal, or where it would run into the results. */
export function progressOf(expected: number | null, shown: boolean): Progress {
  const { stderr } = process;
  return new Progress(shown ? stderr : { write: () => true }, expected);
}

/** Rows as aligned columns; `right` names the columns to align at their right edge. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
