import fc from 'fast-check';
import type { DialectName } from '../../../runtime/dist/wire/dialect.js';
import { DIALECTS } from '../../../runtime/dist/wire/dialects.js';
import type { Message } from '../../../runtime/dist/wire/message.js';

const number16 = fc.constantFrom(0, 1, 2, 3, 7, 8, 16, 255, 0x7fff, 0x8000, 0xffff);
const number32 = fc.constantFrom(0, 1, 2, 4, 8, 15, 16, 64, 0x7fffffff, 0xffffffff);
const address = fc.constantFrom(0n, 1n, 0x10000n, 0x10400n, 0x10800n, 0x1fff0n, 0x20000n, 0xffff_ffff_ffff_fff0n);
const bytes = fc.uint8Array({ maxLength: 24 });
const words = fc.array(number32, { maxLength: 4 });
const status = fc.constantFrom(0, 0, 1, 3, 11, 15, 64, 79, 128, 0x80000000);

type Fields = Record<string, unknown>;
const fields: Record<string, fc.Arbitrary<Fields>> = {
  'GET_DEVICE_INFO request': fc.constant({}),
  'GET_DEVICE_INFO response': fc.record({
    device_id: fc.constantFrom(0, 4, 4, 4, 0xffffffff),
    vendor_id: number32,
    device_uuid: fc.constant(null),
    num_feature_blocks: fc.constantFrom(0, 1, 2, 2, 2, 33, 0x7ffffff),
    odd_feature_bits: fc.constant(0),
    config_size: fc.constantFrom(0, 16, 16, 65536, 0xffffffff),
    max_virtqueues: fc.constantFrom(0, 1, 1, 65536, 0xffffffff),
    admin_vq_start: fc.constant(0),
    admin_vq_count: fc.constantFrom(0, 1),
  }),
  'GET_DEVICE_FEATURES request': fc.record({ block_index: number32, num_blocks: number32 }),
  'GET_DEVICE_FEATURES response': fc.record({ block_index: fc.constantFrom(0, 1, 9), features: words }),
  'SET_DRIVER_FEATURES request': fc.record({ block_index: fc.constantFrom(0, 1, 9), features: words }),
  'SET_DRIVER_FEATURES response': fc.constant({}),
  'GET_CONFIG request': fc.record({ offset: number32, length: number32 }),
  'GET_CONFIG response': fc.record({ generation: number32, offset: number32, data: bytes }),
  'SET_CONFIG request': fc.record({ generation: number32, offset: number32, data: bytes }),
  'SET_CONFIG response': fc.record({ generation: number32, offset: number32, data: bytes }),
  'GET_DEVICE_STATUS request': fc.constant({}),
  'GET_DEVICE_STATUS response': fc.record({ status }),
  'SET_DEVICE_STATUS request': fc.record({ status }),
  'SET_DEVICE_STATUS response': fc.record({ status }),
  'GET_VQUEUE request': fc.record({ index: number32 }),
  'GET_VQUEUE response': fc.record({
    index: fc.constantFrom(0, 0, 1),
    max_size: number32,
    cur_size: number32,
    enabled: fc.boolean(),
    descriptor_addr: address,
    driver_addr: address,
    device_addr: address,
  }),
  'SET_VQUEUE request': fc.record({
    index: fc.constantFrom(0, 0, 1, 0xffffffff),
    size: fc.constantFrom(0, 1, 8, 8, 16, 3, 0x8000),
    descriptor_addr: address,
    driver_addr: address,
    device_addr: address,
    enable: fc.boolean(),
  }),
  'SET_VQUEUE response': fc.constant({}),
  'RESET_VQUEUE request': fc.record({ index: fc.constantFrom(0, 0, 1, 0xffffffff) }),
  'RESET_VQUEUE response': fc.constant({}),
  'GET_SHM request': fc.record({ index: number32 }),
  'GET_SHM response': fc.record({ index: number32, length: address, address }),
  'EVENT_CONFIG event': fc.record({ device_status: status, generation: number32, offset: number32, data: bytes }),
  'EVENT_AVAIL event': fc.record({ vq_index: number32, next_offset: number16, next_wrap: fc.constantFrom(0, 1) }),
  'EVENT_USED event': fc.record({ vq_index: number32 }),
  'GET_DEVICES request': fc.record({ offset: number16, count: number16 }),
  'GET_DEVICES response': fc.record({ offset: number16, count: number16, next_offset: number16, bitmap: bytes }),
  'PING request': fc.record({ data: number32 }),
  'PING response': fc.record({ data: number32 }),
  'EVENT_DEVICE event': fc.record({
    device_number: fc.constantFrom(0, 1, 1, 2, 65535),
    device_bus_state: fc.constantFrom(0, 1, 2, 3, 0x8000, 0x8001, 0xffff),
  }),
};

const BUS = new Set(['GET_DEVICES', 'PING', 'EVENT_DEVICE']);

/** Bytes of any message of a dialect, with fields at and around their bounds. */
export function messageBytes(dialect: DialectName, kinds?: readonly string[]): fc.Arbitrary<Uint8Array> {
  const names = Object.keys(fields).filter((name) => kinds === undefined || kinds.includes(name.split(' ')[1]!));
  return fc
    .constantFrom(...names)
    .chain((name) =>
      fc.record({
        name: fc.constant(name),
        device: fc.constantFrom(1, 1, 1, 0, 2, 65535),
        token: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 0xffff),
        fields: fields[name]!,
      }),
    )
    .map(({ name: both, device, token, fields: body }) => {
      const [name, kind] = both.split(' ') as [string, string];
      const out = new Uint8Array(264);
      const d = DIALECTS[dialect];
      const message = { name, kind, device: BUS.has(name) ? 0 : device, token: d.hasToken ? token : 0, fields: body };
      return out.slice(0, Math.max(1, d.encode(new DataView(out.buffer), 0, message as unknown as Message)));
    });
}

/** Bytes that may be no message at all. */
export const anyBytes = (dialect: DialectName, kinds?: readonly string[]): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 6, arbitrary: messageBytes(dialect, kinds) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 64 }) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(messageBytes(dialect), fc.nat(40), fc.nat(255))
        .map(([whole, at, value]) => whole.map((byte, i) => (i === at ? value : byte))),
    },
  );
