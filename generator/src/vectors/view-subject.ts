import { type FieldNames, moduleNames } from '../backends/typescript/field-names.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { type Spelled, spell, toHex, type Value } from '../interpret/values.js';
import type { BodyIR, FieldIR } from '../ir/types.js';
import { type BodyModule, bodyModule, type CodecModule, reader } from './codec-module.js';
import { announcedBody, embedded, nativeFields, objectSubject } from './object-subject.js';
import type { Subject } from './subject.js';

const MAX_MESSAGE = 65536;

/** The zero-copy form of the generated codecs: a check, field readers, and the whole-message `encode` with arguments. */
export function viewSubject(index: DialectIndex, module: CodecModule): Subject {
  const scratch = new DataView(new ArrayBuffer(MAX_MESSAGE));
  const objects = objectSubject(module);
  return {
    name: 'view codec',
    decode(bytes, named) {
      const { view, p } = embedded(bytes);
      const body = announcedBody(index, bytes, named);
      if (body === undefined || bodyModule(module, body.key).check(view, p, p + bytes.length) !== 0)
        return objects.decode(bytes, named);
      const own = bodyModule(module, body.key);
      const read = objects.decode(bytes, named);
      if ('error' in read) return read;
      return { ...read, key: body.key, fields: readAll(own, body, view, p) };
    },
    encode(body, header, fields) {
      const args = encodeArguments(index, body, header, nativeFields(body, fields));
      if (args === null) return null;
      const encode = bodyModule(module, body.key).encode as (view: DataView, p: number, ...args: unknown[]) => number;
      const size = encode(scratch, 0, ...args);
      return size === 0 ? null : toHex(new Uint8Array(scratch.buffer, 0, size));
    },
  };
}

function readAll(own: BodyModule, body: BodyIR, view: DataView, p: number): Record<string, Spelled> {
  const names = moduleNames(body);
  const fields: Record<string, Spelled> = {};
  for (const field of body.fields) {
    fields[field.name] = spell(readField(own, field, names, view, p));
    if (field.kind !== 'int') continue;
    for (const bits of field.bits) if (!bits.reserved) fields[bits.name] = Number(reader(own, names.of(bits))(view, p));
  }
  return fields;
}

function readField(own: BodyModule, field: FieldIR, names: FieldNames, view: DataView, p: number): Value {
  if (field.kind === 'int') return reader(own, names.of(field))(view, p);
  const derived = names.derived(field);
  if (field.kind === 'bytes') return (own[derived.view ?? ''] as (view: DataView, p: number) => Uint8Array)(view, p);
  const count = Number(reader(own, derived.count ?? '')(view, p));
  const at = own[derived.at ?? ''] as (view: DataView, p: number, i: number) => number;
  return Array.from({ length: count }, (_, i) => at(view, p, i));
}

/** Arguments of `encode` in wire order: header values the message does not fix, then fields; null where a reserved value is given. */
function encodeArguments(
  index: DialectIndex,
  body: BodyIR,
  header: Readonly<Record<string, Spelled>>,
  fields: Record<string, unknown>,
): unknown[] | null {
  const args: unknown[] = [];
  for (const field of index.ir.header) {
    const value = header[field.name];
    if (field.role === 'type' && value !== undefined && value !== body.type) return null;
    if (field.role === 'type' || field.role === 'id' || field.role === 'size') continue;
    if (!field.reserved) args.push(value ?? 0);
    else if (Number(value ?? 0) !== 0) return null;
  }
  const counts = new Set(
    body.fields.flatMap((f) =>
      f.kind !== 'int' && 'field' in f.count && f.count.unit !== 'bits' ? [f.count.field] : [],
    ),
  );
  for (const field of body.fields) {
    const value = fields[field.name];
    if (field.reserved && !(field.kind !== 'int' && 'field' in field.count)) {
      if (!isZero(value)) return null;
    } else if (field.kind === 'int' && field.bits.some((b) => !b.reserved)) {
      const groups = field.bits.filter((b) => !b.reserved);
      const sum = groups.reduce((all, b) => all | (BigInt(fields[b.name] as number) << BigInt(b.lsb)), 0n);
      if (value !== undefined && BigInt.asUintN(8 * field.size, BigInt(value as number)) !== sum) return null;
      if (!counts.has(field.name)) args.push(...groups.map((b) => fields[b.name]));
    } else if (!counts.has(field.name)) args.push(value);
  }
  return args;
}

const isZero = (value: unknown): boolean =>
  value instanceof Uint8Array || Array.isArray(value) ? value.every((v) => Number(v) === 0) : Number(value ?? 0) === 0;
