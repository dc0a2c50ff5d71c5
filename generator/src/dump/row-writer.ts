import { readInt } from '../interpret/int.js';
import type { FieldIR, IntFieldIR } from '../ir/types.js';
import type { DumpRow, Part } from './row.js';
import { Rows, toldOf } from './rows.js';

type ArrayField = Exclude<FieldIR, IntFieldIR>;

/** Writes the fields of a message. */
export class RowWriter extends Rows {
  /** Fields in order, as far as bytes reach; null, or the row of the field that is not whole. */
  fields(fields: readonly FieldIR[], part: Part, end: number): DumpRow | null {
    for (const field of fields) {
      this.plain('unread', Math.min(field.offset, end));
      const about = { label: field.name, part, told: toldOf(field) };
      const broken = field.kind === 'int' ? this.int(field, about, end) : this.#array(field, fields, part, end);
      if (broken !== null) return broken;
    }
    return null;
  }

  #array(field: ArrayField, fields: readonly FieldIR[], part: Part, end: number): DumpRow | null {
    const size = field.kind === 'ints' ? field.elementSize : 1;
    const type = field.kind === 'ints' ? field.type : field.format;
    const bytes = this.#lengthOf(field, fields);
    const whole = Math.floor(Math.min(bytes, Math.max(0, end - field.offset)) / size);
    const about = { label: field.name, part: 'unit' in field.count ? ('tail' as const) : part, told: toldOf(field) };
    if (bytes === 0) this.empty(type, about);
    // A window of device numbers starts at its `offset`.
    if (field.kind === 'ints') this.elements(field.type, size, whole, about);
    else this.byteRows(field.format, whole, about, this.#numberOf(fields.find((f) => f.name === 'offset')));
    if (whole * size === bytes) return null;
    const next = { ...about, label: `${field.name}[${whole}]` };
    if (field.offset + bytes > end) return this.cut(type, next, end);
    // Counted in bytes, and not in whole elements.
    this.rest(type, next, field.offset + bytes);
    return null;
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
    return Math.max(0, Number(readInt(this.view, field.offset, field.type)));
  }
}
