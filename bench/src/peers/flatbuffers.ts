import { sink } from '../hand.js';
import type { Records } from '../messages.js';
import { owned, type Peer, type PeerCodec } from '../peer.js';
import { DeviceFeatures } from './generated/flatbuffers/device-features.js';
import { DeviceInfo } from './generated/flatbuffers/device-info.js';
import { EventAvail } from './generated/flatbuffers/event-avail.js';
import { EventUsed } from './generated/flatbuffers/event-used.js';
import { Header } from './generated/flatbuffers/header.js';
import { SetConfig } from './generated/flatbuffers/set-config.js';
import { SetVqueue } from './generated/flatbuffers/set-vqueue.js';

type AnyHeader = Pick<Header, 'type' | 'msgId' | 'devNum' | 'token' | 'msgSize'>;

const headerSum = (o: AnyHeader): number => o.type() + o.msgId() + o.devNum() + o.token() + o.msgSize();
const plainHeader = (o: AnyHeader) => ({
  type: o.type(),
  msg_id: o.msgId(),
  dev_num: o.devNum(),
  token: o.token(),
  msg_size: o.msgSize(),
});

/**
 * The code its compiler generates: structs, which have the bytes of the wire, where the size is fixed, tables where it is not.
 * Its accessors are made once and moved; a ByteBuffer per message is made before timing, the builder is kept.
 */
export async function load(): Promise<Peer> {
  const { Builder, ByteBuffer } = await import('flatbuffers');
  type Bytes = InstanceType<typeof ByteBuffer>;
  const builder = new Builder(1024);
  const header = new Header();
  const [avail, used, vqueue, info] = [new EventAvail(), new EventUsed(), new SetVqueue(), new DeviceInfo()];
  const [words, config] = [new DeviceFeatures(), new SetConfig()];
  const writeHeader = (r: Records['GET_DEVICE_FEATURES'] | Records['SET_CONFIG']): number =>
    Header.createHeader(builder, r.type, r.msg_id, r.dev_num, r.token, r.msg_size);
  const open = (bytes: Uint8Array): Bytes => new ByteBuffer(bytes);
  /** A struct stands at the end of the builder's buffer, as long as its type is. */
  const structBytes = (size: number) => {
    const all = builder.dataBuffer().bytes();
    return owned(all.subarray(all.length - size));
  };
  const struct = <R extends { readonly msg_size: number }>(encode: (record: R) => number) => ({
    layout: 'wire' as const,
    open,
    encode,
    bytes(record: R) {
      encode(record);
      return structBytes(record.msg_size);
    },
  });
  const table = <R>(encode: (record: R) => void) => ({
    layout: 'own' as const,
    open,
    encode,
    bytes(record: R) {
      encode(record);
      return owned(builder.asUint8Array());
    },
  });
  const eventAvail: PeerCodec<'EVENT_AVAIL'> = {
    ...struct((r: Records['EVENT_AVAIL']) => {
      builder.clear();
      const { type, msg_id, dev_num, token, msg_size } = r;
      return EventAvail.createEventAvail(builder, type, msg_id, dev_num, token, msg_size, r.vq_index, r.next);
    }),
    decode: (b: Bytes) => avail.__init(0, b),
    read(o: EventAvail) {
      const next = o.next();
      return (headerSum(o) + o.vqIndex() + (next & 0x7fffffff) + (next >>> 31)) | 0;
    },
    plain: (o: EventAvail) => ({ ...plainHeader(o), vq_index: o.vqIndex(), next: o.next() }),
  };
  const eventUsed: PeerCodec<'EVENT_USED'> = {
    ...struct((r: Records['EVENT_USED']) => {
      builder.clear();
      return EventUsed.createEventUsed(builder, r.type, r.msg_id, r.dev_num, r.token, r.msg_size, r.vq_index);
    }),
    decode: (b: Bytes) => used.__init(0, b),
    read: (o: EventUsed) => (headerSum(o) + o.vqIndex()) | 0,
    plain: (o: EventUsed) => ({ ...plainHeader(o), vq_index: o.vqIndex() }),
  };
  const setVqueue: PeerCodec<'SET_VQUEUE'> = {
    ...struct((r: Records['SET_VQUEUE']) => {
      builder.clear();
      return SetVqueue.createSetVqueue(
        builder,
        r.type,
        r.msg_id,
        r.dev_num,
        r.token,
        r.msg_size,
        r.index,
        r.reserved0,
        r.size,
        r.reserved1,
        r.descriptor_addr,
        r.driver_addr,
        r.device_addr,
      );
    }),
    decode: (b: Bytes) => vqueue.__init(0, b),
    read(o: SetVqueue) {
      sink.a = o.descriptorAddr();
      sink.b = o.driverAddr();
      sink.c = o.deviceAddr();
      return (headerSum(o) + o.index() + o.reserved0() + o.size() + o.reserved1()) | 0;
    },
    plain: (o: SetVqueue) => ({
      ...plainHeader(o),
      index: o.index(),
      reserved0: o.reserved0(),
      size: o.size(),
      reserved1: o.reserved1(),
      descriptor_addr: o.descriptorAddr(),
      driver_addr: o.driverAddr(),
      device_addr: o.deviceAddr(),
    }),
  };
  const features: PeerCodec<'GET_DEVICE_FEATURES'> = {
    ...table((r: Records['GET_DEVICE_FEATURES']) => {
      builder.clear();
      const vector = DeviceFeatures.createFeaturesVector(builder, r.features as number[]);
      DeviceFeatures.startDeviceFeatures(builder);
      DeviceFeatures.addFeatures(builder, vector);
      DeviceFeatures.addCount(builder, r.num_blocks);
      DeviceFeatures.addBlockIndex(builder, r.block_index);
      DeviceFeatures.addHeader(builder, writeHeader(r));
      builder.finish(DeviceFeatures.endDeviceFeatures(builder));
    }),
    decode: (b: Bytes) => DeviceFeatures.getRootAsDeviceFeatures(b, words),
    read(o: DeviceFeatures) {
      const n = o.featuresLength();
      let sum = headerSum(o.header(header)!) + o.blockIndex() + o.count();
      for (let i = 0; i < n; i++) sum = (sum + o.features(i)!) | 0;
      return sum | 0;
    },
    plain: (o: DeviceFeatures) => ({
      ...plainHeader(o.header()!),
      block_index: o.blockIndex(),
      num_blocks: o.count(),
      features: Array.from({ length: o.featuresLength() }, (_, i) => o.features(i)),
    }),
  };
  const setConfig: PeerCodec<'SET_CONFIG'> = {
    ...table((r: Records['SET_CONFIG']) => {
      builder.clear();
      const vector = builder.createByteVector(r.data);
      SetConfig.startSetConfig(builder);
      SetConfig.addData(builder, vector);
      SetConfig.addLength(builder, r.length);
      SetConfig.addOffset(builder, r.offset);
      SetConfig.addGeneration(builder, r.generation);
      SetConfig.addHeader(builder, writeHeader(r));
      builder.finish(SetConfig.endSetConfig(builder));
    }),
    decode: (b: Bytes) => SetConfig.getRootAsSetConfig(b, config),
    read(o: SetConfig) {
      const bytes = o.dataArray()!;
      const rest = o.generation() + o.offset() + o.length() + bytes[0]! + bytes[bytes.length - 1]!;
      return (headerSum(o.header(header)!) + rest) | 0;
    },
    plain: (o: SetConfig) => ({
      ...plainHeader(o.header()!),
      generation: o.generation(),
      offset: o.offset(),
      length: o.length(),
      data: o.dataArray(),
    }),
  };
  const deviceInfo: PeerCodec<'GET_DEVICE_INFO'> = {
    ...struct((r: Records['GET_DEVICE_INFO']) => {
      builder.clear();
      return DeviceInfo.createDeviceInfo(
        builder,
        r.type,
        r.msg_id,
        r.dev_num,
        r.token,
        r.msg_size,
        r.device_id,
        r.vendor_id,
        r.num_feature_bits,
        r.config_size,
        r.max_virtqueues,
        r.admin_vq_start,
        r.admin_vq_count,
      );
    }),
    decode: (b: Bytes) => info.__init(0, b),
    read(o: DeviceInfo) {
      const first = headerSum(o) + o.deviceId() + o.vendorId() + o.numFeatureBits() + o.configSize();
      return (first + o.maxVirtqueues() + o.adminVqStart() + o.adminVqCount()) | 0;
    },
    plain: (o: DeviceInfo) => ({
      ...plainHeader(o),
      device_id: o.deviceId(),
      vendor_id: o.vendorId(),
      num_feature_bits: o.numFeatureBits(),
      config_size: o.configSize(),
      max_virtqueues: o.maxVirtqueues(),
      admin_vq_start: o.adminVqStart(),
      admin_vq_count: o.adminVqCount(),
    }),
  };
  return {
    name: 'flatbuffers',
    codecs: {
      EVENT_AVAIL: eventAvail,
      EVENT_USED: eventUsed,
      SET_VQUEUE: setVqueue,
      GET_DEVICE_FEATURES: features,
      SET_CONFIG: setConfig,
      GET_DEVICE_INFO: deviceInfo,
    },
  };
}
