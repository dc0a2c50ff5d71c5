import { structNames } from '../../backends/typescript/structs/shape-names.js';
import { joined } from '../../interpret/structs/decode-struct.js';
import type { FamilyIndex } from '../../interpret/structs/family-index.js';
import { spell, toHex } from '../../interpret/values.js';
import type { MemberIR, ShapeIR, StructsMemberIR } from '../../ir/structs.js';
import { isFixed, varies } from '../../ir/structs.js';
import { embedded } from '../object-subject.js';
import { type FamilyModule, type StructModule, shapeModule, structModule } from './family-module.js';
import { nativeValue } from './flat.js';
import { LARGEST, objectStructs } from './object-structs.js';
import type { FlatFields, StructSubject } from './struct-subject.js';

type Call = (...args: unknown[]) => number | bigint | Uint8Array;

/** The zero-copy form: a check, field readers, and `encode` with arguments. */
export function viewStructs(module: FamilyModule, index: FamilyIndex): StructSubject {
  const scratch = new DataView(new ArrayBuffer(LARGEST));
  const objects = objectStructs(module, index);
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
      return { ...read, fields: readAll(module, index, shape, view, p, p + bytes.length) };
    },
    encode(shape, fields) {
      const args = argumentsOf(shape, fields, index);
      if (args === null) return null;
      new Uint8Array(scratch.buffer).fill(0xaa);
      const size = (shapeModule(module, shape).encode as (...args: unknown[]) => number)(scratch, 0, ...args);
      return size === 0 && shape.minSize > 0 ? null : toHex(new Uint8Array(scratch.buffer, 0, size));
    },
  };
}

function readAll(
  module: FamilyModule,
  index: FamilyIndex,
  shape: ShapeIR,
  view: DataView,
  p: number,
  end: number,
): FlatFields {
  const own = shapeModule(module, shape);
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
    if (member.kind === 'structs') {
      for (const [i, place] of places(member, own, names.derived(member), args, whole, end).entries()) {
        const inner = shapeAt(module, index, member, view, place, end);
        const found = inner === undefined ? {} : readAll(module, index, inner, view, place, end);
        for (const [name, text] of Object.entries(found)) fields[joined(`${path}[${i}]`, name)] = text;
      }
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

/** Where the elements of an array start that are structs of their own. */
function places(
  member: StructsMemberIR,
  own: StructModule,
  { at = '', count = '', next = '' }: Readonly<Record<string, string>>,
  args: readonly unknown[],
  whole: readonly unknown[],
  end: number,
): number[] {
  const call = (name: string, ...given: unknown[]): number => Number((own[name] as Call)(...given));
  if (member.elementSize !== null) {
    const n = isFixed(member.count) ? member.count.fixed : call(count, ...whole);
    return Array.from({ length: n }, (_, i) => call(at, ...args, i));
  }
  const found: number[] = [];
  const [view, p] = args;
  for (let place = call(next, view, p, end, -1); place >= 0; place = call(next, view, p, end, place)) found.push(place);
  return found;
}

/** The shape of the element at `p`. */
export function shapeAt(
  module: FamilyModule,
  index: FamilyIndex,
  member: StructsMemberIR,
  view: DataView,
  p: number,
  end: number,
): ShapeIR | undefined {
  const named = index.find(member.struct);
  const read = named === null ? undefined : structModule(module, named).decode(view, p, end);
  return read === undefined || 'wireError' in read ? undefined : index.shape(read.name);
}

/** Arguments of `encode` in wire order; null where a reserved value is given. */
function argumentsOf(shape: ShapeIR, fields: FlatFields, index: FamilyIndex): unknown[] | null {
  const args: unknown[] = [];
  const counts = new Set(shape.fields.filter(varies).flatMap((m) => ('field' in m.count ? [m.count.field] : [])));
  for (const member of shape.fields) {
    const value = nativeValue(member, member.name, fields, index);
    if (member.kind === 'structs') args.push(value);
    else if (member.reserved && (member.kind === 'int' || isFixed(member.count))) {
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
