import { decode, isRefused } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { encode } from '../interpret/encode.js';
import { valueOfWord } from '../interpret/int.js';
import { toHex, type Value } from '../interpret/values.js';
import { hexId } from '../ir/spell-id.js';
import type { BodyIR, FieldIR, IntFieldIR } from '../ir/types.js';
import type { Leaf, Reading } from './item.js';
import { bitsOf, constantOf, intLeaf } from './leaf.js';
import { type Slot, slotOfField } from './slot.js';
import type { Fact, Subject, Unit } from './subject.js';
import { intOf, lengthOf, type Trial } from './trial.js';

/** A dialect of messages as a side of a comparison. Its units are the bodies. */
export class DialectSubject implements Subject {
  readonly name: string;
  readonly header: readonly Slot[];
  readonly units: readonly Unit[];

  constructor(readonly index: DialectIndex) {
    const { ir } = index;
    this.name = `${ir.protocol}/${ir.dialect}`;
    this.header = ir.header.map((field) => slotOfField(field, 0, 'header.'));
    const was = new Map((ir.renamed ?? []).map((r) => [r.name, r.was]));
    this.units = ir.bodies.map((body) => unitOf(body, ir.framing.headerSize, was));
  }

  get enums() {
    return this.index.ir.enums;
  }

  write(unit: Unit, trial: Trial): Uint8Array | null {
    const body = this.index.byKey(unit.key);
    if (body === undefined) return null;
    const fields: Record<string, unknown> = {};
    for (const [place, field] of body.fields.entries()) {
      const value = trial.forced.get(field.name) ?? this.#value(field, body, place, trial);
      if (value !== undefined) fields[field.name] = value;
    }
    const encoded = encode(this.index, body, this.#headerFor(trial), fields);
    return 'error' in encoded ? null : encoded.bytes;
  }

  standIn(): null {
    return null;
  }

  read(bytes: Uint8Array, expected: Unit | null): Reading {
    const decoded = decode(this.index, bytes, (announced) => among(announced, expected));
    if (isRefused(decoded)) return { error: decoded.error };
    const { body, header, fields, size } = decoded;
    const leaves = [
      ...this.index.ir.header.flatMap((f) => this.#leaves(f, header, 'header.')),
      ...body.fields.flatMap((f) => this.#leaves(f, fields, '')),
    ];
    const unit = this.units.find((u) => u.key === body.key);
    return { unit: body.key, identity: unit?.identity ?? body.key, leaves, end: size };
  }

  /** A device number and a token; everything else in a header follows from the body. */
  #headerFor(trial: Trial): Record<string, unknown> {
    const header: Record<string, unknown> = {};
    for (const [place, field] of this.index.ir.header.entries()) {
      const forced = trial.forced.get(`header.${field.name}`);
      if (forced !== undefined) header[field.name] = forced;
      else if (!field.reserved && field.role !== 'type' && field.role !== 'id' && field.role !== 'size')
        header[field.name] = intOf(trial, 5 * place, 8 * field.size);
    }
    return header;
  }

  #value(field: FieldIR, body: BodyIR, place: number, trial: Trial): unknown {
    if (field.reserved) return undefined;
    if (field.kind === 'int') return counts(body, field) ? undefined : this.#integer(field, place, trial);
    const n = 'fixed' in field.count ? field.count.fixed : lengthOf(trial);
    const size = field.kind === 'ints' ? field.elementSize : 1;
    const values = Array.from({ length: n }, (_, i) => intOf(trial, place + i, 8 * size));
    return field.kind === 'ints' ? values : toHex(Uint8Array.from(values, Number));
  }

  /** An assigned value where values are enumerated, in turn; nothing in reserved bits. */
  #integer(field: IntFieldIR, place: number, trial: Trial): bigint {
    const values = this.enums.find((e) => e.name === field.enum)?.values ?? [];
    const one = values[(trial.number + place) % Math.max(1, values.length)];
    if (one !== undefined) return BigInt(one.value);
    const value = intOf(trial, place, 8 * field.size);
    const word = field.bits
      .filter((bits) => bits.reserved)
      .reduce((left, { lsb, width }) => left & ~(((1n << BigInt(width)) - 1n) << BigInt(lsb)), value);
    return valueOfWord(field.type, word);
  }

  #leaves(field: FieldIR, values: Readonly<Record<string, Value>>, prefix: string): Leaf[] {
    const value = values[field.name];
    const name = prefix + field.name;
    if (value === undefined) return [];
    if (field.kind === 'int') {
      const word = BigInt(value as number | bigint);
      const leaf = intLeaf(name, name, word, field, constantOf(this.enums, field.enum, word));
      return [leaf, ...bitsOf(leaf, field, word)];
    }
    if (field.kind === 'bytes') {
      const bytes = value as Uint8Array;
      const bits = [8 * field.offset, 8 * (field.offset + bytes.length)] as const;
      const zero = bytes.every((byte) => byte === 0);
      const plain = { offset: field.offset, size: bytes.length, bits, group: false, reserved: field.reserved };
      return bytes.length === 0
        ? []
        : [{ path: name, slot: name, value: toHex(bytes), zero, constant: null, ...plain }];
    }
    return (value as readonly (number | bigint)[]).map((v, i) => {
      const at = { offset: field.offset + i * field.elementSize, size: field.elementSize, reserved: field.reserved };
      return intLeaf(`${name}[${i}]`, name, BigInt(v), at, null);
    });
  }
}

/** Whether a field only says how long an array is, which follows from the array. */
const counts = (body: BodyIR, field: IntFieldIR): boolean =>
  body.fields.some((f) => f.kind !== 'int' && 'field' in f.count && f.count.field === field.name);

/**
 * Which of the announced bodies is meant, where type and id do not tell: whoever sent a request waits for its response,
 * and a request comes to whoever has not asked.
 */
function among(announced: readonly BodyIR[], expected: Unit | null): readonly BodyIR[] {
  if (announced.length < 2 || expected === null) return announced;
  const named = announced.filter((body) => body.key === expected.key);
  if (named.length > 0) return named;
  const answers = expected.key.endsWith('.response');
  return announced.filter((body) => (body.kind === 'response') === answers);
}

function unitOf(body: BodyIR, start: number, was: ReadonlyMap<string, string>): Unit {
  const facts: Fact[] = [
    { name: 'id', value: hexId(body.id), axis: 'wire' },
    { name: 'from', value: body.from, axis: 'meaning' },
    { name: 'any_device', value: body.anyDevice ? 'yes' : 'no', axis: 'meaning' },
  ];
  const message = `${body.class}.${body.message}`;
  return {
    key: body.key,
    identity: `${was.get(message) ?? message}.${body.kind}`,
    slots: body.fields.map((field) => slotOfField(field, start)),
    start,
    rules: body.constraints,
    facts,
  };
}
