import { readFileSync } from 'node:fs';
import {
  decodeStruct,
  FamilyIndex,
  type FamilyIR,
  IrStore,
  LineDecoder,
  LineEncoder,
  type Named,
} from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { compile } from './support/generator.js';
import { path } from './support/schema.js';
import { root } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);
const decode = (line: object): Record<string, unknown> => JSON.parse(new LineDecoder(store).line(JSON.stringify(line)));
const encode = (line: object): Record<string, unknown> => JSON.parse(new LineEncoder(store).line(JSON.stringify(line)));
const core = (struct: string, rest: object): object => ({ protocol: 'virtio-core', struct, ...rest });

describe('a line with a struct', () => {
  it('is decoded to fields by path, every integer a decimal string', () => {
    expect(decode(core('pvirtq_event_suppress', { hex: '05800200' }))).toEqual({
      protocol: 'virtio-core',
      struct: 'pvirtq_event_suppress',
      hex: '05800200',
      fields: {
        'desc.desc_event_off': '5',
        'desc.desc_event_wrap': '1',
        'flags.desc_event_flags': '2',
        'flags.reserved': '0',
      },
      size: 4,
    });
  });

  it('tells of bytes behind the struct', () => {
    expect(decode(core('virtio_pmem_req', { hex: '00000000ff' }))).toMatchObject({
      size: 4,
      surplus: { offset: 4, length: 1 },
    });
  });

  it('has an error where the bytes end too early', () => {
    const { error } = decode(core('virtio_pmem_config', { hex: '0000000000000000000000' }));
    expect(error).toMatchObject({ code: 'short_body', field: 'size', offset: 8, expected: 16, got: 11 });
  });

  it('has an error where a count says more than there is', () => {
    const { error } = decode(core('virtio_net_ctrl_mac', { hex: 'ffffffff0102030405' }));
    expect(error).toMatchObject({ code: 'short_tail', field: 'macs', offset: 4, expected: 4 + 6 * 0xffffffff, got: 9 });
  });

  it('names what it does not know, and what is near', () => {
    expect(decode(core('virtio_blk_confg', { hex: '00' })).error).toMatchObject({
      code: 'unknown_struct',
      expected: 'did you mean "virtio_blk_config"?',
    });
    expect(decode({ protocol: 'virtio-cor', struct: 'virtq_desc', hex: '00' }).error).toMatchObject({
      code: 'unknown_protocol',
    });
    expect(decode(core('virtio_input_config/absolute', { hex: '00' })).error).toMatchObject({ code: 'unknown_struct' });
  });

  it('may leave out the protocol, or name a family instead', () => {
    for (const protocol of [undefined, 'virtio-core', 'virtqueue'])
      expect(decode({ protocol, struct: 'virtq_used_elem', hex: '0100000002000000' }).fields).toEqual({
        id: '1',
        len: '2',
      });
  });

  it('names the part of a command in its name or beside it', () => {
    const hex = '00010203';
    const inName = decode({ protocol: 'admin-rfc2021', struct: 'VIRTIO_ADMIN_CTRL_CONFIG_GET@3:in', hex });
    const beside = decode({
      protocol: 'admin-rfc2021',
      struct: 'VIRTIO_ADMIN_CTRL_CONFIG_GET',
      part: 'device-writable',
      hex,
    });
    expect(inName.fields).toEqual({ ack: '0', 'data.data': '010203' });
    expect(beside.fields).toEqual(inName.fields);
  });
});

describe('a struct of several shapes', () => {
  const bare = `${'01'.repeat(24)}`;

  it('has a tail where there are bytes for it', () => {
    const short = decode(core('virtio_net_config', { hex: bare })).fields as object;
    const long = decode(core('virtio_net_config', { hex: `${bare}07000000` })).fields as object;
    expect(short).not.toHaveProperty('supported_tunnel_types');
    expect(long).toEqual({ ...short, supported_tunnel_types: '7' });
  });

  it('is written up to the last tail of which something is given', () => {
    const fields = decode(core('virtio_net_hdr+hash', { hex: '00'.repeat(20) })).fields as object;
    expect(encode(core('virtio_net_hdr', { fields }))).toMatchObject({ size: 20 });
    const { hash_value: _, hash_report: __, padding_reserved: ___, ...rest } = fields as Record<string, string>;
    expect(encode(core('virtio_net_hdr', { fields: rest }))).toMatchObject({ size: 12 });
  });

  it('has the arm its tag chooses, unless its name says another', () => {
    const hex = `12${'00'.repeat(7)}01000000${'00'.repeat(124)}`;
    expect(decode(core('virtio_input_config', { hex })).fields).toMatchObject({ select: '18', 'u.abs.min': '1' });
    expect(decode(core('virtio_input_config/ids', { hex })).fields).toMatchObject({ 'u.ids.bustype': '1' });
  });

  it('has plain bytes where no value is known to choose the arm, unless its name says which', () => {
    const hex = `${'00'.repeat(24)}01${'00'.repeat(3)}${'ab'.repeat(40)}${'00'.repeat(128)}`;
    const sa = 'virtio_crypto_resource_obj_ipsec_sa_256b_key';
    expect(decode(core(sa, { hex })).fields).toMatchObject({ 'param.type': '1', 'param.raw': 'ab'.repeat(40) });
    expect(decode(core(`${sa}/ipv6`, { hex })).fields).toMatchObject({ 'param.ipv6.dst_addr': 'ab'.repeat(16) });
  });

  it('is refused where its tag chooses none', () => {
    const text = readFileSync(path('test/fixtures/structs/union.yaml'), 'utf8');
    const [ir] = compile([{ file: 'schema/demo/union.yaml', text }]).families;
    const index = new FamilyIndex(ir as FamilyIR);
    const read = decodeStruct(index, index.find('sample') as Named, Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0));
    expect(read).toMatchObject({
      error: { code: 'unknown_arm', field: 'kind', offset: 0, expected: '1, 2, 3', got: 9 },
    });
  });

  it('is read as another source reads it where that is asked for', () => {
    const hex = '00'.repeat(27) + 'cd'.repeat(32);
    const read = decode(core('virtio_scsi_req_cmd_out+pi/uapi-order', { hex })).fields as Record<string, string>;
    expect(read.cdb).toBe('cd'.repeat(32));
  });
});

describe('values of a struct that cannot be written', () => {
  const refusal = (struct: string, fields: object): unknown => encode(core(struct, { fields })).error;

  it('are those that are missing, unknown or too large', () => {
    expect(refusal('virtio_pmem_config', { start: '1' })).toMatchObject({ code: 'missing_field', field: 'size' });
    expect(refusal('virtio_pmem_config', { start: 1, size: 2, sise: 3 })).toMatchObject({
      code: 'unknown_field',
      field: 'sise',
    });
    expect(refusal('virtio_pmem_req', { type: '4294967296' })).toMatchObject({ code: 'out_of_range', field: 'type' });
    expect(
      refusal('notification_data', { 'data.vq_index': 1, 'data.next_off': 0x8000, 'data.next_wrap': 0 }),
    ).toMatchObject({
      code: 'out_of_range',
      field: 'data.next_off',
    });
  });

  it('are a count and an array that disagree', () => {
    expect(refusal('virtio_9p_config', {})).toMatchObject({ code: 'missing_field' });
    expect(refusal('virtio_9p_config', { tag_len: 3, tag: 'aabb' })).toMatchObject({
      code: 'disagreement',
      field: 'tag_len',
    });
  });

  it('are bytes of another length than the field has', () => {
    expect(refusal('virtio_net_ctrl_mac', { 'macs[0]': 'aabb' })).toMatchObject({
      code: 'bad_value',
      field: 'macs[0]',
    });
  });

  it('do not have to be given where they follow, or are reserved', () => {
    expect(encode(core('virtio_9p_config', { fields: { tag: 'aabb' } }))).toMatchObject({ hex: '0200aabb', size: 4 });
    expect(encode(core('virtio_rtc_resp_head', { fields: { status: 2 } }))).toMatchObject({ hex: '0200000000000000' });
  });
});
