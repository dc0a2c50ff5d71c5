import type { Decoded } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { valueOfWord } from '../interpret/int.js';
import type { Value } from '../interpret/values.js';
import type { BodyIR, FieldIR, IntFieldIR } from '../ir/types.js';
import { carryArray } from './carry-array.js';
import type { Outcome } from './outcome.js';
import {
  boundsOf,
  countedBy,
  counterFor,
  elementsIn,
  integerIn,
  isArray,
  nameOf,
  type Part,
  reservedMask,
  ungrouped,
} from './part.js';
import { type BodyPlan, enumOf } from './plan.js';

/** Values for `encode` by the names of the second dialect. What has no place there, or does not fit, goes to `outcome`. */
export function carryFields(
  plan: BodyPlan,
  { fields }: Decoded,
  b: DialectIndex,
  outcome: Outcome,
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  const words = new Map<IntFieldIR, bigint>();
  for (const { a, b: part, constant } of plan.pairs) {
    if (isArray(part.field)) continue;
    const value = meant(a, integerIn(fields, a));
    const carried = constant === null ? value : constant(value);
    if (carried === null) {
      const known = enumOf(b, part.field)?.values.map((v) => `${v.value} ${v.name}`) ?? [];
      outcome.refuse(
        'no_constant',
        nameOf(part),
        asValue(value),
        known.join(', '),
        `${b.ir.dialect} has no such constant`,
      );
    } else if (fits(part, carried, outcome)) put(given, words, part, carried);
  }
  for (const { a, b: part } of plan.unlike) {
    if (!isZero(plan.from, a.field, fields[a.field.name] as Value))
      outcome.refuse(
        'other_form',
        nameOf(part),
        fields[a.field.name] as Value,
        formOf(part.field),
        `it is ${formOf(part.field)} there`,
      );
    fill(plan.to, part, given, words, outcome);
  }
  for (const part of plan.onlyB) fill(plan.to, part, given, words, outcome);
  for (const { a, b: part } of plan.pairs)
    if (isArray(part.field) && isArray(a.field)) carryArray(plan, a.field, part.field, fields, given, outcome);
  for (const part of plan.onlyA) lose(plan, part, fields, given, b, outcome);
  for (const field of plan.from.fields) residue(plan, field, fields, outcome);
  for (const [field, word] of words) given[field.name] = valueOfWord(field.type, word);
  settleLists(plan.to, given, outcome);
  return given;
}

/** A value without the bits that are reserved in it. */
function meant({ field, bits }: Part, value: bigint): bigint {
  if (field.kind !== 'int' || bits !== null || field.bits.length === 0) return value;
  const word = BigInt.asUintN(8 * field.size, value) & ~reservedMask(field);
  return valueOfWord(field.type, word);
}

/** A word whose groups are carried one by one is put together; an integer stands for itself. */
function put(
  given: Record<string, unknown>,
  words: Map<IntFieldIR, bigint>,
  { field, bits }: Part,
  value: bigint,
): void {
  if (bits === null) given[field.name] = value;
  else words.set(field as IntFieldIR, (words.get(field as IntFieldIR) ?? 0n) | (value << BigInt(bits.lsb)));
}

function fits(part: Part, value: bigint, outcome: Outcome): boolean {
  const [low, high] = boundsOf(part);
  const reserved = part.bits === null && part.field.kind === 'int' ? value & reservedMask(part.field) : 0n;
  if (value >= low && value <= high && reserved === 0n) return true;
  const limit = reserved === 0n ? `${low}..${high}` : `bits 0x${reserved.toString(16)} clear`;
  const holder = part.bits === null ? (part.field as IntFieldIR).type : `${part.bits.width} bits`;
  const says =
    reserved === 0n ? `${holder} holds ${low} to ${high}` : `bits 0x${reserved.toString(16)} are reserved there`;
  outcome.refuse('too_large', nameOf(part), asValue(value), limit, says);
  return false;
}

/** Zero for what only the second dialect has. Counters follow from their lists. */
function fill(
  to: BodyIR,
  part: Part,
  given: Record<string, unknown>,
  words: Map<IntFieldIR, bigint>,
  outcome: Outcome,
): void {
  const { field } = part;
  if (field.kind === 'int') {
    if (countedBy(to, field.name) !== undefined) return;
    put(given, words, part, 0n);
    outcome.assume(nameOf(part), field.type === 'u64' && part.bits === null ? '0' : 0);
    return;
  }
  if (!('fixed' in field.count)) return;
  given[field.name] = zeros(field, field.count.fixed);
  outcome.assume(
    field.name,
    field.kind === 'bytes' ? '00'.repeat(field.count.fixed) : (zeros(field, field.count.fixed) as number[]),
  );
}

const zeros = (field: FieldIR, n: number): Uint8Array | number[] =>
  field.kind === 'bytes' ? new Uint8Array(n) : new Array<number>(n).fill(0);

/**
 * A list that only the second dialect has is empty; a counter that says otherwise was carried from elsewhere. A counter that
 * only the second dialect has follows from its list.
 */
function settleLists(to: BodyIR, given: Record<string, unknown>, outcome: Outcome): void {
  // What did not fit has been told; a list that is missing for it is no second reason.
  if (outcome.why.length > 0) return;
  for (const field of to.fields) {
    if (field.kind === 'int' || field.reserved || 'fixed' in field.count) continue;
    const counter = field.count.field;
    const count = given[counter];
    const list = given[field.name] as { readonly length: number } | undefined;
    if (list === undefined) {
      if (typeof count === 'bigint' && count !== 0n)
        outcome.refuse('too_large', counter, asValue(count), '0', `there are no elements for "${field.name}"`);
      given[field.name] = zeros(field, 0);
      outcome.assume(field.name, field.kind === 'bytes' ? '' : []);
    }
    if (count === undefined) given[counter] = counterFor(field, list?.length ?? 0);
  }
}

/** A value without a place on the other side is lost, unless zero would be taken for granted there. */
function lose(
  { from, pairs }: BodyPlan,
  part: Part,
  fields: Decoded['fields'],
  given: Readonly<Record<string, unknown>>,
  b: DialectIndex,
  outcome: Outcome,
): void {
  const name = nameOf(part);
  const value = fields[name] as Value;
  const counted = part.bits === null ? countedBy(from, name) : undefined;
  const partner = pairs.find(({ a }) => a.field === counted)?.b.field;
  if (counted !== undefined && partner !== undefined) {
    const list = given[partner.name] as { readonly length: number } | undefined;
    if (list === undefined || counterFor(counted, list.length) === BigInt(value as number | bigint)) return;
    outcome.lose('count', name, value, `${b.ir.dialect} always has ${list.length} elements`);
  } else if (!isZero(from, part.field, value)) outcome.lose('absent', name, value, `${b.ir.dialect} has no such field`);
}

/** Bytes and bits without a meaning are not carried. */
function residue({ pairs, onlyA }: BodyPlan, field: FieldIR, fields: Decoded['fields'], outcome: Outcome): void {
  const value = fields[field.name] as Value;
  if (field.reserved) {
    const zero = isArray(field)
      ? elementsIn(fields, field.name).every((v) => v === 0n)
      : BigInt(value as number) === 0n;
    if (!zero) outcome.lose('reserved', field.name, value, 'reserved, written as zero');
    return;
  }
  if (field.kind !== 'int' || field.bits.length === 0) return;
  const inGroups = [...pairs.map(({ a }) => a), ...onlyA].some((part) => part.field === field && part.bits !== null);
  const word = BigInt.asUintN(8 * field.size, BigInt(value as number | bigint));
  const left = word & (reservedMask(field) | (inGroups ? ungrouped(field) : 0n));
  if (left !== 0n)
    outcome.lose('reserved', `${field.name} & 0x${left.toString(16)}`, asValue(left), 'reserved bits, written as zero');
}

export const asValue = (value: bigint): number | bigint =>
  value > BigInt(Number.MAX_SAFE_INTEGER) ? value : Number(value);

/** An empty list says as much as its absence. */
function isZero(from: BodyIR, field: FieldIR, value: Value): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value) === 0n;
  const values: readonly (number | bigint)[] = value instanceof Uint8Array ? Array.from(value) : value;
  const bare = isArray(field) && !('fixed' in field.count) && from.fields.includes(field);
  return values.every((v) => BigInt(v) === 0n) && (!bare || values.length === 0);
}

const formOf = (field: FieldIR): string =>
  field.kind === 'int'
    ? `one ${field.type}`
    : field.kind === 'ints'
      ? `a list of ${field.type}`
      : field.format === 'bytes'
        ? 'bytes'
        : `a ${field.format}`;
