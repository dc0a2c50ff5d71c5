import type { Place } from '../diagnostics/diagnostic.js';
import type { BodyKind } from '../ir/types.js';
import type { TableRow } from './latex-table.js';
import { statedNumber, statedSize } from './stated-size.js';
import type { Problem, TextBody, TextRow } from './text-model.js';

type Role = 'type' | 'offset' | 'size' | 'content';

const TITLES: readonly (readonly [Role, RegExp])[] = [
  ['type', /^(message )?(type|kind|direction)$/],
  ['offset', /^(byte )?offset/],
  ['size', /^(size|length|bytes|width)/],
  ['content', /^(contents?|field|fields|description|meaning|member|name)\b/],
];

const KINDS: readonly (readonly [BodyKind | 'any', RegExp])[] = [
  ['request', /^req(uest)?$/],
  ['response', /^(answer|resp(onse)?|reply)$/],
  ['event', /^(event|notification|indication)$/],
  ['any', /^(any|both|either)$/],
];

const kindOf = (cell: string): BodyKind | 'any' | null =>
  KINDS.find(([, pattern]) => pattern.test(cell.toLowerCase().replace(/[:.]$/, '')))?.[0] ?? null;

/** The columns of a layout table by the titles in its first rows; null where fewer than two are there. */
export function layoutColumns(rows: readonly TableRow[]): Map<Role, number> | null {
  for (const { cells } of rows.slice(0, 2)) {
    const roles = new Map<Role, number>();
    for (const [role, title] of TITLES) {
      const index = cells.findIndex((c) => title.test(c.toLowerCase()));
      if (index >= 0) roles.set(role, index);
    }
    if (roles.size >= 2 && (roles.has('offset') || roles.has('size'))) return roles;
  }
  return null;
}

export interface ReadLayout {
  readonly bodies: readonly TextBody[];
  readonly problems: readonly Problem[];
}

/** Reads the bodies of one message from its table. `place` tells where a row is, `at` where the table begins. */
export function readLayout(
  rows: readonly TableRow[],
  titles: ReadonlyMap<Role, number>,
  at: Place,
  place: (row: TableRow) => Place,
): ReadLayout {
  const problems: Problem[] = [];
  const bodies: { kind: BodyKind | 'any'; place: Place; rows: TextRow[] }[] = [];
  const titled = rows.findIndex((row) => row.cells.some((c) => /^(byte )?offset|^size/i.test(c)));
  const told = rows.slice(titled + 1);
  for (const [role] of TITLES)
    if (!titles.has(role))
      problems.push({
        place: at,
        message: `this table has no column "${TITLE[role]}"`,
        hint: 'a message is told in Type, Offset, Size and Content; what is there is compared',
      });
  // Where only the title is missing, its column is where it always is.
  const four =
    titles.size < TITLES.length && told.length > 0 && told.every((row) => row.cells.length === TITLES.length);
  const columns = four ? new Map(TITLES.map(([role], i) => [role, i])) : titles;
  const width = four ? TITLES.length : (rows[titled]?.cells.length ?? TITLES.length);
  for (const row of told) {
    const where = place(row);
    const cell = (role: Role): string => row.cells[columns.get(role) ?? -1] ?? '';
    const typed = cell('type');
    const kind = kindOf(typed) ?? (row.joined && !row.cells.slice(1).some(Boolean) ? kindOf(row.cells[0] ?? '') : null);
    const last = bodies[bodies.length - 1];
    if (row.joined && row.cells.length >= width && !row.cells.slice(1).some(Boolean)) {
      // A line across the table: a title for what follows, or a remark.
      if (kind !== null) bodies.push({ kind, place: where, rows: [] });
      continue;
    }
    const continues =
      row.cells.length === width && typed === '' && cell('offset') === '' && cell('size') === '' && columns.size === 4;
    const above = last?.rows[last.rows.length - 1];
    if (continues && last !== undefined && above !== undefined) {
      last.rows[last.rows.length - 1] = { ...above, content: `${above.content} ${cell('content')}` };
      continue;
    }
    const { read, problem } = readRow(row, cell, columns, width, where);
    if (problem !== null) problems.push(problem);
    if (kind === null && typed !== '' && !read.broken)
      problems.push({
        place: where,
        message: `type "${typed}" is none of Request, Answer and Event`,
        hint: 'it is compared with the body that no other line is of',
      });
    const body =
      kind !== null || last === undefined || (typed !== '' && !read.broken)
        ? { kind: kind ?? ('any' as const), place: where, rows: [] }
        : last;
    if (body !== last) bodies.push(body);
    if (!saysNothing(read)) body.rows.push(read);
  }
  return { bodies, problems };
}

const TITLE: Readonly<Record<Role, string>> = { type: 'Type', offset: 'Offset', size: 'Size', content: 'Content' };

const saysNothing = (row: TextRow): boolean => !row.broken && row.size?.max === 0;

function readRow(
  row: TableRow,
  cell: (role: Role) => string,
  columns: ReadonlyMap<Role, number>,
  width: number,
  place: Place,
): { read: TextRow; problem: Problem | null } {
  const broken = (message: string, hint: string) => ({
    read: { place, offset: null, size: null, content: row.cells.join(' ').trim(), broken: true },
    problem: { place, message, hint },
  });
  if (row.cells.length !== width)
    return broken(
      `this line has ${row.cells.length} of ${width} cells: ${row.cells.map((c) => `"${c}"`).join(', ')}`,
      'a cell may be empty, but its & has to be there; a & of the text is written \\&',
    );
  const offset = columns.has('offset') ? statedNumber(cell('offset')) : null;
  if (columns.has('offset') && offset === null)
    return broken(`offset "${cell('offset')}" is no number`, 'write the number of bytes before the field');
  if (columns.has('size') && cell('size') === '') return broken('this line states no size', 'write "..." for any size');
  const size = columns.has('size') ? statedSize(cell('size')) : null;
  return { read: { place, offset, size, content: cell('content'), broken: false }, problem: null };
}
