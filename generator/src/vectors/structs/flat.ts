import { joined } from '../../interpret/structs/decode-struct.js';
import { shapeFor } from '../../interpret/structs/encode-struct.js';
import type { FamilyIndex, Named } from '../../interpret/structs/family-index.js';
import { fromHex, toHex } from '../../interpret/values.js';
import type { IntMemberIR, MemberIR, ShapeIR, StructsMemberIR } from '../../ir/structs.js';
import { isFixed } from '../../ir/structs.js';
import type { FlatFields } from './struct-subject.js';

/** Nested values by path: `{ zones: [{ z_cap: 1n }] }` → `zones[0].z_cap`. */
export function flatten(value: unknown, path = '', into: Record<string, string> = {}): Record<string, string> {
  if (value instanceof Uint8Array) {
    // An array of no bytes is not spelled.
    if (value.length > 0) into[path] = toHex(value);
  } else if (Array.isArray(value)) for (const [i, inner] of value.entries()) flatten(inner, `${path}[${i}]`, into);
  else if (isStruct(value)) flatten(value.fields, path, into);
  else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) flatten(inner, joined(path, name), into);
  else into[path] = String(value);
  return into;
}

/** An element that is a struct of its own, with its name and its size; fields may be called so as well. */
const isStruct = (value: unknown): value is { readonly fields: object } =>
  typeof value === 'object' && value !== null && Object.keys(value).sort().join() === 'fields,name,size,surplus';

/** The values below a path, and the shape of the struct they are of. */
export function elementAt(
  member: StructsMemberIR,
  path: string,
  fields: FlatFields,
  index: FamilyIndex,
): { readonly shape: ShapeIR; readonly fields: FlatFields } {
  const own = Object.entries(fields).filter(([key]) => key.startsWith(`${path}.`));
  const inner = Object.fromEntries(own.map(([key, value]) => [key.slice(path.length + 1), value]));
  const { struct, shape } = index.find(member.struct) as Named;
  return { shape: shape ?? shapeFor(index, struct, inner), fields: inner };
}

/** How a member is found in a flat record: its value, in the form codecs take. */
export function nativeValue(member: MemberIR, path: string, fields: FlatFields, index: FamilyIndex): unknown {
  switch (member.kind) {
    case 'int':
      return member.bits.length === 0
        ? nativeInt(member.type, fields[path])
        : Object.fromEntries(member.bits.map((b) => [b.name, Number(fields[joined(path, b.name)] ?? 0)]));
    case 'bytes': {
      const hex = fromHex(fields[path] ?? '');
      return 'bytes' in hex ? hex.bytes : new Uint8Array();
    }
    case 'ints':
      return elements(member, path, fields).map((element) => nativeInt(member.type, fields[element]));
    case 'records':
      return elements(member, path, fields).map((element) => nativeFields(member.fields, element, fields, index));
    case 'structs':
      return elements(member, path, fields).map((element) => {
        const { shape, fields: inner } = elementAt(member, element, fields, index);
        return { name: shape.key, fields: nativeStruct(shape, inner, index) };
      });
  }
}

/** The values of a shape, nested as codecs take them. */
export const nativeStruct = (shape: ShapeIR, fields: FlatFields, index: FamilyIndex): object =>
  nativeFields(shape.fields, '', fields, index) as object;

function nativeFields(members: readonly MemberIR[], prefix: string, fields: FlatFields, index: FamilyIndex): unknown {
  const [only] = members;
  if (only?.name === '') return nativeValue(only, prefix, fields, index);
  const whole: Record<string, unknown> = {};
  for (const member of members) {
    const steps = member.name.split('.');
    const last = steps.pop() ?? '';
    let at = whole;
    for (const step of steps) {
      at[step] ??= {};
      at = at[step] as Record<string, unknown>;
    }
    at[last] = nativeValue(member, joined(prefix, member.name), fields, index);
  }
  return whole;
}

/** Paths of the elements of an array. */
export function elements(
  member: Extract<MemberIR, { kind: 'ints' | 'records' | 'structs' }>,
  path: string,
  fields: FlatFields,
): string[] {
  const given = Object.keys(fields).filter((key) => key.startsWith(`${path}[`));
  const indexes = given.map((key) => Number.parseInt(key.slice(path.length + 1), 10) + 1);
  const n = isFixed(member.count) ? member.count.fixed : Math.max(0, ...indexes);
  return Array.from({ length: n }, (_, i) => `${path}[${i}]`);
}

export const nativeInt = (type: IntMemberIR['type'], text: string | undefined): number | bigint =>
  type === 'u64' ? BigInt(text ?? 0) : Number(text ?? 0);
