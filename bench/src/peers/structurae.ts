import { FIELDS, type FieldTable, type FieldType, type Kind, streamItems } from '../messages.js';
import { eachKind, owned, type Peer } from '../peer.js';
import { plainRecord } from './plain-record.js';

const BINARY: Partial<Record<FieldType, string>> = { u8: 'uint8', u16: 'uint16', u32: 'uint32', u64: 'biguint64' };

/** Its arrays have a fixed number of elements: those of our messages, 4 words and 64 bytes. */
const property = (type: FieldType): object => {
  if (type === 'u32[]') return { type: 'array', maxItems: 4, items: { type: 'integer', btype: 'uint32' } };
  if (type === 'u8[]') return { type: 'array', maxItems: 64, items: { type: 'integer', btype: 'uint8' } };
  return { type: 'integer', btype: BINARY[type] };
};

const schema = (kind: Kind) => ({
  $id: kind,
  type: 'object',
  properties: Object.fromEntries((FIELDS[kind] as FieldTable).map(([name, type]) => [name, property(type)])),
});

/** decode and encode to and from plain objects; a view per message is made before timing. */
export async function load(): Promise<Peer> {
  const { View } = await import('structurae');
  const views = new View();
  return {
    name: 'structurae',
    codecs: eachKind((kind) => {
      const Message = views.create<object>(schema(kind) as never);
      const size = streamItems.find((item) => item.kind === kind)!.bytes.length;
      const out = new DataView(new ArrayBuffer(size));
      const encode = (record: object): number => Message.encode(record, out, 0, size);
      return {
        layout: 'wire',
        prepare: plainRecord(kind, { data: (bytes) => Array.from(bytes) }),
        open: (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        decode: (view: DataView) => Message.decode(view, 0),
        encode,
        bytes(record: object) {
          encode(record);
          return owned(new Uint8Array(out.buffer));
        },
      };
    }),
  };
}
