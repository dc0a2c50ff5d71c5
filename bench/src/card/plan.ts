import { decode, encode, isRefused } from '@virtio-wire/generator';
import { type Place, specifierOf } from './bodies.js';
import { handDecoderSource, handEncoderSource } from './hand-style.js';
import { ourDecoderSource, ourEncoderSource } from './our-style.js';
import { type Given, groupsOf, samplesOf } from './values.js';

/** All that a process needs to measure one body: it knows nothing of schema or IR. */
export interface Plan {
  /** For people: `virtio-msg/rfc3/SET_VQUEUE.request`. */
  readonly title: string;
  /** Module of the body, and of the header. */
  readonly body: string;
  readonly header: string;
  readonly sources: Readonly<Record<'handDecode' | 'handEncode' | 'ourDecode' | 'ourEncode', string>>;
  /** The messages one behind another, as the interpreter writes them. */
  readonly pool: Uint8Array;
  /** Bytes of each. */
  readonly size: number;
  readonly records: readonly Given[];
  /** What the fields of each message come to, and its bigints in order. */
  readonly sums: readonly number[];
  readonly bigints: readonly (readonly bigint[])[];
}

/** What is to be measured of a body, with bytes and sums that neither side of the comparison has a part in. */
export function planOf(place: Place): Plan {
  const { index, body, dialect } = place;
  const { ir } = index;
  const samples = samplesOf(place);
  const messages = samples.map(({ header, fields }) => {
    const written = encode(index, body, header, fields);
    if ('error' in written) throw new Error(`${dialect} ${body.key}: ${written.error.message}`);
    return written.bytes;
  });
  const size = messages[0]!.length;
  const pool = new Uint8Array(size * messages.length);
  for (const [i, message] of messages.entries()) pool.set(message, i * size);
  const expected = messages.map((message) => expectedOf(place, message));
  return {
    title: `${dialect}/${place.name}`,
    body: specifierOf(place),
    header: specifierOf({ ...place, name: 'header' }),
    sources: {
      handDecode: handDecoderSource(ir, body),
      handEncode: handEncoderSource(ir, body),
      ourDecode: ourDecoderSource(ir, body),
      ourEncode: ourEncoderSource(ir, body),
    },
    pool,
    size,
    records: samples.map(({ record }) => record),
    sums: expected.map(({ sum }) => sum),
    bigints: expected.map(({ bigints }) => bigints),
  };
}

/** What a decoder has to come to for these bytes, told by the interpreter. */
function expectedOf({ index, body }: Place, bytes: Uint8Array): { sum: number; bigints: bigint[] } {
  const read = decode(index, bytes, () => [body]);
  if (isRefused(read)) throw new Error(`${body.key}: the interpreter refuses what it wrote: ${read.error.message}`);
  const bigints: bigint[] = [];
  let sum = Object.values(read.header).reduce<number>((all, value) => all + Number(value), 0);
  for (const field of body.fields) {
    const value = read.fields[field.name]!;
    if (value instanceof Uint8Array) sum += (value.at(0) ?? 0) + (value.at(-1) ?? 0);
    else if (typeof value === 'object') for (const element of value) sum += Number(element);
    else if (field.kind === 'int' && groupsOf(field).length > 0)
      for (const { name } of groupsOf(field)) sum += Number(read.fields[name]);
    else if (field.kind === 'int' && field.type === 'u64') bigints.push(BigInt(value));
    else sum += Number(value);
  }
  return { sum: sum | 0, bigints };
}
