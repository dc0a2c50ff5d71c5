import { didYouMean } from '../diagnostics/did-you-mean.js';
import type { BitsIR, BodyIR, FieldIR, IntFieldIR } from '../ir/types.js';
import type { DialectIndex } from './dialect-index.js';
import { rangeOf, valueOfWord, writeInt } from './int.js';
import { fromHex } from './values.js';
import { type WireError, wireError } from './wire-error.js';

/** Values to encode, as JSON spells them: numbers, decimal strings, hexadecimal strings, lists. */
export type Given = Readonly<Record<string, unknown>>;

export interface Encoded {
  readonly bytes: Uint8Array;
  readonly size: number;
  /** Header values given that differ from what the body needs; written as given, except the size. */
  readonly differs: readonly {
    readonly field: string;
    readonly offset: number;
    readonly got: number;
    readonly expected: number;
  }[];
}

/** What is given under a name; nothing where only the prototype of the object has it. */
export const own = (given: Given, name: string): unknown => (Object.hasOwn(given, name) ? given[name] : undefined);

export class EncodeProblem extends Error {
  constructor(readonly error: WireError) {
    super(error.message);
  }
}

export const fail = (
  code: WireError['code'],
  message: string,
  field: string,
  offset: number,
  expected: number | string,
  got: number | string,
): never => {
  throw new EncodeProblem(wireError(code, message, field, offset, expected, got));
};

/** Writes one message from named values. Never throws on bad values: they come back as an error that names the field. */
export function encode(
  index: DialectIndex,
  body: BodyIR,
  header: Given,
  fields: Given,
): Encoded | { readonly error: WireError } {
  try {
    return write(index, body, header, fields);
  } catch (problem) {
    if (problem instanceof EncodeProblem) return { error: problem.error };
    throw problem;
  }
}

function write(index: DialectIndex, body: BodyIR, header: Given, given: Given): Encoded {
  const { ir } = index;
  const fields = body.fields.map((field) => ({ field, value: prepare(field, given, body) }));
  refuseUnknown(body.fields, given, `${body.message} ${body.kind}`);
  refuseUnknown(ir.header, header, 'the header');
  const last = fields[fields.length - 1];
  const end = last === undefined ? ir.framing.headerSize : last.field.offset + lengthOf(last.value);
  const size = ir.framing.fixedSize ?? end;
  const sizeMax = index.sizeField === null ? size : Number(rangeOf(index.sizeField.type)[1]);
  if (size > sizeMax)
    fail(
      'too_long',
      `the message would have ${size} bytes, ${index.sizeField?.name ?? 'a frame'} holds at most ${sizeMax}`,
      index.sizeField?.name ?? 'frame',
      0,
      sizeMax,
      size,
    );
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const differs = writeHeader(index, body, header, size, view);
  for (const { field, value } of fields) writeField(field, value, view, bytes);
  return { bytes, size, differs };
}

type Prepared =
  | { readonly ints: readonly bigint[]; readonly size: number }
  | Uint8Array
  | { readonly int: bigint; readonly size: number };

const lengthOf = (value: Prepared): number =>
  value instanceof Uint8Array ? value.length : 'int' in value ? value.size : value.ints.length * value.size;

function writeField(field: FieldIR, value: Prepared, view: DataView, bytes: Uint8Array): void {
  if (value instanceof Uint8Array) bytes.set(value, field.offset);
  else if ('int' in value) writeInt(view, field.offset, (field as IntFieldIR).type, value.int);
  else
    for (const [i, v] of value.ints.entries())
      writeInt(view, field.offset + i * value.size, (field as { type: IntFieldIR['type'] }).type, v);
}

function writeHeader(
  index: DialectIndex,
  body: BodyIR,
  header: Given,
  size: number,
  view: DataView,
): Encoded['differs'] {
  const differs: Encoded['differs'][number][] = [];
  for (const field of index.ir.header) {
    const needed =
      field.role === 'type' ? body.type : field.role === 'id' ? body.id : field.role === 'size' ? size : null;
    const value = wordOrParts(field, field.role === null ? field.bits : [], header);
    const given = value === null ? null : Number(value);
    if (given !== null && needed !== null) {
      const same =
        field.role === 'type' ? (given & index.ir.framing.typeMask) >>> 0 === needed >>> 0 : given === needed;
      if (!same) differs.push({ field: field.name, offset: field.offset, got: given, expected: needed });
    }
    writeInt(view, field.offset, field.type, field.role === 'size' ? size : (value ?? needed ?? 0));
  }
  return differs;
}

function refuseUnknown(known: readonly FieldIR[], given: Given, where: string): void {
  const names = known.flatMap((f) => [f.name, ...(f.kind === 'int' ? f.bits.map((b) => b.name) : [])]);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const hint = didYouMean(name, names);
    fail(
      'unknown_field',
      `${where} has no field "${name}"${hint === undefined ? '' : `: ${hint}`}`,
      name,
      0,
      names.join(' '),
      name,
    );
  }
}

function prepare(field: FieldIR, given: Given, body: BodyIR): Prepared {
  if (field.kind === 'int') return { int: intValue(field, given, body), size: field.size };
  const value = own(given, field.name);
  if (value === undefined && field.reserved && 'fixed' in field.count) {
    return field.kind === 'bytes'
      ? new Uint8Array(field.count.fixed)
      : { ints: new Array<bigint>(field.count.fixed).fill(0n), size: field.elementSize };
  }
  if (value === undefined)
    fail(
      'missing_field',
      `"${field.name}" of ${body.message} ${body.kind} is not given`,
      field.name,
      field.offset,
      'a value',
      'nothing',
    );
  const prepared = field.kind === 'bytes' ? byteValues(field.name, field.offset, value) : intValues(field, value);
  checkCount(field, prepared instanceof Uint8Array ? prepared.length : prepared.ints.length, given);
  return prepared;
}

/** A fixed array must be given whole; a counted one must agree with its count where that is given too. */
function checkCount(field: Exclude<FieldIR, { kind: 'int' }>, n: number, given: Given): void {
  const { count } = field;
  if ('fixed' in count) {
    if (n !== count.fixed)
      fail(
        'bad_value',
        `"${field.name}" has ${count.fixed} elements, ${n} given`,
        field.name,
        field.offset,
        count.fixed,
        n,
      );
    return;
  }
  const counter = own(given, count.field);
  if (counter === undefined) return;
  const stated = Number(counter);
  const needed =
    count.unit === 'bits'
      ? Math.ceil(stated / 8)
      : count.unit === 'bytes' && field.kind === 'ints'
        ? stated / field.elementSize
        : stated;
  if (needed !== n) {
    fail(
      'disagreement',
      `"${count.field}" is ${String(counter)} (${count.unit}), but "${field.name}" has ${n} elements`,
      count.field,
      field.offset,
      n,
      stated,
    );
  }
}

/** A word or its parts; a count that is not given follows from its array, and what is reserved is zero. */
function intValue(field: IntFieldIR, given: Given, body: BodyIR): bigint {
  const value = wordOrParts(field, field.bits, given);
  if (value !== null) return value;
  const derived = derivedCount(field, given, body);
  if (derived !== null) return integer(field, field.name, derived);
  if (field.reserved) return 0n;
  return fail(
    'missing_field',
    `"${field.name}" of ${body.message} ${body.kind} is not given`,
    field.name,
    field.offset,
    'a value',
    'nothing',
  );
}

/** A word, its parts, or both where they agree; null where nothing of it is given. */
function wordOrParts(field: IntFieldIR, groups: readonly BitsIR[], given: Given): bigint | null {
  const word = own(given, field.name);
  const parts = groups.filter((b) => own(given, b.name) !== undefined && b.name !== field.name);
  if (word !== undefined) {
    const value = integer(field, field.name, word);
    for (const bits of parts) agree(field, value, bits, partValue(field, bits, given));
    return value;
  }
  if (parts.length === 0) return null;
  const value = parts.reduce((all, bits) => all | (partValue(field, bits, given) << BigInt(bits.lsb)), 0n);
  const lacking = groups.find((b) => !b.reserved && own(given, b.name) === undefined);
  if (lacking !== undefined)
    fail(
      'missing_field',
      `"${lacking.name}" is not given, nor is "${field.name}"`,
      lacking.name,
      field.offset,
      'a value',
      'nothing',
    );
  return valueOfWord(field.type, value);
}

const highestOf = ({ width }: BitsIR): bigint => (1n << BigInt(width)) - 1n;

/** A group of bits that is given: unsigned, whatever the type of its word. */
function partValue(field: IntFieldIR, bits: BitsIR, given: Given): bigint {
  const part = wholeNumber(field, bits.name, own(given, bits.name));
  const highest = highestOf(bits);
  if (part < 0n || part > highest)
    fail(
      'out_of_range',
      `"${bits.name}" is ${part}, its ${bits.width} bits hold 0 to ${highest}`,
      bits.name,
      field.offset,
      `0..${highest}`,
      String(part),
    );
  return part;
}

function agree(field: IntFieldIR, word: bigint, bits: BitsIR, part: bigint): void {
  const inWord = (word >> BigInt(bits.lsb)) & highestOf(bits);
  if (inWord !== part)
    fail(
      'disagreement',
      `"${bits.name}" is ${part}, but "${field.name}" holds ${inWord} there`,
      bits.name,
      field.offset,
      String(inWord),
      String(part),
    );
}

function derivedCount(field: IntFieldIR, given: Given, body: BodyIR): number | null {
  const counted = body.fields.find((f) => f.kind !== 'int' && 'field' in f.count && f.count.field === field.name);
  if (counted === undefined || counted.kind === 'int' || !('field' in counted.count)) return null;
  const value = own(given, counted.name);
  const n = Array.isArray(value)
    ? value.length
    : typeof value === 'string'
      ? byteValues(counted.name, counted.offset, value).length
      : null;
  if (n === null) return null;
  return counted.count.unit === 'bits'
    ? n * 8
    : counted.count.unit === 'bytes' && counted.kind === 'ints'
      ? n * counted.elementSize
      : n;
}

export type Typed = Pick<IntFieldIR, 'type' | 'offset'>;

export function integer(field: Typed, name: string, value: unknown): bigint {
  const n = wholeNumber(field, name, value);
  const [low, high] = rangeOf(field.type);
  if (n < low || n > high)
    return fail(
      'out_of_range',
      `"${name}" is ${n}, ${field.type} holds ${low} to ${high}`,
      name,
      field.offset,
      `${low}..${high}`,
      String(n),
    );
  return n;
}

export function wholeNumber(field: Typed, name: string, value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' && /^-?(\d+|0x[0-9a-fA-F]+)$/.test(value))
    return value.startsWith('-') ? -BigInt(value.slice(1)) : BigInt(value);
  return fail(
    'bad_value',
    `"${name}" is ${JSON.stringify(value) ?? 'nothing'}, expected a whole number`,
    name,
    field.offset,
    field.type,
    JSON.stringify(value) ?? 'nothing',
  );
}

function intValues(field: Extract<FieldIR, { kind: 'ints' }>, value: unknown): { ints: bigint[]; size: number } {
  if (!Array.isArray(value))
    return fail(
      'bad_value',
      `"${field.name}" is not a list of whole numbers`,
      field.name,
      field.offset,
      `${field.type}[]`,
      JSON.stringify(value) ?? 'nothing',
    );
  return { ints: value.map((v: unknown, i) => integer(field, `${field.name}[${i}]`, v)), size: field.elementSize };
}

export function byteValues(name: string, offset: number, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string')
    return fail(
      'bad_value',
      `"${name}" is not a string of hexadecimal digits`,
      name,
      offset,
      'hexadecimal digits',
      JSON.stringify(value) ?? 'nothing',
    );
  const hex = fromHex(value);
  return 'bytes' in hex
    ? hex.bytes
    : fail('bad_value', `"${name}": ${hex.problem}`, name, offset, 'hexadecimal digits', value);
}
