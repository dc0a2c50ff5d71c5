import { compiled } from '../compiled.js';
import { FIELDS, type FieldTable, type Kind, streamItems } from '../messages.js';
import { asBuffer, eachKind, owned, type Peer } from '../peer.js';

/** What we use of it; its own types describe a struct by the chain of calls that makes it, ours is made in a loop. */
interface Builder {
  UInt8(name: string): Builder;
  UInt16LE(name: string): Builder;
  UInt32LE(name: string): Builder;
  BigUInt64LE(name: string): Builder;
  UInt32Array(name: string, count: number): Builder;
  Buffer(name: string, length: number): Builder;
  compile(): Message;
}
interface Message {
  new (bytes: Buffer): object;
  raw(message: object): Buffer;
}

/** Getters and setters over a Buffer; arrays have the size of those in our messages. Encodes into an object made before. */
export async function load(): Promise<Peer> {
  const { Struct } = await import('typed-struct');
  const compile = (kind: Kind): Message => {
    let struct = new Struct(kind) as unknown as Builder;
    for (const [name, type] of FIELDS[kind] as FieldTable) {
      if (type === 'u8') struct = struct.UInt8(name);
      else if (type === 'u16') struct = struct.UInt16LE(name);
      else if (type === 'u32') struct = struct.UInt32LE(name);
      else if (type === 'u64') struct = struct.BigUInt64LE(name);
      else if (type === 'u32[]') struct = struct.UInt32Array(name, 4);
      else struct = struct.Buffer(name, 64);
    }
    return struct.compile();
  };
  return {
    name: 'typed-struct',
    codecs: eachKind((kind) => {
      const Struct = compile(kind);
      const size = streamItems.find((item) => item.kind === kind)!.bytes.length;
      const out = new Struct(Buffer.alloc(size));
      const stores = (FIELDS[kind] as FieldTable).map(([name, type]) => {
        if (type === 'u8[]') return `out.${name}.set(r.${name});`;
        if (type === 'u32[]') return `for (let i = 0, a = out.${name}; i < 4; i++) a[i] = r.${name}[i];`;
        return `out.${name} = r.${name};`;
      });
      const encode = compiled<(record: object) => number>({ out }, `(r) => { ${stores.join(' ')} return r.msg_size; }`);
      return {
        layout: 'wire',
        open: asBuffer,
        decode: (bytes: Buffer) => new Struct(bytes),
        encode,
        bytes(record: object) {
          encode(record);
          return owned(Struct.raw(out));
        },
      };
    }),
  };
}
