import { FIELDS, type FieldTable, type Kind } from '../messages.js';
import { eachKind, owned, type Peer } from '../peer.js';

interface Stream {
  pos: number;
  readUInt32LE(): number;
  writeUInt32LE(value: number): void;
}
interface Struct {
  fromBuffer(bytes: Uint8Array): object;
  encode(stream: Stream, value: object): void;
}
/** What we use of it: it has no types of its own. */
interface Restructure {
  readonly uint8: object;
  readonly uint16le: object;
  readonly uint32le: object;
  readonly Struct: new (fields: object) => Struct;
  readonly Array: new (type: object, length: string) => object;
  readonly Buffer: new (length: string) => object;
  readonly EncodeStream: new (bytes: Uint8Array) => Stream;
}

/** It knows no 64-bit integers: two words, as its documentation tells to write a type of one's own. */
const u64 = {
  decode(s: Stream): bigint {
    const lo = s.readUInt32LE();
    return (BigInt(s.readUInt32LE()) << 32n) | BigInt(lo);
  },
  encode(s: Stream, value: bigint): void {
    s.writeUInt32LE(Number(value & 0xffffffffn));
    s.writeUInt32LE(Number(value >> 32n));
  },
  size: () => 8,
};

export async function load(): Promise<Peer> {
  const name = 'restructure';
  const r = (await import(name)) as Restructure;
  const plain = { u8: r.uint8, u16: r.uint16le, u32: r.uint32le, u64 };
  const struct = (kind: Kind): Struct => {
    const fields = FIELDS[kind] as FieldTable;
    return new r.Struct(
      Object.fromEntries(
        fields.map(([field, type], i) => {
          const count = fields[i - 1]?.[0] ?? '';
          if (type === 'u32[]') return [field, new r.Array(r.uint32le, count)];
          return [field, type === 'u8[]' ? new r.Buffer(count) : plain[type]];
        }),
      ),
    );
  };
  const out = new Uint8Array(512);
  return {
    name,
    codecs: eachKind((kind) => {
      const message = struct(kind);
      const encode = (record: object): number => {
        const stream = new r.EncodeStream(out);
        message.encode(stream, record);
        return stream.pos;
      };
      return {
        layout: 'wire',
        decode: (bytes: Uint8Array) => message.fromBuffer(bytes),
        encode,
        bytes: (record: object) => owned(out.subarray(0, encode(record))),
      };
    }),
  };
}
