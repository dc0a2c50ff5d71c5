import type { BitsIR, BodyIR, BytesFieldIR, FieldIR, IntFieldIR, IntsFieldIR } from '../../ir/types.js';
import { maxOf, SIZE_OF } from './expressions.js';
import { type HeaderModel, keyOf } from './header-model.js';
import { identifier, Names } from './names.js';

export interface PartModel {
  readonly ir: BitsIR;
  readonly reader: string;
  readonly setter: string;
}

interface NamedField {
  readonly reader: string;
  readonly setter: string;
  /** Further exports of the field by what follows its name: `length` → `data_length`, `set_at` → `set_features_at`. */
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
  /** What `w0 & keyMask` is for this body. */
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

/** Every name a body module exports or imports whatever its fields are called. */
const MODULE = [
  ...[
    'view',
    'p',
    'end',
    'CLASS',
    'MESSAGE',
    'KIND',
    'ID',
    'TYPE',
    'MIN_SIZE',
    'SIZE',
    'check',
    'refuse',
    'describe',
    'decode',
  ],
  ...['decode_exact', 'encode', 'encode_lohi', 'encode_number', 'encode_message', 'Fields', 'FieldsInput', 'Message'],
  ...['header', 'Header', 'ErrorCode', 'WireError', 'copy_bytes', 'fill_zero', 'u64_number', 'wrong_message'],
  ...['short_body', 'short_tail', 'surplus_bytes'],
];

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
  const names = new Names(MODULE);
  // Spec names first, so that a derived name never pushes a field off its own.
  const readers = new Map(ir.fields.map((field) => [field, names.claim(field.name)]));
  const partReaders = new Map(
    ir.fields.flatMap((field) =>
      field.kind === 'int'
        ? field.bits.filter((bits) => !bits.reserved).map((bits) => [bits, names.claim(bits.name)] as const)
        : [],
    ),
  );
  const setters = new Map(
    [...readers.keys(), ...partReaders.keys()].map((item) => [item, names.claim(`set_${item.name}`)]),
  );
  const named = (field: FieldIR, ...suffixes: string[]): NamedField => ({
    reader: readers.get(field) ?? field.name,
    setter: setters.get(field) ?? '',
    derived: Object.fromEntries(
      suffixes.map((suffix) => {
        const wish = suffix.startsWith('set_') ? `set_${field.name}_${suffix.slice(4)}` : `${field.name}_${suffix}`;
        return [suffix, names.claim(wish)];
      }),
    ),
  });
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
      if (field.type === 'u64' && field.bits.length > 0) refuse(`${field.name}: bit groups of a u64 are not supported`);
      const parts = [...partReaders].filter(([bits]) => field.bits.includes(bits));
      return {
        kind: 'int',
        ir: field,
        ...(field.type === 'u64' ? named(field, 'lo', 'hi', 'number', 'set_lohi') : named(field)),
        parts: parts.map(([bits, reader]) => ({ ir: bits, reader, setter: setters.get(bits) ?? '' })),
        counts: counts.get(field.name)?.name ?? null,
        countsBits: counts.get(field.name)?.unit === 'bits',
      };
    }
    const bitmap =
      field.kind === 'bytes' && (field.format === 'bitmap' || ('unit' in field.count && field.count.unit === 'bits'));
    return {
      kind: field.kind,
      ir: field,
      ...(field.kind === 'ints'
        ? named(field, 'count', 'at', 'offset', 'set_at')
        : named(field, 'offset', 'length', 'view', ...(bitmap ? ['bit'] : []))),
      elementSize: field.kind === 'ints' ? field.elementSize : 1,
      fixed: 'fixed' in field.count ? field.count.fixed : null,
      count: 'fixed' in field.count ? null : { ir: intField(field.count.field), unit: field.count.unit },
      bitmap,
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
    key: keyOf(header, ir.type, ir.id),
    fields,
    fixedEnd,
    tail,
    size: header.fixedSize ?? (tail === null ? ir.minSize : null),
    capacity: tail === null ? 0 : tailCapacity(header, fixedEnd, tail),
    hasU64: fields.some((field) => field.kind === 'int' && field.ir.type === 'u64' && !field.ir.reserved),
    local: (wish) => names.free(wish),
  };
}

/** Bytes a field occupies; 0 for a counted one. */
export const fieldSize = (field: FieldModel): number =>
  field.kind === 'int' ? SIZE_OF[field.ir.type] : (field.fixed ?? 0) * field.elementSize;
