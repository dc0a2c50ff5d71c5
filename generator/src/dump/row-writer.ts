import { readInt } from '../interpret/int.js';
import { toHex } from '../interpret/values.js';
import type { DialectIR, FieldIR, IntFieldIR } from '../ir/types.js';
import { nameOfBytes, nameOfInt } from './name-value.js';
import { piecesOf } from './pieces.js';
import type { DumpBits, DumpRow, Part } from './row.js';

type ArrayField = Exclude<FieldIR, IntFieldIR>;

const BYTES_PER_ROW = 16;

/** Writes row after row; what has been written always covers the bytes from 0 to `at`. */
export class RowWriter {
  readonly rows: DumpRow[] = [];
  at = 0;
  readonly #view: DataView;

  constructor(
    readonly ir: DialectIR,
    readonly bytes: Uint8Array,
    /** Every element and every sixteen bytes, however many. */
    readonly all: boolean,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Fields in order, as far as bytes reach; null, or the row of the field that is not whole. */
  fields(fields: readonly FieldIR[], part: Part, end: number): DumpRow | null {
    for (const field of fields) {
      if (field.offset > this.at) this.plain('unread', Math.min(field.offset, end));
      const broken = field.kind === 'int' ? this.#int(field, part, end) : this.#array(field, fields, part, end);
      if (broken !== null) return broken;
    }
    return null;
  }

  /** Bytes up to `end` that are no field. */
  plain(part: Part, end: number): void {
    const start = this.at;
    for (const { from, count, folded } of piecesOf(end - start, BYTES_PER_ROW, this.all)) {
      const row = this.#take(count, part, `(${part})`, 'bytes');
      this.rows.push({ ...row, value: row.bytes, ...(folded ? { folded: count } : {}) });
      this.at = start + from + count;
    }
  }

  /** A row without bytes at the end of what has been written. */
  nothing(part: Part, field: string): DumpRow {
    const row = this.#take(0, part, field, '');
    this.rows.push(row);
    return row;
  }

  #int(field: IntFieldIR, part: Part, end: number): DumpRow | null {
    const row = this.#take(Math.max(0, Math.min(field.size, end - field.offset)), part, field.name, field.type);
    this.at += row.length;
    const told = about(field);
    if (row.length < field.size) return this.#broken({ ...row, ...told });
    const value = readInt(this.#view, field.offset, field.type);
    const name = nameOfInt(this.ir, field, value);
    this.rows.push({
      ...row,
      value: typeof value === 'bigint' ? value.toString() : value,
      ...(name === undefined ? {} : { name }),
      ...(field.bits.length === 0 ? {} : { bits: bitsOf(field, BigInt(value)) }),
      ...told,
    });
    return null;
  }

  #array(field: ArrayField, fields: readonly FieldIR[], part: Part, end: number): DumpRow | null {
    const size = field.kind === 'ints' ? field.elementSize : 1;
    const bytes = this.#lengthOf(field, fields);
    const whole = Math.floor(Math.min(bytes, Math.max(0, end - field.offset)) / size);
    const row = { part: 'unit' in field.count ? ('tail' as const) : part, told: about(field) };
    if (bytes === 0) this.rows.push({ ...this.#take(0, row.part, field.name, typeOf(field)), value: '', ...row.told });
    if (field.kind === 'ints') this.#elements(field, whole, row);
    else this.#bytes(field, fields, whole, row);
    if (whole * size === bytes) return null;
    const left = Math.max(0, Math.min(field.offset + bytes, end) - this.at);
    const rest = { ...this.#take(left, row.part, `${field.name}[${whole}]`, typeOf(field)), ...row.told };
    this.at += left;
    if (field.offset + bytes > end) return this.#broken(rest);
    // Counted in bytes, and not in whole elements.
    this.rows.push({ ...rest, value: rest.bytes });
    return null;
  }

  #elements(field: Extract<FieldIR, { kind: 'ints' }>, count: number, { part, told }: Common): void {
    for (const piece of piecesOf(count, 1, this.all)) {
      const row = this.#take(piece.count * field.elementSize, part, spanOf(field.name, piece), field.type);
      const value = piece.folded ? row.bytes : readInt(this.#view, this.at, field.type);
      this.at += row.length;
      this.rows.push({
        ...row,
        value: typeof value === 'bigint' ? value.toString() : value,
        ...(piece.from === 0 ? told : {}),
        ...(piece.folded ? { folded: piece.count } : {}),
      });
    }
  }

  #bytes(
    field: Extract<FieldIR, { kind: 'bytes' }>,
    fields: readonly FieldIR[],
    count: number,
    { part, told }: Common,
  ): void {
    // A window of device numbers starts at its `offset`.
    const first = this.#numberOf(fields.find((f) => f.name === 'offset'));
    for (const piece of piecesOf(count, BYTES_PER_ROW, this.all)) {
      const label = count > BYTES_PER_ROW ? spanOf(field.name, piece) : field.name;
      const row = this.#take(piece.count, part, label, typeOf(field));
      const bytes = this.bytes.subarray(this.at, this.at + piece.count);
      const name = piece.folded ? undefined : nameOfBytes(field.format, bytes, first + 8 * piece.from);
      this.at += piece.count;
      this.rows.push({
        ...row,
        value: row.bytes,
        ...(name === undefined ? {} : { name }),
        ...(piece.from === 0 ? told : {}),
        ...(piece.folded ? { folded: piece.count } : {}),
      });
    }
  }

  /** Bytes an array should have. Its counter stands before it and has been read. */
  #lengthOf(field: ArrayField, fields: readonly FieldIR[]): number {
    const size = field.kind === 'ints' ? field.elementSize : 1;
    const { count } = field;
    if ('fixed' in count) return count.fixed * size;
    const n = this.#numberOf(fields.find((f) => f.name === count.field));
    if (count.unit === 'bits') return Math.ceil(n / 8);
    return count.unit === 'bytes' ? n : n * size;
  }

  #numberOf(field: FieldIR | undefined): number {
    if (field?.kind !== 'int' || field.offset + field.size > this.at) return 0;
    return Math.max(0, Number(readInt(this.#view, field.offset, field.type)));
  }

  #broken(row: DumpRow): DumpRow {
    this.rows.push(row);
    return row;
  }

  #take(length: number, part: Part, field: string, type: string): DumpRow {
    const bytes = toHex(this.bytes.subarray(this.at, this.at + length));
    return { offset: this.at, length, bytes, part, field, type, value: null };
  }
}

interface Common {
  readonly part: Part;
  readonly told: { readonly doc?: string; readonly clause?: string };
}

const about = ({ doc, spec }: FieldIR): Common['told'] => ({
  ...(doc === '' ? {} : { doc }),
  ...(spec === '' ? {} : { clause: spec }),
});

const typeOf = (field: ArrayField): string => (field.kind === 'ints' ? field.type : field.format);

const spanOf = (name: string, { from, count }: { from: number; count: number }): string =>
  count === 1 ? `${name}[${from}]` : `${name}[${from}..${from + count - 1}]`;

const bitsOf = (field: IntFieldIR, word: bigint): DumpBits[] =>
  field.bits.map(({ name, lsb, width, reserved, doc }) => ({
    name,
    lsb,
    width,
    value: Number((word >> BigInt(lsb)) & ((1n << BigInt(width)) - 1n)),
    reserved,
    ...(doc === '' ? {} : { doc }),
  }));
