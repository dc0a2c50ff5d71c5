import type { Place } from '../diagnostics/diagnostic.js';
import type { TableRow } from './latex-table.js';
import { statedNumber } from './stated-size.js';
import type { TextConstant } from './text-model.js';

/** The columns of a table of constants; null for any other table. */
export function constantColumns(rows: readonly TableRow[]): { name: number; value: number } | null {
  for (const { cells } of rows.slice(0, 2)) {
    const find = (title: RegExp): number => cells.findIndex((c) => title.test(c.toLowerCase()));
    const [name, value] = [find(/^(constant|name)s?$/), find(/^values?$/)];
    if (name >= 0 && value >= 0) return { name, value };
  }
  return null;
}

/** Constants with one number each. Ranges and what is reserved say nothing of a single value. */
export function readConstants(
  rows: readonly TableRow[],
  columns: { name: number; value: number },
  place: (row: TableRow) => Place,
): TextConstant[] {
  return rows.slice(1).flatMap((row) => {
    const name = row.cells[columns.name] ?? '';
    const value = statedNumber(row.cells[columns.value] ?? '');
    return value === null || !/^[A-Z][A-Z0-9_]+$/.test(name) ? [] : [{ name, value, place: place(row) }];
  });
}
