/** A Markdown table, ready to be written. */
export interface Table {
  readonly head: readonly string[];
  /** The row under the head: `---`, or `--:` for a column of numbers. */
  readonly rule: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table from column names and rows; a name that ends in `:` is a column of numbers and stands to the right. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): Table {
  return {
    head: columns.map((c) => c.replace(/:$/, '')),
    rule: columns.map((c) => (c.endsWith(':') ? '--:' : '---')),
    rows: rows.map((row) => row.map(cell)),
  };
}

/** A table, or nothing where it had no rows. */
export const tableOrNothing = (columns: readonly string[], rows: readonly (readonly string[])[]): Table | null =>
  rows.length === 0 ? null : table(columns, rows);

/** A bar ends a cell even inside code, and so does the end of a line. */
export const cell = (text: string): string => text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
