import { describe, expect, it } from 'vitest';
import type { Dialect, DialectName } from '../../runtime/dist/wire/dialect.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import type { Message } from '../../runtime/dist/wire/message.js';
import { type Vector, vectors } from '../support/vectors.js';

/** Fields of a vector, of whatever type each has. */
interface Raw {
  // biome-ignore lint/suspicious/noExplicitAny: an entry of a JSON file
  readonly [name: string]: any;
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const viewOf = (hex: string): DataView => {
  const b = bytes(hex);
  return new DataView(b.buffer, b.byteOffset, b.length);
};

const info = (f: Raw, blocks: number, odd: number) => ({
  device_id: f.device_id,
  vendor_id: f.vendor_id,
  device_uuid: f.device_uuid === undefined || /^0*$/.test(f.device_uuid) ? null : bytes(f.device_uuid),
  num_feature_blocks: blocks,
  odd_feature_bits: odd,
  config_size: f.config_size,
  max_virtqueues: f.max_virtqueues,
  admin_vq_start: f.admin_vq_start,
  admin_vq_count: f.admin_vq_count,
});

const areas = (f: Raw) => ({
  descriptor_addr: BigInt(f.descriptor_addr),
  driver_addr: BigInt(f.driver_addr),
  device_addr: BigInt(f.device_addr),
});

/** The logical fields a vector stands for, worked out apart from the adapters. */
function expected(dialect: Dialect, v: Vector): unknown {
  const f = v.fields as Raw;
  switch (`${v.message} ${v.kind}`) {
    case 'GET_DEVICE_INFO response':
      if (dialect.name === 'v1-2026') return info(f, f.num_feature_blocks, 0);
      return info(f, Math.floor(f.num_feature_bits / 32), f.num_feature_bits % 32);
    case 'GET_DEVICE_FEATURES response':
    case 'SET_DRIVER_FEATURES request':
      return { block_index: f.block_index, features: f.features };
    case 'GET_CONFIG response':
    case 'SET_CONFIG request':
    case 'SET_CONFIG response':
      return { generation: f.generation, offset: f.offset, data: bytes(f.data) };
    case 'EVENT_CONFIG event':
      return { device_status: f.device_status, generation: f.generation, offset: f.offset, data: bytes(f.data) };
    case 'GET_VQUEUE response': {
      const enabled = dialect.name === 'v1-2026' ? (f.flags & 1) === 1 : null;
      return { index: f.index, max_size: f.max_size, cur_size: f.cur_size, enabled, ...areas(f) };
    }
    case 'SET_VQUEUE request': {
      const enable = dialect.name === 'v1-2026' ? f.flags === 1 : null;
      return { index: f.index, size: f.size, enable, ...areas(f) };
    }
    case 'GET_SHM request':
      return { index: f.index ?? f.shmid };
    case 'GET_SHM response':
      return { index: f.index ?? f.shmid, length: BigInt(f.length), address: BigInt(f.address) };
    case 'GET_DEVICES response':
      return { offset: f.offset, count: f.count, next_offset: f.next_offset, bitmap: bytes(f.bitmap) };
    case 'EVENT_AVAIL event':
      return { vq_index: f.vq_index, next_offset: f.next_offset, next_wrap: f.next_wrap };
    default:
      return f;
  }
}

const layouts: readonly [DialectName, string][] = [
  ['rfc2', 'rfc2'],
  ['rfc3', 'rfc3'],
  ['pr28', 'rfc3'],
  ['v1-2026', 'v1-2026'],
];

/** A writer leaves the bits of the type zero that a reader ignores. */
const asWritten = (hex: string): string => `0${Number.parseInt(hex.slice(0, 2), 16) & 3}${hex.slice(2)}`;

// No vector is excepted: what else is reserved is zero in all of them, and there is a word for everything else.
describe.each(layouts)('the messages of %s, by the vectors of %s', (name, source) => {
  const dialect = DIALECTS[name];
  const own = vectors.filter((v) => v.dialect === source);

  it('has all thirty messages of the standard among its vectors', () => {
    expect(new Set(own.map((v) => `${v.message} ${v.kind}`)).size).toBe(30);
    expect(own.length).toBeGreaterThanOrEqual(120);
  });

  it.each(own.map((v) => [`${v.message} ${v.kind} ${v.set}`, v] as const))('%s decodes and encodes', (_label, v) => {
    const view = viewOf(v.hex);
    const message = dialect.decode(view, 0, view.byteLength) as Message;
    expect(message).toEqual({
      name: v.message,
      kind: v.kind,
      device: v.header.dev_num,
      token: v.header.token ?? 0,
      fields: expected(dialect, v),
    });
    expect(dialect.sizeOf(message)).toBe(v.size);
    expect(dialect.messageSize(view, 0)).toBe(v.size);
    const out = new Uint8Array(v.size + 8).fill(0xaa);
    const written = dialect.encode(new DataView(out.buffer, 4), 2, message);
    expect(written).toBe(v.size);
    expect(Buffer.from(out.subarray(6, 6 + written)).toString('hex')).toBe(asWritten(v.hex));
    expect([...out.subarray(0, 6), ...out.subarray(6 + written)]).toEqual(new Array(8).fill(0xaa));
  });
});
