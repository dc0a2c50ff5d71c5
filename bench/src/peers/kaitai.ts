import { createRequire } from 'node:module';
import { FIELDS, type FieldTable, type FieldType, type Kind } from '../messages.js';
import { eachKind, type Peer } from '../peer.js';
import { plainCamel, readCamel } from './camel.js';

const WIDTH: Partial<Record<FieldType, number>> = { u8: 1, u16: 2, u32: 4, u64: 8 };

/** A .ksy as an object; arrays are counted by the field before them. */
function ksy(kind: Kind): object {
  const fields = FIELDS[kind] as FieldTable;
  return {
    meta: { id: kind.toLowerCase(), endian: 'le' },
    seq: fields.map(([id, type], i) => {
      const count = fields[i - 1]?.[0];
      if (type === 'u32[]') return { id, type: 'u4', repeat: 'expr', 'repeat-expr': count };
      if (type === 'u8[]') return { id, size: count };
      return { id, type: `u${WIDTH[type]}` };
    }),
  };
}

type Parser = new (stream: object) => Record<string, unknown>;
type Stream = new (buffer: ArrayBufferLike, offset: number) => object;
type Compiler = {
  compile(language: string, ksy: object, importer: null, debug: false): Promise<Record<string, string>>;
};

/** Kaitai's JavaScript reader, compiled when the benchmark starts. It only decodes, and reads a u64 as number. */
export async function load(): Promise<Peer> {
  const require = createRequire(import.meta.url);
  const compiler = require('kaitai-struct-compiler') as Compiler;
  const { KaitaiStream } = require('kaitai-struct') as { KaitaiStream: Stream };
  const parsers = new Map<Kind, Parser>();
  for (const kind of Object.keys(FIELDS) as Kind[]) {
    const [source] = Object.values(await compiler.compile('javascript', ksy(kind), null, false));
    const exports: Record<string, Parser> = {};
    new Function('exports', 'require', source!)(exports, () => ({ KaitaiStream, ...KaitaiStream }));
    parsers.set(kind, Object.values(exports)[0]!);
  }
  return {
    name: 'kaitai-struct',
    codecs: eachKind((kind) => {
      const Message = parsers.get(kind)!;
      return {
        layout: 'wire',
        encode: null,
        open: (bytes: Uint8Array) => new Uint8Array(bytes),
        decode: (bytes: Uint8Array) => new Message(new KaitaiStream(bytes.buffer, bytes.byteOffset)),
        read: readCamel[kind],
        plain: plainCamel(kind),
      };
    }),
  };
}
