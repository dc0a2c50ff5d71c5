import { eachKind, type Peer } from '../peer.js';
import { camel, plainCamel, readCamel } from './camel.js';
import { plainRecord } from './plain-record.js';
import { proto } from './protobufjs.js';

/** Its generated code is the descriptor and nothing else, so the descriptor is made here: by protobufjs, from the same .proto. */
export async function load(): Promise<Peer> {
  const { default: protobuf } = await import('protobufjs');
  const { create, createFileRegistry, fromBinary, toBinary } = await import('@bufbuild/protobuf');
  const { FileDescriptorSetSchema } = await import('@bufbuild/protobuf/wkt');
  const { default: descriptor } = await import('protobufjs/ext/descriptor.js');
  const { root } = protobuf.parse(proto(), { keepCase: true });
  root.resolveAll();
  const set = root.toDescriptor('proto3');
  const bytes = descriptor.FileDescriptorSet.encode(set).finish();
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  return {
    name: 'protobuf-es',
    codecs: eachKind((kind) => {
      const schema = registry.getMessage(`virtio.${kind}`);
      if (schema === undefined) throw new Error(`${kind} is not in the descriptor`);
      const record = plainRecord(kind, { name: camel });
      return {
        layout: 'own',
        prepare: (r) => create(schema, record(r) as never),
        decode: (b: Uint8Array) => fromBinary(schema, b),
        encode: (message: never) => toBinary(schema, message),
        read: readCamel[kind],
        plain: plainCamel(kind),
      };
    }),
  };
}
