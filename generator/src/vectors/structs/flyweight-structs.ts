import { type MemberNames, structViewNames } from '../../backends/typescript/structs/shape-names.js';
import { joined } from '../../interpret/structs/decode-struct.js';
import type { FamilyIndex } from '../../interpret/structs/family-index.js';
import { fromHex, spell, toHex } from '../../interpret/values.js';
import type { IntMemberIR, MemberIR, ShapeIR, StructsMemberIR } from '../../ir/structs.js';
import { isFixed, varies } from '../../ir/structs.js';
import type { BitsIR } from '../../ir/types.js';
import { embedded } from '../object-subject.js';
import { type FamilyModule, shapeModule } from './family-module.js';
import { elementAt, nativeInt, nativeStruct } from './flat.js';
import { LARGEST, objectStructs } from './object-structs.js';
import type { FlatFields, StructSubject } from './struct-subject.js';
import { shapeAt } from './view-structs.js';

/** A `View` of a generated struct module, as far as a caller can use it without knowing the struct. */
type View = Record<string, unknown> & {
  at(p: number, end: number): View;
  bind(view: DataView): View;
  check(end: number): number;
};
type Method = (...args: unknown[]) => number | bigint | Uint8Array;

/** The flyweight: one `View` per shape for the whole run, so that nothing may be left over from the struct before. */
export function flyweightStructs(module: FamilyModule, index: FamilyIndex): StructSubject {
  const scratch = new DataView(new ArrayBuffer(LARGEST));
  const objects = objectStructs(module, index);
  const views = new Map<ShapeIR, View>();
  const viewOf = (shape: ShapeIR): View => {
    const known = views.get(shape);
    if (known !== undefined) return known;
    const made = new (shapeModule(module, shape).View as new (view: DataView) => View)(scratch);
    views.set(shape, made);
    return made;
  };
  const elements: Elements = {
    index,
    at(member, view, p, end) {
      const shape = shapeAt(module, index, member, view, p, end);
      return shape === undefined ? null : { shape, own: viewOf(shape).bind(view).at(p, end) };
    },
  };
  return {
    name: 'flyweight',
    decode(named, bytes) {
      const read = objects.decode(named, bytes);
      const shape = 'error' in read ? undefined : named.struct.shapes.find((s) => s.key === read.key);
      if ('error' in read || shape === undefined) return read;
      const { view, p } = embedded(bytes);
      const own = viewOf(shape)
        .bind(view)
        .at(p, p + bytes.length);
      if (own.check(p + bytes.length) !== 0)
        return { error: { code: 'disagrees', field: 'check', offset: 0, expected: 0, got: 1 } };
      return { ...read, fields: readAll(own, shape, elements, view, p + bytes.length) };
    },
    encode(shape, fields) {
      const size = shapeModule(module, shape).encode_fields(
        scratch,
        0,
        nativeStruct(shape, emptied(shape, fields), index),
      );
      if (size === 0 && shape.minSize > 0) return null;
      const own = viewOf(shape).bind(scratch).at(0, size);
      writeAll(own, shape, fields, elements, scratch, size);
      return toHex(new Uint8Array(scratch.buffer, 0, size));
    },
  };
}

/** Finds the `View` of an element that is a struct of its own. */
interface Elements {
  readonly index: FamilyIndex;
  at(member: StructsMemberIR, view: DataView, p: number, end: number): { shape: ShapeIR; own: View } | null;
}

/** Where they start, found before any of their `View`s is moved. */
function placesOf(own: View, member: StructsMemberIR, names: MemberNames): number[] {
  const { at = '', count = '', next = '' } = names.derived(member);
  if (member.elementSize !== null)
    return Array.from({ length: Number(own[count]) }, (_, i) => Number((own[at] as Method).call(own, i)));
  const found: number[] = [];
  const behind = (place: number): number => Number((own[next] as Method).call(own, place));
  for (let place = behind(-1); place >= 0; place = behind(place)) found.push(place);
  return found;
}

/** The same shape with nothing in it but its counts: what the setters start from. */
function emptied(shape: ShapeIR, fields: FlatFields): FlatFields {
  const counts = countsOf(shape);
  // What tells the shape of an element must stay.
  const structs = shape.fields.flatMap((m) => (m.kind === 'structs' ? [m.name] : []));
  // Zeros of the same length are zero in both spellings, that of integers and that of bytes.
  const zero = (path: string, text: string): string =>
    counts.has(path) || structs.some((name) => path.startsWith(`${name}[`)) ? text : text.replace(/[^0]/g, '0');
  return Object.fromEntries(Object.entries(fields).map(([path, text]) => [path, zero(path, text)]));
}

/** Fields that count an array: they follow from it, and so have no setter. */
const countsOf = (shape: ShapeIR): Set<string> =>
  new Set(shape.fields.filter(varies).flatMap((m) => ('field' in m.count ? [m.count.field] : [])));

function readAll(own: View, shape: ShapeIR, elements: Elements, buffer: DataView, end: number): FlatFields {
  const names = structViewNames(shape);
  const fields: Record<string, string> = {};
  const put = (path: string, value: unknown): void => {
    const text = String(spell(value as number | bigint | Uint8Array));
    if (text !== '') fields[path] = text;
  };
  const get = (name: string | undefined, args: readonly unknown[]): unknown =>
    args.length === 0 && typeof own[name ?? ''] !== 'function'
      ? own[name ?? '']
      : (own[name ?? ''] as Method).call(own, ...args);
  const read = (member: MemberIR, path: string, args: readonly number[]): void => {
    if (member.kind === 'int') {
      if (member.bits.length === 0) put(path, get(names.of(member), args));
      for (const bits of member.bits) put(joined(path, bits.name), get(names.of(bits), args));
      return;
    }
    const { view, count, at } = names.derived(member);
    if (member.kind === 'bytes') {
      put(path, get(view, args));
      return;
    }
    if (member.kind === 'structs') {
      for (const [i, p] of placesOf(own, member, names).entries()) {
        const found = elements.at(member, buffer, p, end);
        const inner = found === null ? {} : readAll(found.own, found.shape, elements, buffer, end);
        for (const [name, text] of Object.entries(inner)) fields[joined(`${path}[${i}]`, name)] = text;
      }
      return;
    }
    const n = isFixed(member.count) ? member.count.fixed : Number(get(count, []));
    for (let i = 0; i < n; i++) {
      if (member.kind === 'ints') put(`${path}[${i}]`, get(at, [...args, i]));
      else for (const field of member.fields) read(field, joined(`${path}[${i}]`, field.name), [i]);
    }
  };
  for (const member of shape.fields) read(member, member.name, []);
  return fields;
}

function writeAll(
  own: View,
  shape: ShapeIR,
  fields: FlatFields,
  elements: Elements,
  view: DataView,
  end: number,
): void {
  const names = structViewNames(shape);
  const counts = countsOf(shape);
  const write = (member: MemberIR, path: string, args: readonly number[]): void => {
    if (member.kind === 'int') {
      writeInt(own, member, path, args, names, fields);
      return;
    }
    const { offset = '', count = '' } = names.derived(member);
    if (member.kind === 'bytes') {
      const hex = fromHex(fields[path] ?? '');
      const start = args.length === 0 ? Number(own[offset]) : Number((own[offset] as Method).call(own, ...args));
      if ('bytes' in hex) new Uint8Array(view.buffer, start, hex.bytes.length).set(hex.bytes);
      return;
    }
    if (member.kind === 'structs') {
      for (const [i, p] of placesOf(own, member, names).entries()) {
        const found = elements.at(member, view, p, end);
        const { fields: inner } = elementAt(member, `${path}[${i}]`, fields, elements.index);
        if (found !== null) writeAll(found.own, found.shape, inner, elements, view, end);
      }
      return;
    }
    const n = isFixed(member.count) ? member.count.fixed : Number(own[count]);
    for (let i = 0; i < n; i++) {
      const element = `${path}[${i}]`;
      if (member.kind === 'ints')
        (own[names.setter(member)] as Method).call(own, ...args, i, nativeInt(member.type, fields[element]));
      else for (const field of member.fields) write(field, joined(element, field.name), [i]);
    }
  };
  for (const member of shape.fields) if (!counts.has(member.name)) write(member, member.name, []);
}

function writeInt(
  own: View,
  member: IntMemberIR,
  path: string,
  args: readonly number[],
  names: MemberNames,
  fields: FlatFields,
): void {
  const set = (item: MemberIR | BitsIR, value: number | bigint): void => {
    if (args.length === 0) own[names.of(item)] = value;
    else (own[names.setter(item)] as Method).call(own, ...args, value);
  };
  if (member.bits.length === 0) set(member, nativeInt(member.type, fields[path]));
  for (const bits of member.bits) set(bits, Number(fields[joined(path, bits.name)] ?? 0));
}
