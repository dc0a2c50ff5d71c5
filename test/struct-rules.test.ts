import { readFileSync } from 'node:fs';
import { IrStore, LineDecoder, type LineOptions } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { path } from './support/schema.js';
import { jsonl, root, vwire } from './support/vwire.js';

interface Found {
  readonly rule: string;
  readonly layer: string;
  readonly field: string;
  readonly offset: number;
  readonly got: number | string;
  readonly expected: number | string;
  readonly clause: string;
}
type Answer = Record<string, unknown> & { readonly findings?: readonly Found[]; readonly error?: { code: string } };

const store = new IrStore(`${root}generated/ir`);
const decode = (line: object, options: LineOptions = {}): Answer =>
  JSON.parse(new LineDecoder(store, options).line(JSON.stringify(line)));
const core = (struct: string, hex: string, rest: object = {}): object => ({
  protocol: 'virtio-core',
  struct,
  hex,
  ...rest,
});
const told = ({ findings }: Answer): string[] =>
  (findings ?? []).map((f) => `${f.rule} ${f.field} at ${f.offset}: ${f.got}, not ${f.expected}`);

describe('reserved members', () => {
  it.each([
    ['virtio-structs.json', 'virtio-core'],
    ['admin-rfc2021.json', 'admin-rfc2021'],
    ['admin-1.4.json', 'admin-1.4'],
  ])('are found in exactly the vectors of %s that set one, beside all their fields', (file, protocol) => {
    const vectors = JSON.parse(readFileSync(path(`test/vectors/${file}`), 'utf8')) as {
      struct: string;
      variant: string;
      hex: string;
      fields: object;
      reserved_nonzero?: boolean;
    }[];
    const wrong = vectors.flatMap(({ struct, variant, hex, fields, reserved_nonzero }) => {
      const answer = decode({ protocol, struct, hex });
      expect(answer.fields).toEqual(fields);
      const found = (answer.findings ?? []).some(({ rule }) => rule === 'reserved');
      return found === (reserved_nonzero ?? false) ? [] : [`${struct} ${variant}`];
    });
    expect(wrong).toEqual([]);
  });

  it('are found whole, in groups of bits, and in elements, at their offset', () => {
    expect(told(decode(core('virtio_blk_req_out', '00000000070000000800000000000000')))).toEqual([
      'reserved reserved at 4: 7, not 0',
    ]);
    expect(told(decode(core('pvirtq_event_suppress', '05800600')))).toEqual(['reserved flags.reserved at 2: 1, not 0']);
    const range = `${'00'.repeat(12)}01000000`;
    const dirty = `${'00'.repeat(12)}06000000`;
    expect(told(decode(core('virtio_blk_discard_write_zeroes', range)))).toEqual([]);
    expect(told(decode(core('virtio_blk_discard_write_zeroes', dirty)))).toEqual([
      'reserved flags.reserved at 12: 3, not 0',
    ]);
  });

  it('tell the clause and the layer, as findings of messages do', () => {
    const [finding] = decode(core('virtio_rtc_resp_head', '0000010000000000')).findings ?? [];
    expect(finding).toMatchObject({ rule: 'reserved', layer: 'rules' });
    expect(finding?.clause).toContain('device-types/rtc');
  });
});

describe('values', () => {
  it('of a closed enumeration are those the text assigns; an open one takes any', () => {
    const [vector] = (
      JSON.parse(readFileSync(path('test/vectors/admin-1.4.json'), 'utf8')) as {
        struct: string;
        part: string;
        command: string;
        hex: string;
        offsets: Record<string, number>;
      }[]
    ).filter(({ struct }) => struct === 'VIRTIO_ADMIN_CMD_DEV_PARTS_METADATA_GET/size:out');
    const { hex = '', offsets, part, command } = vector ?? {};
    const offset = offsets?.['data.type'] ?? Number.NaN;
    const asked = (type: string): Answer => {
      const changed = hex.slice(0, 2 * offset) + type + hex.slice(2 * offset + 2);
      const struct = 'VIRTIO_ADMIN_CMD_DEV_PARTS_METADATA_GET';
      return decode({ protocol: 'admin-1.4', struct, part, command, hex: changed });
    };
    expect(told(asked('01'))).toEqual([]);
    expect(told(asked('07'))).toEqual([`enum data.type at ${offset}: 7, not 0 SIZE, 1 COUNT, 2 LIST`]);
    // The text of the block device leaves room for statuses of its own.
    expect(decode(core('virtio_blk_req_out', 'ff'.repeat(4) + '00'.repeat(12))).findings).toBeUndefined();
  });

  it('of a flag set are made of its flags', () => {
    const request = (flags: string): object => core('virtio_i2c_out_hdr', `00000000${flags}000000`);
    expect(told(decode(request('03')))).toEqual([]);
    expect(told(decode(request('05')))).toEqual(['enum flags at 4: 5, not 1 FAIL_NEXT, 2 M_RD']);
  });

  it('stay within the bounds the text states', () => {
    const pairs = (hex: string): string[] => told(decode(core('virtio_net_ctrl_mq_pairs_set', hex)));
    expect(pairs('0100')).toEqual([]);
    expect(pairs('0080')).toEqual([]);
    const expected = 'virtqueue_pairs >= 1 && virtqueue_pairs <= 32768';
    expect(pairs('0000')).toEqual([`constraint virtqueue_pairs at 0: 0, not ${expected}`]);
    expect(pairs('0180')).toEqual([`constraint virtqueue_pairs at 0: 32769, not ${expected}`]);
  });

  it('that need a feature are judged with it, and not without', () => {
    // mac, status, max_virtqueue_pairs 0, mtu 67
    const config = (mtu: string, features?: unknown): string[] =>
      told(decode(core('virtio_net_config', `${'00'.repeat(8)}0000${mtu}`.padEnd(48, '0'), { context: { features } })));
    const low = ['constraint mtu at 10: 67, not mtu >= 68'];
    expect(config('4300', ['VIRTIO_NET_F_MTU'])).toEqual(low);
    expect(config('4300', [])).toEqual([]);
    expect(config('4400', ['VIRTIO_NET_F_MTU'])).toEqual([]);
    expect(config('0000', ['VIRTIO_NET_F_MTU'])).toEqual(['constraint mtu at 10: 0, not mtu >= 68']);
    // Nobody told: what is there is judged, and zero is what is there without the feature.
    expect(config('4300')).toEqual(low);
    expect(config('0000')).toEqual([]);
    // The context is what a peer wrote, too.
    expect(config('4300', 'VIRTIO_NET_F_MTU')).toEqual(low);
  });
});

describe('whose rules', () => {
  const dirty = core('virtio_blk_req_out', '00000000070000000800000000000000');

  it('are those of the family, under its own name as under that of a receiver', () => {
    for (const profile of [undefined, 'blk', 'virtio-core', 'linux-2026'])
      expect(told(decode({ ...dirty, profile })), profile).toHaveLength(1);
    expect(told(decode(dirty, { profile: 'qemu' }))).toHaveLength(1);
    expect(decode({ ...dirty, profile: 'linux-2062' }).error).toMatchObject({
      code: 'unknown_profile',
      expected: expect.stringMatching(/^did you mean "linux-2026"/),
    });
    const layout = { dialect: 'amp-shmem-v1', class: 'layout', message: 'QUEUE_HEAD', kind: 'struct', hex: '' };
    expect(decode({ ...layout, profile: 'linux-2062' }).error).toMatchObject({ code: 'unknown_profile' });
  });

  it('are nobody’s where none are wanted', () => {
    expect(decode(dirty, { rules: false })).toMatchObject({ size: 16 });
    expect(decode(dirty, { rules: false }).findings).toBeUndefined();
  });

  it('leave nothing of an earlier answer in a line', () => {
    const clean = core('virtio_blk_req_out', '00'.repeat(16), { findings: [1], error: 2, surplus: 3, size: 4 });
    expect(decode(clean)).toEqual({
      ...core('virtio_blk_req_out', '00'.repeat(16)),
      fields: expect.anything(),
      size: 16,
    });
  });
});

describe('on the command line', () => {
  const line = { protocol: 'virtio-core', struct: 'virtio_blk_req_out', hex: '00000000070000000800000000000000' };

  it('findings of a struct set the exit code of decode, and are counted by its summary', () => {
    const run = jsonl('decode', [line]);
    expect(run.code).toBe(1);
    expect(told(run.lines[0] as Answer)).toHaveLength(1);
    const layout = {
      dialect: 'amp-shmem-v1',
      class: 'layout',
      message: 'QUEUE_HEAD',
      kind: 'struct',
      hex: '00'.repeat(8),
    };
    const input = [line, line, { ...line, hex: '00' }, layout].map((l) => JSON.stringify(l)).join('\n');
    const summary = JSON.parse(vwire(['decode', '--jsonl', '--summary', '--json', '-'], { input }).stdout);
    expect(summary).toMatchObject({
      messages: 4,
      bytes: 40,
      bodies: [
        { dialect: 'blk', key: 'virtio_blk_req_out', messages: 2, bytes: 32 },
        { dialect: 'amp-shmem-v1', key: 'QUEUE_HEAD', messages: 1, bytes: 8 },
      ],
      refused: [{ code: 'short_body', count: 1, first: { line: 3 } }],
      findings: [
        { rule: 'reserved', count: 2, first: { line: 1 } },
        { rule: 'constraint', count: 1, first: { line: 4 } },
      ],
    });
  });

  it('dump shows a finding at its row', () => {
    const run = vwire(['dump', '--protocol', 'virtio-core', '--struct', line.struct, line.hex]);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^ +4 {2}07 00 00 00 +reserved .*\n +! reserved: reserved is 7, expected 0/m);
    expect(vwire(['dump', '--no-rules', '--protocol', 'blk', '--struct', line.struct, line.hex]).code).toBe(0);
  });
});
