import { FIELDS, type FieldTable, type FieldType, type Kind } from '../messages.js';
import { asBuffer, eachKind, owned, type Peer } from '../peer.js';
import { plainRecord } from './plain-record.js';

/** Avro knows int, long and double: a u32 is a double where it may exceed an int, a u64 a long read as bigint. */
const TYPES: Readonly<Record<FieldType, unknown>> = {
  u8: 'int',
  u16: 'int',
  u32: 'double',
  u64: 'long',
  'u32[]': { type: 'array', items: 'double' },
  'u8[]': 'bytes',
};

const SMALL = new Set(['vq_index', 'index', 'size', 'block_index', 'num_blocks', 'generation', 'offset', 'length']);

const schema = (kind: Kind) => ({
  type: 'record',
  name: kind,
  fields: (FIELDS[kind] as FieldTable).map(([name, type]) => ({ name, type: SMALL.has(name) ? 'int' : TYPES[type] })),
});

export async function load(): Promise<Peer> {
  const { default: avro } = await import('avsc');
  const long = avro.types.LongType.__with({
    fromBuffer: (b: Buffer) => b.readBigInt64LE(),
    toBuffer(n: bigint) {
      const b = Buffer.alloc(8);
      b.writeBigInt64LE(n);
      return b;
    },
    fromJSON: BigInt,
    toJSON: Number,
    isValid: (n: unknown) => typeof n === 'bigint',
    compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
  });
  const out = Buffer.alloc(512);
  return {
    name: 'avsc',
    codecs: eachKind((kind) => {
      const type = avro.Type.forSchema(schema(kind) as never, { registry: { long } });
      const encode = (record: object): number => type.encode(record, out, 0);
      return {
        layout: 'own',
        prepare: plainRecord(kind, { data: asBuffer }),
        open: asBuffer,
        decode: (bytes: Buffer) => type.fromBuffer(bytes),
        encode,
        bytes: (record: object) => owned(out.subarray(0, encode(record))),
      };
    }),
  };
}
