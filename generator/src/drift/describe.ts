import type { FieldIR } from '../ir/types.js';
import { sizeOf } from './compare-rows.js';
import type { TextRow } from './text-model.js';

const bytes = (n: number): string => `${n} ${n === 1 ? 'byte' : 'bytes'}`;

/** A line of the text in words; the offset counts from the start of the payload. */
export function describeRow(row: TextRow): string {
  const { size } = row;
  const length = size === null ? '' : size.min === size.max ? `, ${bytes(size.min)}` : `, size ${size.text}`;
  return `"${row.content}"${row.offset === null ? '' : ` at ${row.offset}`}${length}`;
}

/** A field of the schema in the same words. */
export function describeField(field: FieldIR, headerSize: number): string {
  const size = sizeOf(field);
  const counted = field.kind === 'int' || 'fixed' in field.count ? '' : `counted by ${field.count.field}`;
  return `${field.name} at ${field.offset - headerSize}, ${size === null ? counted : bytes(size)}`;
}
