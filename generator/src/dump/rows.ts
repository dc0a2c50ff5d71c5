import { readInt } from '../interpret/int.js';
import { toHex } from '../interpret/values.js';
import type { BitsIR, EnumIR, IntType } from '../ir/types.js';
import { type BytesFormat, nameOfBytes, nameOfInt } from './name-value.js';
import { piecesOf } from './pieces.js';
import type { DumpBits, DumpRow, Part } from './row.js';

/** What is told of a field in its first row. */
export interface Told {
  readonly doc?: string;
  readonly clause?: string;
}

/** A field as the rows about it have it: its path, and the part of the bytes it is in. */
export interface Labelled {
  readonly label: string;
  readonly part: Part;
  readonly told: Told;
}

const BYTES_PER_ROW = 16;
/** Names are read as a whole. */
const TEXT_PER_ROW = 64;

/** Writes row after row; what has been written always covers the bytes from 0 to `at`. */
export class Rows {
  readonly rows: DumpRow[] = [];
  at = 0;
  protected readonly view: DataView;

  constructor(
    readonly enums: readonly EnumIR[],
    readonly bytes: Uint8Array,
    /** Every element and every sixteen bytes, however many. */
    readonly all: boolean,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes up to `end` that are no field; none where that has been passed. */
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

  /** An integer; null, or its row where the bytes up to `end` do not hold all of it. */
  protected int(field: IntegerField, { label, part, told }: Labelled, end: number): DumpRow | null {
    const row = this.#take(Math.max(0, Math.min(field.size, end - this.at)), part, label, field.type);
    if (row.length < field.size) return this.#broken({ ...row, ...told });
    const value = readInt(this.view, this.at, field.type);
    const name = nameOfInt(this.enums, field, value);
    this.#push({
      ...row,
      value: typeof value === 'bigint' ? value.toString() : value,
      ...(name === undefined ? {} : { name }),
      ...(field.bits.length === 0 ? {} : { bits: bitsOf(field, BigInt(value)) }),
      ...told,
    });
    return null;
  }

  /** Elements that are integers. */
  protected elements(type: IntType, size: number, count: number, { label, part, told }: Labelled): void {
    for (const piece of piecesOf(count, 1, this.all)) {
      const row = this.#take(piece.count * size, part, spanOf(label, piece), type);
      const value = piece.folded ? row.bytes : readInt(this.view, this.at, type);
      this.#push({
        ...row,
        value: typeof value === 'bigint' ? value.toString() : value,
        ...(piece.from === 0 ? told : {}),
        ...(piece.folded ? { folded: piece.count } : {}),
      });
    }
  }

  /** A byte array; `first` is the number of a bitmap's first bit. */
  protected byteRows(format: BytesFormat, count: number, { label, part, told }: Labelled, first = 0): void {
    const most = format === 'text' ? TEXT_PER_ROW : BYTES_PER_ROW;
    for (const piece of piecesOf(count, most, this.all)) {
      const row = this.#take(piece.count, part, count > most ? spanOf(label, piece) : label, format);
      const bytes = this.bytes.subarray(this.at, this.at + piece.count);
      const name = piece.folded ? undefined : nameOfBytes(format, bytes, first + 8 * piece.from);
      this.#push({
        ...row,
        value: row.bytes,
        ...(name === undefined ? {} : { name }),
        ...(piece.from === 0 ? told : {}),
        ...(piece.folded ? { folded: piece.count } : {}),
      });
    }
  }

  /** Elements in the middle of a long array, as one row. */
  protected folded(piece: { from: number; count: number }, bytes: number, { label, part }: Labelled): void {
    const row = this.#take(bytes, part, spanOf(label, piece), 'bytes');
    this.#push({ ...row, value: row.bytes, folded: piece.count });
  }

  /** An array that has no elements. */
  protected empty(type: string, { label, part, told }: Labelled): void {
    this.#push({ ...this.#take(0, part, label, type), value: '', ...told });
  }

  /** What is there, up to `end`, of an element or field that is not whole. */
  protected cut(type: string, { label, part, told }: Labelled, end: number): DumpRow {
    return this.#broken({ ...this.#take(Math.max(0, end - this.at), part, label, type), ...told });
  }

  /** Bytes that belong to an array and are no element of it. */
  protected rest(type: string, { label, part, told }: Labelled, end: number): void {
    const row = this.#take(end - this.at, part, label, type);
    this.#push({ ...row, ...told, value: row.bytes });
  }

  #push(row: DumpRow): void {
    this.at += row.length;
    this.rows.push(row);
  }

  #broken(row: DumpRow): DumpRow {
    this.#push(row);
    return row;
  }

  #take(length: number, part: Part, field: string, type: string): DumpRow {
    const bytes = toHex(this.bytes.subarray(this.at, this.at + length));
    return { offset: this.at, length, bytes, part, field, type, value: null };
  }
}

/** What a row needs to know of an integer, of a message as of a struct. */
export interface IntegerField {
  readonly type: IntType;
  readonly size: number;
  readonly enum: string | null;
  readonly bits: readonly BitsIR[];
}

export const toldOf = ({ doc, spec }: { readonly doc: string; readonly spec: string }): Told => ({
  ...(doc === '' ? {} : { doc }),
  ...(spec === '' ? {} : { clause: spec }),
});

const spanOf = (name: string, { from, count }: { from: number; count: number }): string =>
  count === 1 ? `${name}[${from}]` : `${name}[${from}..${from + count - 1}]`;

const bitsOf = (field: IntegerField, word: bigint): DumpBits[] =>
  field.bits.map(({ name, lsb, width, reserved, doc }) => ({
    name,
    lsb,
    width,
    value: Number((word >> BigInt(lsb)) & ((1n << BigInt(width)) - 1n)),
    reserved,
    ...(doc === '' ? {} : { doc }),
  }));
