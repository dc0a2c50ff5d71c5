import type { DialectIndex } from '../interpret/dialect-index.js';
import { type Spelled, toHex } from '../interpret/values.js';
import type { BodyIR, FieldIR } from '../ir/types.js';
import { type BodyModule, bodyModule, type CodecModule, reader } from './codec-module.js';
import { embedded, nativeFields, objectSubject } from './object-subject.js';
import type { Subject } from './subject.js';

const MAX_MESSAGE = 65536;

/** The zero-copy form of the generated codecs: a check, field readers, and the whole-message `encode` with arguments. */
export function viewSubject(index: DialectIndex, module: CodecModule): Subject {
  const scratch = new DataView(new ArrayBuffer(MAX_MESSAGE));
  const objects = objectSubject(module);
  return {
    name: 'view codec',
    decode(bytes) {
      const { view, p } = embedded(bytes);
      const candidates =
        bytes.length < 2 ? [] : index.at(bytes[index.typeField.offset] ?? 0, bytes[index.idField.offset] ?? 0);
      const body = candidates[0];
      if (body === undefined || bodyModule(module, body.key).check(view, p, p + bytes.length) !== 0)
        return objects.decode(bytes);
      const own = bodyModule(module, body.key);
      const read = objects.decode(bytes);
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
  const fields: Record<string, Spelled> = {};
  for (const field of body.fields) {
    fields[field.name] = readField(own, field, view, p);
    if (field.kind !== 'int') continue;
    for (const bits of field.bits) if (!bits.reserved) fields[bits.name] = Number(reader(own, bits.name)(view, p));
  }
  return fields;
}

function readField(own: BodyModule, field: FieldIR, view: DataView, p: number): Spelled {
  if (field.kind === 'int') {
    const value = reader(own, field.name)(view, p);
    return typeof value === 'bigint' ? value.toString() : value;
  }
  if (field.kind === 'bytes')
    return toHex((own[`${field.name}_view`] as (view: DataView, p: number) => Uint8Array)(view, p));
  const count = Number(reader(own, `${field.name}_count`)(view, p));
  const at = own[`${field.name}_at`] as (view: DataView, p: number, i: number) => number;
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
    if (field.role === 'device' || field.role === 'token') args.push(header[field.name] ?? 0);
    else if (field.role === 'type' && header[field.name] !== undefined && header[field.name] !== body.type) return null;
  }
  const counts = new Set(
    body.fields.flatMap((f) =>
      f.kind !== 'int' && 'field' in f.count && f.count.unit !== 'bits' ? [f.count.field] : [],
    ),
  );
  for (const field of body.fields) {
    if (field.reserved) {
      if (Number(fields[field.name] ?? 0) !== 0) return null;
    } else if (field.kind === 'int' && field.bits.length > 0)
      args.push(...field.bits.filter((b) => !b.reserved).map((b) => fields[b.name]));
    else if (!counts.has(field.name)) args.push(fields[field.name]);
  }
  return args;
}
