import { isWireError } from '@virtio-wire/codecs/support/v1';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DialectName } from '../../runtime/dist/wire/dialect.js';
import { DIALECTS, dialectNamed } from '../../runtime/dist/wire/dialects.js';
import type { Message } from '../../runtime/dist/wire/message.js';
import { malformed } from '../support/vectors.js';
import { runs } from './support/properties.js';

const names = Object.keys(DIALECTS) as DialectName[];
const scratch = new DataView(new ArrayBuffer(70_000));
const head = { device: 3, token: 9 };
const encode = (name: DialectName, message: Message) => DIALECTS[name].encode(scratch, 0, message);

const areas = { descriptor_addr: 0x1000n, driver_addr: 0x2000n, device_addr: 0x3000n };
const setup = (enable: boolean | null): Message => ({
  ...head,
  name: 'SET_VQUEUE',
  kind: 'request',
  fields: { index: 1, size: 8, ...areas, enable },
});
const info = (more: object): Message =>
  ({
    ...head,
    name: 'GET_DEVICE_INFO',
    kind: 'response',
    fields: {
      device_id: 1,
      vendor_id: 2,
      device_uuid: null,
      num_feature_blocks: 2,
      odd_feature_bits: 0,
      config_size: 8,
      max_virtqueues: 2,
      admin_vq_start: 0,
      admin_vq_count: 0,
      ...more,
    },
  }) as Message;
const region = (length: bigint, address: bigint): Message => ({
  ...head,
  name: 'GET_SHM',
  kind: 'response',
  fields: { index: 0, length, address },
});

describe('dialects', () => {
  it('are found by name, and only those', () => {
    expect(dialectNamed('pr28')?.name).toBe('pr28');
    expect(dialectNamed('rfc1')).toBeUndefined();
    expect(dialectNamed('toString')).toBeUndefined();
  });

  it('differ in behaviour as the texts say', () => {
    expect(names.map((n) => [n, DIALECTS[n].headerSize, DIALECTS[n].order, DIALECTS[n].generation])).toEqual([
      ['rfc2', 6, 'strict', 'always'],
      ['rfc3', 8, 'relaxed', 'always'],
      ['pr28', 8, 'strict', 'always'],
      ['v1-2026', 8, 'relaxed', 'feature'],
    ]);
  });

  it('say in SET_VQUEUE what v1-2026 alone can say, and refuse it elsewhere', () => {
    expect(names.map((n) => encode(n, setup(false)))).toEqual([0, 0, 0, 48]);
    expect(scratch.getUint32(12, true)).toBe(0);
    expect(names.map((n) => encode(n, setup(null)))).toEqual([42, 48, 48, 48]);
    expect(scratch.getUint32(12, true)).toBe(1);
  });

  it('take no SET_VQUEUE of v1-2026 for enabled that asks to ignore a value', () => {
    encode('v1-2026', setup(true));
    for (const flags of [0, 2, 3, 5, 0x21]) {
      scratch.setUint32(12, flags, true);
      expect(DIALECTS['v1-2026'].decode(scratch, 0, 48)).toMatchObject({ fields: { enable: false } });
    }
  });

  it('leave a UUID out where there is no place for it', () => {
    const uuid = new Uint8Array(16).fill(7);
    expect(names.map((n) => encode(n, info({ device_uuid: uuid })))).toEqual([30, 32, 32, 52]);
    expect(DIALECTS['v1-2026'].decode(scratch, 0, 52)).toMatchObject({ fields: { device_uuid: uuid } });
    expect(encode('v1-2026', info({ device_uuid: uuid.subarray(1) }))).toBe(0);
  });

  it('keep feature bits beyond a multiple of 32 where amounts are counted in bits', () => {
    expect(names.map((n) => encode(n, info({ odd_feature_bits: 5 })))).toEqual([30, 32, 32, 0]);
    encode('rfc3', info({ odd_feature_bits: 5 }));
    expect(DIALECTS.rfc3.decode(scratch, 0, 32)).toMatchObject({
      fields: { num_feature_blocks: 2, odd_feature_bits: 5 },
    });
  });

  it('refuse values that a field would cut', () => {
    expect(names.map((n) => encode(n, info({ admin_vq_start: 0x10000 })))).toEqual([0, 0, 0, 52]);
    expect(names.map((n) => encode(n, info({ num_feature_blocks: 0x0800_0000 })))).toEqual([0, 0, 0, 52]);
    expect(names.map((n) => encode(n, region(1n << 32n, 0n)))).toEqual([0, 0, 0, 32]);
    expect(names.map((n) => encode(n, region(1n, 1n << 64n)))).toEqual([0, 0, 0, 0]);
    expect(names.map((n) => encode(n, region(1n, -1n)))).toEqual([0, 0, 0, 0]);
    const cut: Message[] = [
      { ...head, name: 'PING', kind: 'request', fields: { data: 2 ** 32 } },
      { ...head, device: 65536, name: 'PING', kind: 'request', fields: { data: 1 } },
      { ...head, token: -1, name: 'PING', kind: 'request', fields: { data: 1 } },
      { ...head, name: 'GET_CONFIG', kind: 'request', fields: { offset: -1, length: 1 } },
      { ...head, name: 'GET_CONFIG', kind: 'request', fields: { offset: 0, length: 1.5 } },
      { ...head, name: 'GET_VQUEUE', kind: 'request', fields: { index: 2 ** 32 } },
      { ...head, name: 'GET_DEVICE_FEATURES', kind: 'request', fields: { block_index: 0, num_blocks: 2 ** 32 } },
      { ...head, name: 'SET_DRIVER_FEATURES', kind: 'request', fields: { block_index: 0, features: [0, -1] } },
      { ...head, name: 'SET_DEVICE_STATUS', kind: 'request', fields: { status: 2 ** 32 } },
      { ...head, name: 'SET_CONFIG', kind: 'request', fields: { generation: -1, offset: 0, data: new Uint8Array(1) } },
      {
        ...head,
        name: 'SET_CONFIG',
        kind: 'request',
        fields: { generation: 0, offset: 0, data: new Uint8Array(65530) },
      },
      { ...head, name: 'GET_DEVICES', kind: 'request', fields: { offset: 65536, count: 8 } },
      {
        ...head,
        name: 'GET_DEVICES',
        kind: 'response',
        fields: { offset: 0, count: 16, next_offset: 0, bitmap: new Uint8Array(1) },
      },
      { ...head, name: 'EVENT_DEVICE', kind: 'event', fields: { device_number: 65536, device_bus_state: 1 } },
      { ...head, name: 'EVENT_USED', kind: 'event', fields: { vq_index: 2 ** 32 } },
      { ...head, name: 'EVENT_AVAIL', kind: 'event', fields: { vq_index: 0, next_offset: 2 ** 31, next_wrap: 0 } },
      { ...head, name: 'EVENT_AVAIL', kind: 'event', fields: { vq_index: 0, next_offset: 0, next_wrap: 2 } },
      {
        ...head,
        name: 'EVENT_CONFIG',
        kind: 'event',
        fields: { device_status: 2 ** 32, generation: 0, offset: 0, data: new Uint8Array(0) },
      },
      { ...head, name: 'SET_VQUEUE', kind: 'request', fields: { index: 1, size: 8, ...areas, device_addr: 1n << 64n } },
      {
        ...head,
        name: 'GET_VQUEUE',
        kind: 'response',
        fields: { index: 1, max_size: 8, cur_size: -8, enabled: true, ...areas },
      },
    ];
    for (const name of names)
      for (const message of cut) expect([name, message, encode(name, message)]).toEqual([name, message, 0]);
  });

  it('write nothing into a view without room', () => {
    const message: Message = { ...head, name: 'PING', kind: 'request', fields: { data: 1 } };
    expect(DIALECTS.rfc3.encode(new DataView(new ArrayBuffer(11)), 0, message)).toBe(0);
    expect(DIALECTS.rfc3.encode(new DataView(new ArrayBuffer(12)), 1, message)).toBe(0);
  });

  it('have no word for a message that does not exist', () => {
    const message = { ...head, name: 'EVENT_USED', kind: 'response', fields: { vq_index: 0 } } as unknown as Message;
    expect(DIALECTS.rfc3.sizeOf(message)).toBe(0);
    expect(DIALECTS.rfc3.encode(scratch, 0, message)).toBe(0);
  });

  it('own what they decode', () => {
    const view = new DataView(new ArrayBuffer(24));
    DIALECTS.rfc3.encode(view, 0, {
      ...head,
      name: 'GET_CONFIG',
      kind: 'response',
      fields: { generation: 1, offset: 0, data: Uint8Array.of(1, 2, 3, 4) },
    });
    const message = DIALECTS.rfc3.decode(view, 0, 24);
    view.setUint32(20, 0);
    expect(message).toMatchObject({ fields: { data: Uint8Array.of(1, 2, 3, 4) } });
  });
});

describe('decode', () => {
  it('says why it refuses, for an event with the response bit too', () => {
    const of = (hex: string) => new DataView(Uint8Array.from(Buffer.from(hex, 'hex')).buffer);
    const code = (name: DialectName, hex: string) => {
      const view = of(hex);
      const result = DIALECTS[name].decode(view, 0, view.byteLength);
      return isWireError(result) ? result.code : 'message';
    };
    expect(code('rfc3', '00')).toBe('short_header');
    expect(code('rfc3', '0001000001000800')).toBe('unknown_id');
    expect(code('rfc3', '0007000001000700')).toBe('size_below_header');
    expect(code('rfc3', '0007000001000900')).toBe('truncated');
    expect(code('rfc3', '0008000001000800')).toBe('short_body');
    expect(code('rfc3', '0142000000000c0000000000')).toBe('wrong_message');
    expect(code('rfc2', '010700000a0004000000')).toBe('message');
  });

  it('agrees with the codecs about every malformed vector', () => {
    let seen = 0;
    for (const v of malformed) {
      const dialect = dialectNamed(v.dialect);
      if (dialect === undefined) continue;
      const view = new DataView(Uint8Array.from(Buffer.from(v.hex, 'hex')).buffer);
      const refused = isWireError(dialect.decode(view, 0, view.byteLength));
      expect([v.name, refused]).toEqual([v.name, v.structural !== undefined]);
      seen++;
    }
    expect(seen).toBeGreaterThan(50);
  });

  it('never throws, and what it accepts it writes back and reads the same', () => {
    const scratch = new DataView(new ArrayBuffer(512));
    const types = fc.integer({ min: 0, max: 255 });
    const ids = fc.oneof(fc.integer({ min: 1, max: 13 }), fc.integer({ min: 0x40, max: 0x43 }), types);
    const frame = fc.tuple(types, ids, fc.uint8Array({ maxLength: 80 }), fc.boolean()).map(([type, id, rest, fix]) => {
      const b = Uint8Array.from([type, id, ...rest]);
      if (fix && b.length >= 8) b.set([b.length & 0xff, b.length >> 8], (b[2]! & 1) === 0 ? 4 : 6);
      return b;
    });
    fc.assert(
      fc.property(fc.constantFrom(...names), frame, (name, b) => {
        const dialect = DIALECTS[name];
        const message = dialect.decode(new DataView(b.buffer, b.byteOffset, b.length), 0, b.length);
        if (isWireError(message)) return;
        const size = dialect.encode(scratch, 0, message);
        expect(size).toBeGreaterThan(0);
        expect(dialect.decode(scratch, 0, size)).toEqual(message);
      }),
      runs(20_000),
    );
  });
});
