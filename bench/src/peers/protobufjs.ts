import { readFileSync } from 'node:fs';
import { eachKind, type Peer } from '../peer.js';
import { plainRecord } from './plain-record.js';

export const proto = (): string => readFileSync(new URL('../../schema/messages.proto', import.meta.url), 'utf8');

/** It compiles encoder and decoder of each message at run time; a u64 is a Long, made before encoding is timed. */
export async function load(): Promise<Peer> {
  const { default: protobuf } = await import('protobufjs');
  const { root } = protobuf.parse(proto(), { keepCase: true });
  const Long = protobuf.util.Long as unknown as { fromBits(low: number, high: number, unsigned: true): unknown };
  const long = (value: bigint): unknown => Long.fromBits(Number(value & 0xffffffffn), Number(value >> 32n), true);
  return {
    name: 'protobufjs',
    codecs: eachKind((kind) => {
      const type = root.lookupType(`virtio.${kind}`);
      const record = plainRecord(kind, { u64: long });
      return {
        layout: 'own',
        prepare: (r) => type.create(record(r) as object),
        decode: (bytes: Uint8Array) => type.decode(bytes),
        encode: (message: object) => type.encode(message).finish(),
      };
    }),
  };
}
