import type { DialectIR } from '../ir/types.js';
import { compareRows } from './compare-rows.js';
import { describeField, describeRow } from './describe.js';
import type { Found } from './finding.js';
import type { SchemaPlaces } from './schema-places.js';
import type { TextModel } from './text-model.js';

/** Where a listing of the common header says something else than the dialect; offsets count from its first byte. */
export function compareHeader({ headers }: TextModel, dialect: DialectIR, places: SchemaPlaces): Found[] {
  const fielded = { fields: dialect.header, message: 'header', doc: '' };
  const framed = { framing: { ...dialect.framing, headerSize: 0, fixedSize: null } };
  return headers.flatMap((told) => {
    // A field the text lacks belongs behind the line before it.
    let { place } = told;
    return compareRows(told.rows, fielded, framed).flatMap(({ row, field, differs }) => {
      place = row?.place ?? place;
      if (row !== null && (row.broken || (field !== null && differs.length === 0))) return [];
      const found: Found = {
        kinds: field === null ? ['unknown'] : row === null ? ['lacking'] : differs,
        message: 'header',
        field: field?.name ?? null,
        place,
        text: row === null ? `no ${field?.name} in the header` : describeRow(row),
        dialect: field === null ? 'no such field in the header' : describeField(field, 0),
        key: field === null ? 'header' : `header.${field.name}`,
        schema: places.header(field?.name ?? null),
      };
      return [found];
    });
  });
}
