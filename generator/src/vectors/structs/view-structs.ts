import { structNames } from '../../backends/typescript/structs/shape-names.js';
import { joined } from '../../interpret/structs/decode-struct.js';
import { spell, toHex } from '../../interpret/values.js';
import type { MemberIR, ShapeIR } from '../../ir/structs.js';
import { isFixed, varies } from '../../ir/structs.js';
import { embedded } from '../object-subject.js';
import { type FamilyModule, type StructModule, shapeModule } from './family-module.js';
import { nativeValue } from './flat.js';
import { LARGEST, objectStructs } from './object-structs.js';
import type { FlatFields, StructSubject } from './struct-subject.js';

type Call = (...args: unknown[]) => number | bigint | Uint8Array;

/** The zero-copy form: a check, field readers, and `encode` with arguments. */
export function viewStructs(module: FamilyModule): StructSubject {
  const scratch = new DataView(new ArrayBuffer(LARGEST));
  const objects = objectStructs(module);
  return {
    name: 'view codec',
    decode(named, bytes) {
      const read = objects.decode(named, bytes);
      if ('error' in read) return read;
      const { struct } = named;
      const shape = struct.shapes.find((s) => s.key === read.key);
      if (shape === undefined) return read;
      const { view, p } = embedded(bytes);
      const own = shapeModule(module, shape);
      if (own.check(view, p, p + bytes.length) !== 0)
        return { error: { code: 'disagrees', field: 'check', offset: 0, expected: 0, got: 1 } };
      return { ...read, fields: readAll(own, shape, view, p, p + bytes.length) };
    },
    encode(shape, fields) {
      const args = argumentsOf(shape, fields);
      if (args === null) return null;
      new Uint8Array(scratch.buffer).fill(0xaa);
      const size = (shapeModule(module, shape).encode as (...args: unknown[]) => number)(scratch, 0, ...args);
      return size === 0 && shape.minSize > 0 ? null : toHex(new Uint8Array(scratch.buffer, 0, size));
    },
  };
}

function readAll(own: StructModule, shape: ShapeIR, view: DataView, p: number, end: number): FlatFields {
  const names = structNames(shape);
  const fields: Record<string, string> = {};
  const call = (name: string | undefined, ...args: unknown[]): number | bigint | Uint8Array =>
    (own[name ?? ''] as Call)(...args);
  const put = (path: string, value: number | bigint | Uint8Array): void => {
    if (!(value instanceof Uint8Array && value.length === 0)) fields[path] = String(spell(value));
  };
  const rest = shape.fields.filter(varies).find((m) => 'rest' in m.count);
  const read = (member: MemberIR, path: string, args: readonly unknown[]): void => {
    if (member.kind === 'int') {
      if (member.bits.length === 0) put(path, call(names.of(member), ...args));
      for (const bits of member.bits) put(joined(path, bits.name), call(names.of(bits), ...args));
      return;
    }
    const { view: viewName, count, at } = names.derived(member);
    const whole = member === rest ? [view, p, end] : args;
    if (member.kind === 'bytes') {
      put(path, call(viewName, ...whole));
      return;
    }
    const n = isFixed(member.count) ? member.count.fixed : Number(call(count, ...whole));
    for (let i = 0; i < n; i++) {
      if (member.kind === 'ints') put(`${path}[${i}]`, call(at, ...args, i));
      else for (const field of member.fields) read(field, joined(`${path}[${i}]`, field.name), [...args, i]);
    }
  };
  for (const member of shape.fields)
    read(member, member.name, rest !== undefined && member.after === rest.name ? [view, p, end] : [view, p]);
  return fields;
}

/** Arguments of `encode` in wire order; null where a reserved value is given. */
function argumentsOf(shape: ShapeIR, fields: FlatFields): unknown[] | null {
  const args: unknown[] = [];
  const counts = new Set(shape.fields.filter(varies).flatMap((m) => ('field' in m.count ? [m.count.field] : [])));
  for (const member of shape.fields) {
    const value = nativeValue(member, member.name, fields);
    if (member.reserved && (member.kind === 'int' || isFixed(member.count))) {
      if (!isZero(value)) return null;
    } else if (member.kind === 'int' && member.bits.length > 0) {
      const parts = value as Readonly<Record<string, number>>;
      if (member.bits.some((b) => b.reserved && parts[b.name] !== 0)) return null;
      args.push(...member.bits.filter((b) => !b.reserved).map((b) => parts[b.name]));
    } else if (!counts.has(member.name)) args.push(value);
  }
  return args;
}

const isZero = (value: unknown): boolean =>
  value instanceof Uint8Array || Array.isArray(value)
    ? value.every((v) => Number(v) === 0)
    : typeof value === 'object' && value !== null
      ? Object.values(value).every(isZero)
      : Number(value ?? 0) === 0;
