import { createRequire } from 'node:module';
import { FIELDS, type FieldTable, type Kind } from '../messages.js';
import { asBuffer, eachKind, type Peer } from '../peer.js';

interface Builder {
  endianness(order: 'little'): Builder;
  uint8(name: string): Builder;
  uint16(name: string): Builder;
  uint32(name: string): Builder;
  uint64(name: string): Builder;
  array(name: string, options: { type: string; length: string }): Builder;
  buffer(name: string, options: { length: string }): Builder;
  compile(): void;
  parse(bytes: Buffer): object;
}

/** Decodes only. Its types cannot be found by modern resolution, so it is loaded as CommonJS. */
export function load(): Peer {
  const { Parser } = createRequire(import.meta.url)('binary-parser') as { Parser: { start(): Builder } };
  const parser = (kind: Kind) => {
    const fields = FIELDS[kind] as FieldTable;
    let parser = Parser.start().endianness('little');
    for (const [i, [name, type]] of fields.entries()) {
      const length = fields[i - 1]?.[0] ?? '';
      if (type === 'u8') parser = parser.uint8(name);
      else if (type === 'u16') parser = parser.uint16(name);
      else if (type === 'u32') parser = parser.uint32(name);
      else if (type === 'u64') parser = parser.uint64(name);
      else if (type === 'u32[]') parser = parser.array(name, { type: 'uint32le', length });
      else parser = parser.buffer(name, { length });
    }
    parser.compile();
    return parser;
  };
  return {
    name: 'binary-parser',
    codecs: eachKind((kind) => {
      const message = parser(kind);
      return { layout: 'wire', encode: null, open: asBuffer, decode: (bytes: Buffer) => message.parse(bytes) };
    }),
  };
}
