import type { Dumped } from './dump-lines.js';
import { type RenderOptions, renderDump } from './render.js';
import type { DumpRow } from './row.js';

/** Where a frame stands in its input. */
export interface Where {
  readonly line?: number;
  /** Number of the packet, from 1 on. */
  readonly packet?: number;
  readonly at?: string;
  /** First byte of the message in a raw input. */
  readonly start?: number;
  /** Bytes of a message without end that are not shown. */
  readonly omitted?: number;
}

/** How many rows of a frame say that something is wrong. */
export const objectionsTo = (frame: Dumped): number =>
  'error' in frame ? 1 : frame.rows.filter((r) => r.error !== undefined || r.finding !== undefined).length;

/** The rows alone where nothing has to be said about where they are from, else an object that holds them. */
export function frameJson(frame: Dumped, where: Where): unknown {
  const told = 'error' in frame ? { error: frame.error } : { rows: frame.rows };
  if (Object.keys(where).length === 0 && 'rows' in told) return told.rows;
  return { ...where, ...(frame.direction === null ? {} : { dir: frame.direction }), ...told };
}

/** A headline and the rows, without a line break at the end. */
export function frameText(frame: Dumped, { line, packet, at, start, omitted }: Where, options: RenderOptions): string {
  const { paint } = options;
  const place = [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(packet === undefined ? [] : [`packet ${packet}`]),
    ...(at === undefined || at === 'hex' || at === 'line' ? [] : [at]),
    ...(start === undefined ? [] : [`from byte ${start}`]),
  ];
  const lead = place.length === 0 ? '' : `${place.join(', ')}: `;
  if ('error' in frame) return `${lead}${paint.red(`✗ ${frame.error.code}: ${frame.error.message}`)}`;
  const judged = frame.profile === null ? '' : `, judged by ${frame.profile}`;
  const head = paint.bold(`${title(frame.struct, frame.rows)} · ${frame.dialect}${judged}`);
  const rest = omitted === undefined ? '' : `\n  … and ${omitted} more bytes of it`;
  return `${lead}${head}\n${renderDump(frame.rows, options)}${rest}`;
}

/** What the rows are, in a few words. */
function title(struct: string | null, rows: readonly DumpRow[]): string {
  const bytes = rows.reduce((sum, r) => sum + r.length, 0);
  const [kind, message] = rows.filter((r) => r.part === 'header' && r.name !== undefined).map((r) => r.name ?? '');
  const named = struct ?? (message === undefined ? 'unknown message' : `${message} ${kind?.split(' ')[1] ?? ''}`);
  const refused = rows.find((r) => r.error !== undefined)?.error;
  return `${named}, ${bytes} bytes${refused === undefined ? '' : `, refused: ${refused.code}`}`;
}
