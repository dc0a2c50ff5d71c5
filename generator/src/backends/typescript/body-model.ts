import type { BitsIR, BodyIR, BytesFieldIR, FieldIR, IntFieldIR, IntsFieldIR } from '../../ir/types.js';
import { maxOf, SIZE_OF } from './expressions.js';
import { isBitmap, moduleNames } from './field-names.js';
import type { HeaderModel } from './header-model.js';
import { identifier } from './names.js';

export interface PartModel {
  readonly ir: BitsIR;
  readonly reader: string;
}

interface NamedField {
  readonly reader: string;
  /** Further exports of the field by what follows its name: `length` → `data_length`. */
  readonly derived: Readonly<Record<string, string>>;
}

export interface IntModel extends NamedField {
  readonly kind: 'int';
  readonly ir: IntFieldIR;
  readonly parts: readonly PartModel[];
  /** The array whose length this field holds. */
  readonly counts: string | null;
  /** Whether it counts bits: the array's bytes then do not tell the count, which so becomes an argument of its own. */
  readonly countsBits: boolean;
}

export interface ArrayModel extends NamedField {
  readonly kind: 'ints' | 'bytes';
  readonly ir: IntsFieldIR | BytesFieldIR;
  readonly elementSize: number;
  /** Elements of a fixed array; null for a counted one. */
  readonly fixed: number | null;
  readonly count: { readonly ir: IntFieldIR; readonly unit: 'elements' | 'bytes' | 'bits' } | null;
  readonly bitmap: boolean;
}

export type FieldModel = IntModel | ArrayModel;

export interface BodyModel {
  readonly ir: BodyIR;
  readonly header: HeaderModel;
  /** `SET_VQUEUE.request`: name of the message object and, with `.ts`, of the file. */
  readonly name: string;
  /** `SET_VQUEUE_request`. */
  readonly ident: string;
  /** Type bits and id, folded as `header.key` folds them. */
  readonly key: number;
  readonly fields: readonly FieldModel[];
  /** End of the last field of fixed place and size; a counted tail starts here. */
  readonly fixedEnd: number;
  /** The counted array at the end. */
  readonly tail: ArrayModel | null;
  /** Bytes of every such message, or null when a counted tail makes it vary. */
  readonly size: number | null;
  /** Largest number of tail elements a message can carry. */
  readonly capacity: number;
  readonly hasU64: boolean;
  /** A name for a local variable that hides none of the module's functions. */
  readonly local: (wish: string) => string;
}

function tailCapacity(header: HeaderModel, start: number, tail: ArrayModel): number {
  const room = Math.floor((header.largest - start) / tail.elementSize);
  const top = tail.count === null ? 0 : maxOf(tail.count.ir.type);
  const unit = tail.count?.unit;
  const countable = unit === 'bits' ? Math.ceil(top / 8) : unit === 'bytes' ? Math.floor(top / tail.elementSize) : top;
  return Math.min(room, countable);
}

export function modelBody(header: HeaderModel, ir: BodyIR, prefix: string): BodyModel {
  const refuse = (why: string): never => {
    throw new Error(`${ir.origin}: ${ir.key}: ${why}`);
  };
  const names = moduleNames(ir);
  const named = (field: FieldIR): NamedField => ({ reader: names.of(field), derived: names.derived(field) });
  const intField = (name: string): IntFieldIR => {
    const found = ir.fields.find((field) => field.name === name);
    return found?.kind === 'int' && found.type !== 'u64'
      ? found
      : refuse(`count ${name} is not an integer of up to 32 bits`);
  };
  const counts = new Map(
    ir.fields.flatMap((field) =>
      field.kind !== 'int' && 'field' in field.count
        ? [[field.count.field, { name: field.name, unit: field.count.unit }] as const]
        : [],
    ),
  );
  const fields = ir.fields.map((field): FieldModel => {
    if (field.kind === 'int') {
      const straddling = field.bits.find(({ lsb, width }) => lsb < 32 && lsb + width > 32);
      if (straddling !== undefined) refuse(`${straddling.name}: a bit group that crosses bit 32 is not supported`);
      return {
        kind: 'int',
        ir: field,
        ...named(field),
        parts: field.bits.filter((bits) => !bits.reserved).map((bits) => ({ ir: bits, reader: names.of(bits) })),
        counts: counts.get(field.name)?.name ?? null,
        countsBits: counts.get(field.name)?.unit === 'bits',
      };
    }
    return {
      kind: field.kind,
      ir: field,
      ...named(field),
      elementSize: field.kind === 'ints' ? field.elementSize : 1,
      fixed: 'fixed' in field.count ? field.count.fixed : null,
      count: 'fixed' in field.count ? null : { ir: intField(field.count.field), unit: field.count.unit },
      bitmap: isBitmap(field),
    };
  });
  const counted = fields.filter((field): field is ArrayModel => field.kind !== 'int' && field.count !== null);
  const tail = counted[0] ?? null;
  if (counted.length > 1 || (tail !== null && tail !== fields.at(-1))) refuse('only the last field may be counted');
  const fixedEnd = Math.max(header.size, ...fields.map((field) => field.ir.offset + fieldSize(field)));
  return {
    ir,
    header,
    name: `${prefix}${ir.message}.${ir.kind}`,
    ident: identifier(`${prefix}${ir.message}_${ir.kind}`),
    key: header.key.of(ir.type, ir.id),
    fields,
    fixedEnd,
    tail,
    size: header.fixedSize ?? (tail === null ? ir.minSize : null),
    capacity: tail === null ? 0 : tailCapacity(header, fixedEnd, tail),
    hasU64: fields.some(
      (field) => field.kind === 'int' && field.ir.type === 'u64' && field.parts.length === 0 && !field.ir.reserved,
    ),
    local: (wish) => names.names.free(wish),
  };
}

/** Bytes a field occupies; 0 for a counted one. */
export const fieldSize = (field: FieldModel): number =>
  field.kind === 'int' ? SIZE_OF[field.ir.type] : (field.fixed ?? 0) * field.elementSize;
