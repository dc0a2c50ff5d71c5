import { fileURLToPath } from 'node:url';
import { type DialectIndex, decode, type Encoded, encode, IrStore } from '@virtio-wire/generator';
import { FIELDS, type Kind } from './messages.js';
import * as objects from './ours-objects.js';
import { eachKind, type Peer } from './peer.js';

/** Decoded by the interpreter, or by the object form: header and fields apart. */
interface Parts {
  readonly header: object;
  readonly fields: object & { readonly next_offset_wrap?: number };
}

const READ = {
  EVENT_AVAIL: objects.readEventAvail,
  EVENT_USED: objects.readEventUsed,
  SET_VQUEUE: objects.readSetVqueue,
  GET_DEVICE_FEATURES: objects.readFeatures,
  SET_CONFIG: objects.readConfig,
  GET_DEVICE_INFO: objects.readInfo,
} as const;

const HEADER = new Set(['type', 'msg_id', 'dev_num', 'token', 'msg_size']);
/** The word of EVENT_AVAIL has a name of its own in the schema. */
const named = (name: string): string => (name === 'next' ? 'next_offset_wrap' : name);

/** The reference interpreter, straight from the IR: the oracle of the codecs, slow on purpose. */
export function load(): Peer {
  const index = new IrStore(fileURLToPath(new URL('../../generated/ir', import.meta.url))).dialect('rfc3')
    ?.index as DialectIndex;
  const bodyOf = (kind: Kind, wanted: string) => {
    const body = index.ir.bodies.find((b) => b.message === kind && b.kind === wanted);
    if (body === undefined) throw new Error(`rfc3 has no ${kind} ${wanted}`);
    return body;
  };
  return {
    name: 'interpreter',
    codecs: eachKind((kind) => {
      const body = bodyOf(kind, kind.startsWith('GET') ? 'response' : kind.startsWith('SET') ? 'request' : 'event');
      const given = (record: object, inHeader: boolean): Readonly<Record<string, unknown>> =>
        Object.fromEntries(
          FIELDS[kind]
            .filter(([name]) => HEADER.has(name) === inHeader)
            .map(([name]) => [named(name), (record as Readonly<Record<string, unknown>>)[name]]),
        );
      return {
        layout: 'wire',
        prepare: (record) => ({ header: given(record, true), fields: given(record, false) }),
        encode: ({ header, fields }: { header: Record<string, unknown>; fields: Record<string, unknown> }) =>
          (encode(index, body, header, fields) as Encoded).bytes,
        decode: (bytes: Uint8Array) => decode(index, bytes),
        read: READ[kind] as (decoded: never) => number,
        plain: ({ header, fields }: Parts) => ({ ...header, ...fields, next: fields.next_offset_wrap }),
      };
    }),
  };
}
