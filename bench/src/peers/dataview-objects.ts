import { eachKind, owned, type Peer } from '../peer.js';
import { literals, type Spelling } from './literals.js';

const out = new Uint8Array(512);

/** The usual style by hand: a new DataView and an object literal per message, payloads as views. */
const spelling: Spelling = {
  input: 'b',
  before: 'const v = new DataView(b.buffer, b.byteOffset, b.byteLength);',
  scope: { u: out, v: new DataView(out.buffer) },
  read: {
    u8: (at) => `v.getUint8(${at})`,
    u16: (at) => `v.getUint16(${at}, true)`,
    u32: (at) => `v.getUint32(${at}, true)`,
    u64: (at) => `v.getBigUint64(${at}, true)`,
    'u32[]': (at) => `(() => {
      const words = new Array(v.getUint32(${at - 4}, true));
      for (let i = 0, q = ${at}; i < words.length; i++, q += 4) words[i] = v.getUint32(q, true);
      return words;
    })()`,
    'u8[]': (at) => `new Uint8Array(b.buffer, b.byteOffset + ${at}, v.getUint32(${at - 4}, true))`,
  },
  write: {
    u8: (at, value) => `v.setUint8(${at}, ${value})`,
    u16: (at, value) => `v.setUint16(${at}, ${value}, true)`,
    u32: (at, value) => `v.setUint32(${at}, ${value}, true)`,
    u64: (at, value) => `v.setBigUint64(${at}, ${value}, true)`,
    'u32[]': (at, value) =>
      `for (let i = 0, q = ${at}; i < ${value}.length; i++, q += 4) v.setUint32(q, ${value}[i], true)`,
    'u8[]': (at, value) => `u.set(${value}, ${at})`,
  },
};

export function load(): Peer {
  return {
    name: 'DataView and object literal',
    codecs: eachKind((kind) => {
      const { decode, encode } = literals(kind, spelling);
      return { layout: 'wire', decode, encode, bytes: (r) => owned(out.subarray(0, encode(r))) };
    }),
  };
}
