/**
 * The resolved intermediate representation of one family of structs: what a device type, a ring or an administration
 * virtqueue lays out in memory without a message header. It is what `generated/ir/<protocol>/<family>.json` holds.
 *
 * A struct has one shape, or several where a union, a conditional tail or another reading makes it vary. A shape is
 * flat: nested structs are gone, and every field has a path and an offset from the first byte of the struct. Only the
 * elements of an array that differ among themselves are structs of their own, by name.
 */
import type { BitsIR, ConstraintIR, EnumIR, IntType, UnresolvedIR } from './types.js';

export interface FamilyIR {
  readonly format: 1;
  /** Hash over everything else in this document: `sha256:` and 64 hexadecimal digits. */
  readonly hash: string;
  readonly protocol: string;
  readonly family: string;
  readonly title: string;
  readonly doc: string;
  readonly spec: string;
  readonly enums: readonly EnumIR[];
  /** Sorted by name. */
  readonly structs: readonly StructIR[];
  readonly unresolved: readonly UnresolvedIR[];
}

export interface StructIR {
  /** The name the specification gives it, without anything that tells its shapes apart. */
  readonly name: string;
  readonly doc: string;
  readonly spec: string;
  /** What chooses among the shapes where the name alone does not. */
  readonly choice: ChoiceIR;
  /** Where the struct is a region of shared memory. */
  readonly region?: RegionIR;
  readonly shapes: readonly ShapeIR[];
}

/** A region of shared memory that two sides write. */
export interface RegionIR {
  /** What the holes between its fields come from; null where it has none. */
  readonly align: number | null;
  /** Fewest slots a region of use has; null where it has no slots. */
  readonly minSlots: number | null;
  /** Bytes that mark the region as initialized. */
  readonly magic: { readonly field: string; readonly bytes: string } | null;
  /** Field that leads to a second such region, by its offset from the start of the first. */
  readonly chain: string | null;
  /** Conditions on its values, those of single fields included; `$limit` is the size of the region. */
  readonly constraints: readonly ConstraintIR[];
}

export type ChoiceIR =
  | { readonly by: 'none' }
  /** The longest shape the bytes hold: each has the fields of the one before it and a tail. */
  | { readonly by: 'size'; readonly shapes: readonly string[] }
  | TagChoiceIR;

/** The case whose values hold that of the field `tag`; `otherwise` where none does, null where that is an error. */
export interface TagChoiceIR {
  /** A field of the struct, or one of the request it answers: then nothing in the struct itself tells. */
  readonly by: 'tag' | 'request';
  readonly tag: string;
  readonly cases: readonly { readonly values: readonly number[]; readonly shape: ChosenIR }[];
  readonly otherwise: ChosenIR | null;
}

/** A shape, or what chooses further among those this tag leaves. */
export type ChosenIR = string | TagChoiceIR;

export interface ShapeIR {
  /** `virtio_net_hdr+hash`, `virtio_input_config/abs`: unique in its protocol. */
  readonly key: string;
  /** Other spellings of the key. */
  readonly aliases: readonly string[];
  readonly doc: string;
  readonly spec: string;
  /** The conditional tail it ends with; null where it ends before all of them or has none. */
  readonly tail: string | null;
  /** The arm of its union. */
  readonly arm: string | null;
  /** Bytes of the smallest such struct. */
  readonly minSize: number;
  /** Bytes of the largest, null where an array makes it vary. */
  readonly maxSize: number | null;
  readonly fields: readonly MemberIR[];
}

/** A field of a shape. */
export type MemberIR = IntMemberIR | ArrayMemberIR;

export type ArrayMemberIR = IntsMemberIR | BytesMemberIR | RecordsMemberIR | StructsMemberIR;

interface MemberBase {
  /** Dotted path: `geometry.cylinders`. Empty for an element that is a value itself. */
  readonly name: string;
  /** Bytes from the start of the struct, of the record, or of the end of `after`. */
  readonly offset: number;
  /** The array of variable size this field follows, null where its offset is fixed. */
  readonly after: string | null;
  readonly reserved: boolean;
  readonly doc: string;
  readonly spec: string;
  /** Feature bits of which one must be negotiated for the field to mean something; empty: always. */
  readonly validWhen: readonly string[];
}

/** One integer. Groups of bits are members of it: `flags.unmap`. */
export interface IntMemberIR extends MemberBase {
  readonly kind: 'int';
  readonly type: IntType;
  readonly size: number;
  readonly enum: string | null;
  readonly bits: readonly BitsIR[];
  /** What the text allows; null where it allows everything. */
  readonly bounds: BoundsIR | null;
}

export interface BoundsIR {
  readonly equals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly multipleOf?: number;
}

/** Bounds as conditions in the constraint language: `mtu >= 68`. */
export function conditionsOf(name: string, { equals, min, max, multipleOf }: BoundsIR): string[] {
  return [
    ...(equals === undefined ? [] : [`${name} == ${equals}`]),
    ...(min === undefined ? [] : [`${name} >= ${min}`]),
    ...(max === undefined ? [] : [`${name} <= ${max}`]),
    ...(multipleOf === undefined ? [] : [`${name} % ${multipleOf} == 0`]),
  ];
}

/** An array of integers: `strides[0]`. */
export interface IntsMemberIR extends MemberBase {
  readonly kind: 'ints';
  readonly type: IntType;
  readonly elementSize: number;
  readonly count: MemberCountIR;
}

/** An array of bytes, spelled as lower-case hexadecimal digits in JSON. */
export interface BytesMemberIR extends MemberBase {
  readonly kind: 'bytes';
  readonly count: MemberCountIR;
  readonly format: 'bytes' | 'uuid' | 'mac' | 'text';
}

/** An array of structs, byte arrays or bit-fields of fixed size: `zones[0].z_cap`. */
export interface RecordsMemberIR extends MemberBase {
  readonly kind: 'records';
  readonly elementSize: number;
  readonly count: MemberCountIR;
  /** With offsets from the start of the element; none of them varies in size. */
  readonly fields: readonly MemberIR[];
}

/** An array of structs that have shapes or sizes of their own each: `parts[0].hdr.length`. */
export interface StructsMemberIR extends MemberBase {
  readonly kind: 'structs';
  /** A struct of the same family, whose bytes tell its shape and its size. */
  readonly struct: string;
  /** Bytes of every element; null where they differ, so that only a walk finds the next one. */
  readonly elementSize: number | null;
  /** Bytes of the smallest element. */
  readonly least: number;
  readonly count: MemberCountIR;
}

export type MemberCountIR =
  | { readonly fixed: number }
  /** The value of the field `field` plus `plus`, which may be negative, in elements or in bytes. */
  | { readonly field: string; readonly unit: 'elements' | 'bytes'; readonly plus: number }
  /** As many as fit before the fields that follow, to the end of the struct. */
  | { readonly rest: true };

/** Whether an array has as many elements in every struct of this shape. */
export const isFixed = (count: MemberCountIR): count is { readonly fixed: number } => 'fixed' in count;

/** Bytes a member takes in every struct of its shape; 0 for an array of variable size. */
export function fixedSizeOf(member: MemberIR): number {
  if (member.kind === 'int') return member.size;
  return isFixed(member.count) ? member.count.fixed * elementSizeOf(member) : 0;
}

/** Bytes of one element; of the smallest, where they differ. */
export function elementSizeOf(member: ArrayMemberIR): number {
  if (member.kind === 'bytes') return 1;
  return member.kind === 'structs' ? (member.elementSize ?? member.least) : member.elementSize;
}

/** An array whose elements differ in size. It ends its struct: only a walk finds where it ends itself. */
export const isWalked = (member: MemberIR): member is StructsMemberIR & { readonly elementSize: null } =>
  member.kind === 'structs' && member.elementSize === null;

/** An array whose size differs from struct to struct. */
export const varies = (member: MemberIR): member is ArrayMemberIR => member.kind !== 'int' && !isFixed(member.count);

/** An array of variable size, and how many bytes of fixed size follow it before the next one or the end. */
export interface SegmentIR {
  readonly array: ArrayMemberIR;
  readonly run: number;
}

/** The arrays of variable size of a shape, in order, with what lies between them. */
export function segmentsOf(shape: Pick<ShapeIR, 'minSize' | 'fields'>): SegmentIR[] {
  const arrays = shape.fields.filter(varies);
  const end = arrays.reduce((left, array) => left - array.offset - leastBytes(array), shape.minSize);
  return arrays.map((array, i) => ({ array, run: arrays[i + 1]?.offset ?? end }));
}

/** Bytes an array of variable size has at least. */
export function leastBytes(array: ArrayMemberIR): number {
  if (!('plus' in array.count)) return 0;
  return Math.max(0, array.count.plus) * (array.count.unit === 'bytes' ? 1 : elementSizeOf(array));
}

/** The shapes a choice can end at, in the order it names them. */
export function chosenBy(chosen: ChosenIR | null): string[] {
  if (chosen === null) return [];
  if (typeof chosen === 'string') return [chosen];
  return [...new Set([...chosen.cases.flatMap(({ shape }) => chosenBy(shape)), ...chosenBy(chosen.otherwise)])];
}
