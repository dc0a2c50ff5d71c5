import type { BytesMemberIR, IntMemberIR, MemberIR, ShapeIR, StructIR } from '../../ir/structs.js';
import { elementSizeOf, isWalked } from '../../ir/structs.js';
import { readInt } from '../int.js';
import { emptyRecord, toHex } from '../values.js';
import type { WireError } from '../wire-error.js';
import { chooseShape } from './choose-shape.js';
import type { FamilyIndex, Named } from './family-index.js';
import { type DecodeElement, type Placement, placeOf, startOf } from './place.js';

/** One value of a decoded struct and where it lies; a group of bits lies where its word does. */
export interface Leaf {
  /** `zones[0].z_cap`, `flags.unmap`. */
  readonly path: string;
  readonly value: number | bigint | Uint8Array;
  readonly offset: number;
  readonly size: number;
  readonly member: MemberIR;
  /** The group of bits, where the value is one. */
  readonly bits: IntMemberIR['bits'][number] | null;
}

export interface DecodedStruct {
  readonly struct: StructIR;
  readonly shape: ShapeIR;
  /** In wire order. Byte arrays are views of the input. */
  readonly leaves: readonly Leaf[];
  readonly size: number;
  /** Bytes delivered behind the struct. */
  readonly surplus: { readonly offset: number; readonly length: number } | null;
}

export const isRefusedStruct = (
  result: DecodedStruct | { readonly error: WireError },
): result is { readonly error: WireError } => 'error' in result;

/** Reads one struct from the start of `bytes`, straight from the IR: the oracle for the generated codecs. */
export function decodeStruct(
  index: FamilyIndex,
  { struct, shape: named }: Named,
  bytes: Uint8Array,
): DecodedStruct | { readonly error: WireError } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const got = bytes.byteLength;
  const shape = named ?? chooseShape(index, struct, view, got);
  if ('settled' in shape) return { error: shape.error };
  const element: DecodeElement = (name, at) =>
    decodeStruct(index, index.find(name) ?? { struct, shape }, bytes.subarray(at));
  const placed = placeOf(shape, view, got, element);
  if ('code' in placed) return { error: placed };
  const leaves = shape.fields.flatMap((member) =>
    read(member, '', startOf(member, placed.ends), view, placed, element),
  );
  const surplus = got > placed.size ? { offset: placed.size, length: got - placed.size } : null;
  return { struct, shape, leaves, size: placed.size, surplus };
}

function read(
  member: MemberIR,
  prefix: string,
  start: number,
  view: DataView,
  placed: Placement,
  decode: DecodeElement,
): Leaf[] {
  const path = joined(prefix, member.name);
  if (member.kind === 'int') return readWord(member, path, start, view);
  if (isWalked(member))
    return (placed.walked.get(member.name) ?? []).flatMap(({ at, element }, i) => within(element, `${path}[${i}]`, at));
  const n = 'fixed' in member.count ? member.count.fixed : (placed.counts.get(member.name) ?? 0);
  // An array of no bytes is not spelled, like any other that has no elements.
  if (member.kind === 'bytes') return n === 0 ? [] : [readBytes(member, path, start, n, view)];
  const each = elementSizeOf(member);
  return Array.from({ length: n }, (_, i) => i).flatMap((i) => {
    const at = start + i * each;
    const element = `${path}[${i}]`;
    if (member.kind === 'records')
      return member.fields.flatMap((field) => read(field, element, at + field.offset, view, placed, decode));
    if (member.kind === 'structs') {
      const inner = decode(member.struct, at);
      return isRefusedStruct(inner) ? [] : within(inner, element, at);
    }
    const value = readInt(view, at, member.type);
    return [{ path: element, value, offset: at, size: each, member, bits: null }];
  });
}

/** The values of an element, as those of the struct that holds it. */
const within = ({ leaves }: DecodedStruct, element: string, at: number): Leaf[] =>
  leaves.map((leaf) => ({ ...leaf, path: joined(element, leaf.path), offset: at + leaf.offset }));

function readWord(member: IntMemberIR, path: string, offset: number, view: DataView): Leaf[] {
  const value = readInt(view, offset, member.type);
  const { size } = member;
  if (member.bits.length === 0) return [{ path, value, offset, size, member, bits: null }];
  return member.bits.map((bits) => ({
    path: joined(path, bits.name),
    value: Number((BigInt(value) >> BigInt(bits.lsb)) & ((1n << BigInt(bits.width)) - 1n)),
    offset,
    size,
    member,
    bits,
  }));
}

function readBytes(member: BytesMemberIR, path: string, offset: number, size: number, view: DataView): Leaf {
  const value = new Uint8Array(view.buffer, view.byteOffset + offset, size);
  return { path, value, offset, size, member, bits: null };
}

/** An element that is a value itself has no name of its own. */
export const joined = (prefix: string, name: string): string =>
  prefix === '' ? name : name === '' ? prefix : `${prefix}.${name}`;

/** The fields of a struct as vector files spell them: decimal strings, and hexadecimal digits for bytes. */
export function spellLeaves(leaves: readonly Leaf[]): Record<string, string> {
  const fields = emptyRecord<string>();
  for (const { path, value } of leaves) fields[path] = value instanceof Uint8Array ? toHex(value) : String(value);
  return { ...fields };
}
