import { rangeOf } from '../interpret/int.js';
import type { Fields } from '../interpret/values.js';
import type { BitsIR, BodyIR, FieldIR, IntFieldIR } from '../ir/types.js';

/** A value of a message that is carried as one: an integer, a group of bits of one, or an array. */
export interface Part {
  readonly field: FieldIR;
  /** The group of bits, or null for the whole field. */
  readonly bits: BitsIR | null;
  /** What it is told by across dialects. */
  readonly identity: string;
}

export type ArrayField = Exclude<FieldIR, IntFieldIR>;

export const nameOf = ({ field, bits }: Part): string => bits?.name ?? field.name;

export const groupsOf = (field: FieldIR): readonly BitsIR[] =>
  field.kind === 'int' ? field.bits.filter((bits) => !bits.reserved) : [];

export const isArray = (field: FieldIR): field is ArrayField => field.kind !== 'int';

/** The array whose elements a field counts. */
export const countedBy = (body: BodyIR, counter: string): ArrayField | undefined =>
  body.fields.filter(isArray).find((f) => 'field' in f.count && f.count.field === counter);

/** Smallest and largest value that a part holds. */
export function boundsOf({ field, bits }: Part): readonly [bigint, bigint] {
  if (bits !== null) return [0n, (1n << BigInt(bits.width)) - 1n];
  return field.kind === 'int' ? rangeOf(field.type) : [0n, 0n];
}

/** Bits of a word that are reserved in it. */
export const reservedMask = (field: IntFieldIR): bigint =>
  field.bits
    .filter((bits) => bits.reserved)
    .reduce((mask, { lsb, width }) => mask | (((1n << BigInt(width)) - 1n) << BigInt(lsb)), 0n);

/** Bits of a word that no group names. */
export const ungrouped = (field: IntFieldIR): bigint =>
  field.bits.reduce(
    (mask, { lsb, width }) => mask & ~(((1n << BigInt(width)) - 1n) << BigInt(lsb)),
    (1n << BigInt(8 * field.size)) - 1n,
  );

/** The integer of a part in decoded fields. */
export const integerIn = (fields: Fields, part: Part): bigint => BigInt(fields[nameOf(part)] as number | bigint);

/** The elements of an array in decoded fields. */
export function elementsIn(fields: Fields, name: string): readonly bigint[] {
  const value = fields[name];
  if (value instanceof Uint8Array) return Array.from(value, BigInt);
  return ((value ?? []) as readonly (number | bigint)[]).map(BigInt);
}

/** Elements of an array whose counter holds `value`. */
export function elementsFor(field: ArrayField, value: bigint): bigint {
  if ('fixed' in field.count) return BigInt(field.count.fixed);
  if (field.count.unit === 'bits') return (value + 7n) / 8n;
  return field.count.unit === 'bytes' && field.kind === 'ints' ? value / BigInt(field.elementSize) : value;
}

/** What the counter of an array of `n` elements holds where nothing else says so. */
export function counterFor(field: ArrayField, n: number): bigint {
  if ('fixed' in field.count) return BigInt(field.count.fixed);
  if (field.count.unit === 'bits') return BigInt(8 * n);
  return BigInt(field.count.unit === 'bytes' && field.kind === 'ints' ? n * field.elementSize : n);
}
