import { decode, isRefused } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { readInt } from '../interpret/int.js';
import type { BodyIR, IntFieldIR, ProfileIR } from '../ir/types.js';
import type { Context, Direction } from '../rules/finding.js';
import { judge } from '../rules/judge.js';
import { placeError, placeFindings } from './place.js';
import type { DumpRow } from './row.js';
import { RowWriter } from './row-writer.js';

export interface DumpOptions {
  /** Enables the direction rule. */
  readonly direction?: Direction | null;
  /** Enables rules of state. */
  readonly context?: Context;
  /** Names the body where the caller knows it better than the header does. */
  readonly select?: (announced: readonly BodyIR[]) => readonly BodyIR[];
  /** Every element of an array, however long it is. */
  readonly all?: boolean;
}

/**
 * A message byte by byte: what each belongs to, what it means, and what is wrong with it. Never throws, whatever the
 * bytes are; where they stop making sense, what was read before is still told.
 */
export function dumpMessage(
  index: DialectIndex,
  profile: ProfileIR | null,
  bytes: Uint8Array,
  options: DumpOptions = {},
): DumpRow[] {
  const { ir } = index;
  const { headerSize, fixedSize } = ir.framing;
  const select = options.select ?? ((announced) => announced);
  const decoded = decode(index, bytes, select);
  const writer = new RowWriter(ir.enums, bytes, options.all ?? false);
  let broken = writer.fields(ir.header, 'header', Math.min(headerSize, bytes.length));
  if (broken === null) {
    writer.plain('unread', Math.min(headerSize, bytes.length));
    const read = reader(bytes);
    const size = fixedSize ?? (index.sizeField === null ? headerSize : read(index.sizeField));
    const end = Math.min(Math.max(headerSize, size), bytes.length);
    const { type, id } = index.announcedBy(read);
    const bodies = select(index.at(type, id));
    const body = isRefused(decoded) ? (bodies.length === 1 ? bodies[0] : undefined) : decoded.body;
    if (body === undefined || size < headerSize) writer.plain('unread', end);
    else {
      nameHeader(writer.rows, index, body);
      broken = writer.fields(body.fields, 'body', end);
      writer.plain(fixedSize === null ? 'surplus' : 'padding', end);
    }
    writer.plain(size < headerSize ? 'unread' : 'carrier', bytes.length);
  }
  if (isRefused(decoded)) placeError(writer, decoded.error, broken);
  else if (profile !== null) {
    const { type, id } = index.announcedBy(({ name }) => Number(decoded.header[name]));
    const announced = index.at(type, id);
    const { direction = null, context = {} } = options;
    const named = announced.includes(decoded.body) ? null : decoded.body;
    placeFindings(writer.rows, judge({ index, decoded, bytes, profile, direction, context, named }));
  }
  return writer.rows;
}

function reader(bytes: Uint8Array): (field: IntFieldIR) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ({ offset, type }) => Number(readInt(view, offset, type));
}

/** The type field says class and kind, the id says which message; without a type field the id is all there is. */
function nameHeader(rows: DumpRow[], { typeField, idField }: DialectIndex, body: BodyIR): void {
  rows.forEach((row, i) => {
    if (row.part !== 'header') return;
    if (row.field === typeField?.name) rows[i] = { ...row, name: `${body.class} ${body.kind}` };
    if (row.field === idField.name)
      rows[i] = { ...row, name: typeField === null ? `${body.message} ${body.kind}` : body.message };
  });
}
