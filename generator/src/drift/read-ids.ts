import type { Place } from '../diagnostics/diagnostic.js';
import type { Sender } from '../ir/types.js';
import type { TableRow } from './latex-table.js';
import { messageName } from './message-name.js';
import { statedNumber } from './stated-size.js';
import type { Problem, TextClass, TextId } from './text-model.js';

const CLASS: Readonly<Record<string, TextClass>> = { msgref: 'transport', busref: 'bus' };

const SENDERS: readonly (readonly [Sender, RegExp])[] = [
  ['driver', /^driver( side)?$/],
  ['device', /^device( side)?$/],
  ['either', /^(any|either|both)( sides?)?$/],
];

/** The columns of a table of message ids; null for any other table. */
export function idColumns(rows: readonly TableRow[]): { name: number; id: number; sender: number } | null {
  for (const { cells } of rows.slice(0, 2)) {
    const find = (title: RegExp): number => cells.findIndex((c) => title.test(c.toLowerCase()));
    const name = find(/^(name|message|message name|messages)$/);
    const id = find(/^(message |msg[ _])?ids?( \(.*\))?$/);
    if (name >= 0 && id >= 0) return { name, id, sender: find(/sender|initiating|issuer|sent by|from/) };
  }
  return null;
}

/** Reads a table of message ids. Which class it is of, its references tell, else `section`. */
export function readIds(
  rows: readonly TableRow[],
  columns: { name: number; id: number; sender: number },
  section: TextClass | null,
  place: (row: TableRow) => Place,
): { ids: TextId[]; problems: Problem[] } {
  const ids: TextId[] = [];
  const problems: Problem[] = [];
  const referred = rows.find((row) => row.reference !== null)?.reference ?? '';
  for (const row of rows.slice(1)) {
    const where = place(row);
    const named = row.cells[columns.name] ?? '';
    const number = row.cells[columns.id] ?? '';
    const id = statedNumber(number);
    const reserved = /^(reserved|unused)/i.test(named);
    // Whole ranges are reserved, or left to implementations.
    if (id === null && (reserved || /\d\s*(-|–|to|\.\.)/.test(number))) continue;
    const name = messageName(named);
    if (id === null || (name === null && !reserved)) {
      const what = id === null ? `id "${number}" is no number` : `"${named}" is no name of a message`;
      problems.push({
        place: where,
        message: `${what} in this table of ids`,
        hint: 'write a name and a number like 0x2',
      });
      continue;
    }
    const said = (row.cells[columns.sender] ?? '').toLowerCase();
    const known = CLASS[row.reference ?? referred] ?? name?.class ?? section ?? 'transport';
    ids.push({
      class: known,
      name: reserved ? null : (name?.name ?? null),
      id,
      sender: SENDERS.find(([, pattern]) => pattern.test(said))?.[0] ?? null,
      place: where,
    });
  }
  return { ids, problems };
}
