import { type FieldNames, type ViewNames, viewNames } from '../backends/typescript/field-names.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { fromHex, type Spelled, spell, toHex, type Value } from '../interpret/values.js';
import type { BodyIR, FieldIR } from '../ir/types.js';
import { bodyModule, type CodecModule } from './codec-module.js';
import { announcedBody, embedded, nativeFields, objectSubject } from './object-subject.js';
import type { Subject } from './subject.js';

const MAX_MESSAGE = 65536;

/** A `View` of a generated body module, as far as a caller can use it without knowing the message. */
type View = Record<string, unknown> & {
  at(p: number): View;
  bind(view: DataView): View;
  check(end: number): number;
};

/** The flyweight: one `View` per body for the whole run, so that nothing may be left over from the message before. */
export function flyweightSubject(index: DialectIndex, module: CodecModule): Subject {
  const scratch = new DataView(new ArrayBuffer(MAX_MESSAGE));
  const objects = objectSubject(module);
  const views = new Map<BodyIR, View>();
  const viewOf = (body: BodyIR): View => {
    const known = views.get(body);
    if (known !== undefined) return known;
    const made = new (bodyModule(module, body.key).View as new (view: DataView) => View)(scratch);
    views.set(body, made);
    return made;
  };
  return {
    name: 'flyweight',
    decode(bytes, named) {
      const { view, p } = embedded(bytes);
      const body = announcedBody(index, bytes, named);
      const read = objects.decode(bytes, named);
      if (body === undefined) return read;
      const own = viewOf(body).bind(view).at(p);
      const refused = own.check(p + bytes.length) !== 0;
      if (refused || 'error' in read) return refused === 'error' in read ? read : { error: DISAGREES };
      const names = viewNames(index.ir, body);
      const words = Object.fromEntries(index.ir.header.map((f) => [f.name, Number(own[names.ofHeader(f)])]));
      return { ...read, key: body.key, header: { ...read.header, ...words }, fields: readAll(own, body, names) };
    },
    encode(body, header, fields) {
      const size = bodyModule(module, body.key).encode_message(scratch, 0, { header: {}, fields: zeros(body, fields) });
      if (size === 0) return null;
      const own = viewOf(body).bind(scratch).at(0);
      const names = viewNames(index.ir, body);
      for (const field of index.ir.header) {
        const value = header[field.name];
        if (field.role === 'type' && value !== undefined && value !== body.type) return null;
        if (field.role === 'type' || field.role === 'id' || field.role === 'size' || value === undefined) continue;
        own[names.ofHeader(field)] = value;
      }
      const counts = new Set(
        body.fields.flatMap((f) => (f.kind !== 'int' && 'field' in f.count ? [f.count.field] : [])),
      );
      const native = nativeFields(body, fields);
      for (const field of body.fields) if (!counts.has(field.name)) writeField(own, field, names, native, scratch);
      return toHex(new Uint8Array(scratch.buffer, 0, size));
    },
  };
}

const DISAGREES = { code: 'disagrees', field: 'check', offset: 0, expected: 'the answer of the object codec', got: 0 };

function readAll(own: View, body: BodyIR, names: FieldNames): Record<string, Spelled> {
  const fields: Record<string, Spelled> = {};
  for (const field of body.fields) {
    fields[field.name] = spell(readField(own, field, names));
    if (field.kind !== 'int') continue;
    for (const bits of field.bits) if (!bits.reserved) fields[bits.name] = Number(own[names.of(bits)]);
  }
  return fields;
}

function readField(own: View, field: FieldIR, names: FieldNames): Value {
  if (field.kind === 'int') return own[names.of(field)] as number | bigint;
  const { view = '', count = '', at = '' } = names.derived(field);
  if (field.kind === 'bytes') return (own[view] as () => Uint8Array)();
  return Array.from({ length: Number(own[count]) }, (_, i) => (own[at] as (i: number) => number | bigint)(i));
}

/** The same shape with nothing in it: what the setters start from. */
function zeros(body: BodyIR, fields: Readonly<Record<string, Spelled>>): object {
  const values: Record<string, unknown> = {};
  for (const field of body.fields) {
    const given = fields[field.name];
    if (field.kind === 'int') {
      const counted = body.fields.some((f) => f.kind !== 'int' && 'field' in f.count && f.count.field === field.name);
      if (!counted) values[field.name] = field.type === 'u64' ? 0n : 0;
      else if (given !== undefined) values[field.name] = given;
    } else if (field.kind === 'bytes') {
      const hex = fromHex(String(given ?? ''));
      values[field.name] = new Uint8Array('bytes' in hex ? hex.bytes.length : 0);
    } else {
      const zero = field.type === 'u64' ? 0n : 0;
      values[field.name] = new Array(Array.isArray(given) ? given.length : 0).fill(zero);
    }
  }
  return values;
}

/** A word is written whole or by its parts, whichever is given; both give the same bytes where both are. */
function writeField(
  own: View,
  field: FieldIR,
  names: ViewNames,
  native: Record<string, unknown>,
  view: DataView,
): void {
  const value = native[field.name];
  if (field.kind === 'int') {
    if (value !== undefined) own[names.of(field)] = value;
    for (const bits of field.bits) {
      if (!bits.reserved && native[bits.name] !== undefined) own[names.of(bits)] = native[bits.name];
    }
    return;
  }
  const start = Number(own[names.derived(field).offset ?? '']);
  if (value instanceof Uint8Array) new Uint8Array(view.buffer, start, value.length).set(value);
  else if (Array.isArray(value)) {
    const set = own[names.elementSetter(field)] as (i: number, value: unknown) => void;
    for (const [i, element] of value.entries()) set.call(own, i, element);
  }
}
