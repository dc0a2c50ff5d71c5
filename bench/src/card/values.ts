import type { BitsIR, BodyIR, DialectIR, FieldIR, IntFieldIR } from '@virtio-wire/generator';
import { generator, POOL } from '../corpus.js';
import type { Place } from './bodies.js';

/** Elements of an array whose message may have any number of them, in bytes: as in M3 and M4, or bits for a bitmap. */
const TAIL = { ints: 16, bytes: 64, bitmap: 8 } as const;

export type Value = number | bigint | readonly number[] | Uint8Array;
export type Given = Readonly<Record<string, Value>>;

/** What the encoders take, and what the interpreter is told to write the same bytes. */
export interface Sample {
  readonly record: Given;
  readonly header: Readonly<Record<string, number>>;
  readonly fields: Readonly<Record<string, number | string | readonly number[]>>;
}

export const isArgument = (field: IntFieldIR): boolean =>
  !field.reserved && field.role !== 'type' && field.role !== 'id' && field.role !== 'size';

export const groupsOf = (field: IntFieldIR): readonly BitsIR[] => field.bits.filter((bits) => !bits.reserved);

/** The array a field counts. */
export const countedBy = (body: BodyIR, { name }: IntFieldIR): Exclude<FieldIR, IntFieldIR> | undefined =>
  body.fields.find(
    (f): f is Exclude<FieldIR, IntFieldIR> => f.kind !== 'int' && 'field' in f.count && f.count.field === name,
  );

/** Bytes of one element. */
export const elementSize = (field: Exclude<FieldIR, IntFieldIR>): number =>
  field.kind === 'ints' ? field.elementSize : 1;

/** Whether an encoder is given the field: reserved ones are zero, and counts follow from their array, bits excepted. */
export function isGiven(body: BodyIR, field: FieldIR): boolean {
  if (field.kind !== 'int') return !(field.reserved && 'fixed' in field.count);
  const counted = countedBy(body, field);
  return !field.reserved && (counted === undefined || isBits(counted));
}

export const isBits = ({ count }: Exclude<FieldIR, IntFieldIR>): boolean => 'unit' in count && count.unit === 'bits';

/** What a field of the header is called in a record: its name, unless the body has one of that name. */
export const headerKey = (body: BodyIR, { name }: IntFieldIR): string =>
  body.fields.some((f) => f.name === name || (f.kind === 'int' && f.bits.some((b) => b.name === name)))
    ? `header_${name}`
    : name;

/** Values for every field of a body, the same in every run, a different set for each of the messages measured in turn. */
export function samplesOf({ index, body }: Pick<Place, 'index' | 'body'>): readonly Sample[] {
  const random = generator(0x5eed);
  return Array.from({ length: POOL }, () => sampleOf(index.ir, body, random));
}

function sampleOf(ir: DialectIR, body: BodyIR, random: (below: number) => number): Sample {
  const record: Record<string, Value> = {};
  const header: Record<string, number> = {};
  const fields: Record<string, number | string | readonly number[]> = {};
  for (const field of ir.header.filter(isArgument))
    record[headerKey(body, field)] = header[field.name] = random(2 ** Math.min(31, 8 * field.size));
  for (const field of body.fields) {
    if (!isGiven(body, field)) continue;
    if (field.kind !== 'int') {
      const n = lengthOf(body, field);
      const below = field.kind === 'bytes' ? 256 : 2 ** Math.min(31, 8 * field.elementSize);
      const values = Array.from({ length: n }, () => random(below));
      record[field.name] = field.kind === 'bytes' ? Uint8Array.from(values) : values;
      fields[field.name] = field.kind === 'bytes' ? Buffer.from(values).toString('hex') : values;
      continue;
    }
    const counted = countedBy(body, field);
    if (counted !== undefined) record[field.name] = fields[field.name] = 8 * lengthOf(body, counted);
    else if (groupsOf(field).length > 0)
      for (const { name, width } of groupsOf(field)) record[name] = fields[name] = random(2 ** Math.min(31, width));
    else if (field.type === 'u64') {
      const value = (BigInt(random(256)) << 32n) | (BigInt(random(0xfffff)) << 12n);
      record[field.name] = value;
      fields[field.name] = value.toString();
    } else record[field.name] = fields[field.name] = random(2 ** Math.min(31, 8 * field.size));
  }
  return { record, header, fields };
}

/** Elements in the messages that are measured. */
function lengthOf(body: BodyIR, field: Exclude<FieldIR, IntFieldIR>): number {
  if ('fixed' in field.count) return field.count.fixed;
  const wanted = isBits(field) ? TAIL.bitmap : TAIL[field.kind];
  const room = body.maxSize === null ? wanted : body.maxSize - body.minSize;
  return Math.floor(Math.min(wanted, room) / elementSize(field));
}
