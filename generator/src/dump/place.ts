import type { WireError } from '../interpret/wire-error.js';
import type { Finding } from '../rules/finding.js';
import type { DumpRow } from './row.js';
import type { Rows } from './rows.js';

/** Errors that the value of a field causes, wherever the bytes end. */
const OF_VALUE: readonly string[] = ['size_below_header', 'unknown_id', 'ambiguous', 'unknown_arm'];

/** Puts an error where the bytes stop making sense: at the field that is not whole, else behind the last byte. */
export function placeError(writer: Rows, error: WireError, broken: DumpRow | null): void {
  const { rows } = writer;
  const cause = OF_VALUE.includes(error.code) ? rows.findIndex((r) => r.field === error.field) : -1;
  const at = cause >= 0 ? cause : broken === null ? -1 : rows.indexOf(broken);
  const row = rows[at];
  if (row !== undefined) rows[at] = { ...row, error };
  else {
    writer.nothing('unread', '(end)');
    const last = rows.length - 1;
    rows[last] = { ...(rows[last] as DumpRow), error };
  }
}

/** Puts each finding at the row it is about; a second one about the same row gets a row without bytes behind it. */
export function placeFindings(rows: DumpRow[], findings: readonly Finding[]): void {
  for (const finding of findings) {
    const at = rowOf(rows, finding);
    const row = rows[at];
    if (row === undefined) continue;
    if (row.finding === undefined) rows[at] = { ...row, finding };
    else rows.splice(at + 1, 0, { ...row, ...NO_BYTES, offset: row.offset + row.length, finding });
  }
}

const NO_BYTES = { length: 0, bytes: '', value: null, name: undefined, bits: undefined, doc: undefined } as const;

function rowOf(rows: readonly DumpRow[], { field, offset }: Finding): number {
  const named = rows.findIndex((r) => r.offset === offset && r.field === field);
  if (named >= 0) return named;
  const held = rows.findIndex((r) => offset >= r.offset && offset < r.offset + r.length);
  return held >= 0 ? held : rows.length - 1;
}
