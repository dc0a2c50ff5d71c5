import { asBuffer, eachKind, owned, type Peer } from '../peer.js';
import { literals, type Spelling } from './literals.js';

const out = Buffer.alloc(512);

/** Node's Buffer methods, by hand: an object literal per message, payloads as views. */
const spelling: Spelling = {
  input: 'b',
  before: '',
  scope: { b: out },
  read: {
    u8: (at) => `b[${at}]`,
    u16: (at) => `b.readUInt16LE(${at})`,
    u32: (at) => `b.readUInt32LE(${at})`,
    u64: (at) => `b.readBigUInt64LE(${at})`,
    'u32[]': (at) => `(() => {
      const words = new Array(b.readUInt32LE(${at - 4}));
      for (let i = 0, q = ${at}; i < words.length; i++, q += 4) words[i] = b.readUInt32LE(q);
      return words;
    })()`,
    'u8[]': (at) => `b.subarray(${at}, ${at} + b.readUInt32LE(${at - 4}))`,
  },
  write: {
    u8: (at, value) => `b[${at}] = ${value}`,
    u16: (at, value) => `b.writeUInt16LE(${value}, ${at})`,
    u32: (at, value) => `b.writeUInt32LE(${value}, ${at})`,
    u64: (at, value) => `b.writeBigUInt64LE(${value}, ${at})`,
    'u32[]': (at, value) =>
      `for (let i = 0, q = ${at}; i < ${value}.length; i++, q += 4) b.writeUInt32LE(${value}[i], q)`,
    'u8[]': (at, value) => `b.set(${value}, ${at})`,
  },
};

export function load(): Peer {
  return {
    name: 'Node Buffer methods',
    codecs: eachKind((kind) => {
      const { decode, encode } = literals(kind, spelling);
      return { layout: 'wire', open: asBuffer, decode, encode, bytes: (r) => owned(out.subarray(0, encode(r))) };
    }),
  };
}
