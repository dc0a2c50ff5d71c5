import type { BitsIR, BodyIR, DialectIR, FieldIR, IntFieldIR } from '../../ir/types.js';
import { Names } from './names.js';

/** Every name a body module exports, imports or needs of the language, whatever its fields are called. */
const MODULE = [
  ...['view', 'p', 'end', 'BODY', 'ID', 'check', 'describe', 'decode', 'decodeExact', 'View', 'header', 'Header'],
  ...['encode', 'encode_lohi', 'encode_number', 'encode_message', 'Fields', 'FieldsInput', 'Message', 'WireError'],
  ...['ErrorCode', 'copy_bytes', 'fill_zero', 'u64_number', 'short_tail', 'exact'],
  ...['Array', 'Math', 'Number', 'Uint8Array', 'undefined'],
];

/** Members every `View` has, whatever its fields are called. */
const MEMBERS = ['constructor', 'view', 'p', 'bind', 'at', 'check'];

/** How the fields of a body are called in one scope: its module, or its `View`. */
export interface FieldNames {
  readonly names: Names;
  of(item: FieldIR | BitsIR): string;
  /** Names made from that of a field by what follows it: `length` → `data_length`. */
  derived(field: FieldIR): Readonly<Record<string, string>>;
}

export interface ViewNames extends FieldNames {
  ofHeader(field: IntFieldIR): string;
  /** The method that writes an element of an array of integers. */
  elementSetter(field: FieldIR): string;
}

export const isBitmap = (field: FieldIR): boolean => field.kind === 'bytes' && field.format === 'bitmap';

function suffixes(field: FieldIR): readonly string[] {
  if (field.kind === 'ints') return ['count', 'at', 'offset'];
  if (field.kind === 'bytes') return ['offset', 'length', 'view', ...(isBitmap(field) ? ['bit'] : [])];
  return field.type === 'u64' ? ['lo', 'hi', 'number'] : [];
}

function nameFields(fields: readonly FieldIR[], names: Names): FieldNames {
  const own = new Map<object, string>();
  // Spec names first, so that a derived name never pushes a field off its own.
  for (const field of fields) own.set(field, names.claim(field.name));
  for (const field of fields) {
    if (field.kind !== 'int') continue;
    for (const bits of field.bits) if (!bits.reserved) own.set(bits, names.claim(bits.name));
  }
  const derived = new Map(
    fields.map((field) => [
      field,
      Object.fromEntries(suffixes(field).map((suffix) => [suffix, names.claim(`${field.name}_${suffix}`)])),
    ]),
  );
  return { names, of: (item) => own.get(item) ?? item.name, derived: (field) => derived.get(field) ?? {} };
}

/** The functions of a body module. */
export const moduleNames = (body: BodyIR): FieldNames => nameFields(body.fields, new Names(MODULE));

/** The members of a body's `View`. Header fields keep their names, as they are the same in every view of a dialect. */
export function viewNames({ header }: Pick<DialectIR, 'header'>, body: BodyIR): ViewNames {
  const names = new Names(MEMBERS);
  const headers = new Map(header.map((field) => [field, names.claim(field.name)]));
  const fields = nameFields(body.fields, names);
  const setters = new Map(
    body.fields.map((field) => [field, field.kind === 'ints' ? names.claim(`set_${field.name}_at`) : '']),
  );
  return {
    ...fields,
    ofHeader: (field) => headers.get(field) ?? field.name,
    elementSetter: (field) => setters.get(field) ?? '',
  };
}
