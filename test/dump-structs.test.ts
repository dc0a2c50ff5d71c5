import { readFileSync } from 'node:fs';
import {
  type DumpRow,
  decodeStruct,
  dumpStruct,
  type FamilyIndex,
  FamilyIndex as Index,
  IrStore,
  isRefusedStruct,
  type Named,
} from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { compile } from './support/generator.js';
import { path } from './support/schema.js';
import { layoutVectors } from './support/vectors.js';
import { root, vwire } from './support/vwire.js';

interface StructVector {
  readonly struct: string;
  readonly variant: string;
  readonly fields: Record<string, string>;
  readonly hex: string;
}
type Found = Named & { readonly index: FamilyIndex };

const store = new IrStore(`${root}generated/ir`);
const read = (file: string): StructVector[] => JSON.parse(readFileSync(path(`test/vectors/${file}`), 'utf8'));
const vectors = [
  ['virtio-structs.json', 'virtio-core'] as const,
  ['admin-rfc2021.json', 'admin-rfc2021'] as const,
  ['admin-1.4.json', 'admin-1.4'] as const,
].flatMap(([file, protocol]) =>
  read(file).map((vector) => ({ vector, named: store.struct(protocol, vector.struct) as Found })),
);
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const core = (name: string): Found => store.struct('virtio-core', name) as Found;
const dump = (named: Found, hex: string, all = false): DumpRow[] =>
  dumpStruct(named.index, named, bytesOf(hex), { all });

/** What is wrong with how rows cover the bytes: nothing, where each is in exactly one row, in order. */
function uncovered(rows: readonly DumpRow[], bytes: Uint8Array): string | null {
  let at = 0;
  for (const row of rows) {
    if (row.offset !== at) return `${row.field} at ${row.offset}, not ${at}`;
    const hex = Buffer.from(bytes.subarray(at, at + row.length)).toString('hex');
    if (row.bytes !== hex) return `${row.field} is ${row.bytes}, not ${hex}`;
    at += row.length;
  }
  return at === bytes.length ? null : `${at} of ${bytes.length} bytes`;
}

/** Every value the rows tell, by the path vector files spell it with; the rows of a byte array put together. */
function valuesIn(rows: readonly DumpRow[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const row of rows) {
    if (row.field.startsWith('(') || (row.length === 0 && row.value === '')) continue;
    const piece = /^(.*)\[\d+\.\.\d+\]$/.exec(row.field)?.[1];
    if (piece !== undefined) values[piece] = (values[piece] ?? '') + row.bytes;
    else if (row.bits === undefined) values[row.field] = String(row.value);
    else for (const { name, value } of row.bits) values[`${row.field}.${name}`] = String(value);
  }
  return values;
}

/** The last row of a byte array may stand for a single byte: `data[16]` of a row before it, `data[0..15]`. */
function joinedUp(values: Record<string, string>, fields: readonly string[]): Record<string, string> {
  const own = { ...values };
  for (const name of Object.keys(values)) {
    const array = /^(.*)\[\d+\]$/.exec(name)?.[1];
    if (array === undefined || fields.includes(name) || !Object.hasOwn(own, array)) continue;
    own[array] = `${own[array]}${own[name]}`;
    delete own[name];
  }
  return own;
}

describe('the rows of a struct', () => {
  it('hold every byte of every vector once, and the values of its fields', () => {
    expect(vectors.filter(({ named }) => named === null)).toEqual([]);
    for (const { vector, named } of vectors) {
      const rows = dump(named, vector.hex, true);
      expect(uncovered(rows, bytesOf(vector.hex)), vector.struct).toBeNull();
      const fields = Object.keys(vector.fields);
      expect(joinedUp(valuesIn(rows), fields), `${vector.struct} ${vector.variant}`).toEqual(vector.fields);
    }
  });

  it('hold every byte of every prefix, and the error of the decoder exactly where it refuses', () => {
    for (const { vector, named } of vectors) {
      if (vector.variant !== 'ramp') continue;
      const whole = bytesOf(`${vector.hex}abcdef`);
      for (let n = 0; n <= whole.length; n++) {
        const bytes = whole.subarray(0, n);
        const result = decodeStruct(named.index, named, bytes);
        const rows = dumpStruct(named.index, named, bytes);
        const errors = rows.flatMap((r) => (r.error === undefined ? [] : [r.error]));
        const wrong = uncovered(rows, bytes);
        const expected = isRefusedStruct(result) ? [result.error] : [];
        if (wrong !== null || JSON.stringify(errors) !== JSON.stringify(expected))
          expect({ struct: vector.struct, n, wrong, errors }).toEqual({ wrong: null, errors: expected });
        const surplus = rows.filter((r) => r.part === 'surplus').reduce((sum, r) => sum + r.length, 0);
        if (!isRefusedStruct(result)) expect(surplus, `${vector.struct} ${n}`).toBe(result.surplus?.length ?? 0);
      }
    }
  });

  it('hold every byte of every memory layout, and its values', () => {
    expect(layoutVectors.length).toBeGreaterThan(70);
    for (const { dialect, message, hex, fields } of layoutVectors) {
      const named = store.layout(dialect, message) as Found;
      const rows = dump(named, hex, true);
      expect(uncovered(rows, bytesOf(hex)), message).toBeNull();
      const values = joinedUp(valuesIn(rows), Object.keys(fields));
      for (const [name, value] of Object.entries(fields)) {
        const named = rows.find((r) => r.field === name);
        if (named?.type === 'text') expect(JSON.parse(named.name ?? ''), `${message} ${name}`).toBe(value);
        else expect(values[name], `${message} ${name}`).toBe(String(value));
      }
    }
  });
});

describe('parts of a struct', () => {
  it('show groups of bits under their word, names of values and flags, and what is reserved', () => {
    const [word] = dump(core('pvirtq_event_suppress'), '05800200');
    expect(word).toMatchObject({ field: 'desc', type: 'u16', length: 2 });
    expect(word?.bits?.map((b) => [b.name, b.value])).toEqual([
      ['desc_event_off', 5],
      ['desc_event_wrap', 1],
    ]);
    expect(dump(core('virtio_blk_req_out'), '0b000000')[0]).toMatchObject({ field: 'type', name: 'DISCARD' });
  });

  it('go through elements member by member, and fold the middle of many', () => {
    const zone = '01'.repeat(64);
    const named = core('virtio_blk_zone_report');
    const hex = `${'03'.padEnd(16, '0')}${'00'.repeat(56)}${zone.repeat(3)}`;
    const rows = dump(named, hex);
    expect(rows.filter((r) => r.field.endsWith('.z_cap')).map((r) => [r.field, r.offset, r.part])).toEqual([
      ['zones[0].z_cap', 64, 'tail'],
      ['zones[1].z_cap', 128, 'tail'],
      ['zones[2].z_cap', 192, 'tail'],
    ]);
    const long = `${'64'.padEnd(128, '0')}${zone.repeat(100)}`;
    const many = dump(named, long);
    expect(many.filter((r) => r.folded !== undefined).map((r) => [r.field, r.folded, r.length])).toEqual([
      ['zones[8..95]', 88, 88 * 64],
    ]);
    expect(uncovered(many, bytesOf(long))).toBeNull();
  });

  it('have the arm that is chosen, and the hole behind a short one', () => {
    const rows = dump(core('virtio_input_config'), `12${'00'.repeat(7)}01000000${'00'.repeat(124)}`);
    expect(rows.find((r) => r.field === 'u.abs.min')).toMatchObject({ value: 1, offset: 8 });
    expect(rows.filter((r) => r.part === 'hole').reduce((n, r) => n + r.length, 0)).toBe(108);
  });

  it('name what is behind the struct, and where it begins', () => {
    expect(dump(core('virtio_pmem_req'), '00000000ffee').at(-1)).toMatchObject({
      part: 'surplus',
      offset: 4,
      length: 2,
      bytes: 'ffee',
    });
  });
});

describe('where the bytes of a struct stop making sense', () => {
  const wrong = (rows: readonly DumpRow[]): string[] =>
    rows.flatMap((r) =>
      r.error === undefined ? [] : [`${r.error.code} at ${r.field}, byte ${r.offset}, ${r.length} here`],
    );

  it.each([
    ['virtio_pmem_config', '0000000000000000000000', 'short_body at size, byte 8, 3 here'],
    ['virtio_pmem_config', '', 'short_body at start, byte 0, 0 here'],
    ['virtio_net_ctrl_mac', 'ffffffff0102030405', 'short_tail at macs[0], byte 4, 5 here'],
    ['virtio_net_ctrl_mac', '0200000001020304050601', 'short_tail at macs[1], byte 10, 1 here'],
  ])('%s %s: %s', (name, hex, told) => {
    expect(wrong(dump(core(name), hex))).toEqual([told]);
  });

  it('stops behind a tag that chooses no arm', () => {
    const text = readFileSync(path('test/fixtures/structs/union.yaml'), 'utf8');
    const [ir] = compile([{ file: 'schema/demo/union.yaml', text }]).families;
    const index = new Index(ir as Index['ir']);
    const rows = dumpStruct(index, index.find('sample') as Named, Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0));
    expect(wrong(rows)).toEqual(['unknown_arm at kind, byte 0, 1 here']);
    expect(rows.slice(1).map((r) => r.part)).toEqual(['unread']);
  });

  it('stops where only the request knows what follows', () => {
    const named = store.struct('admin-1.4', 'VIRTIO_ADMIN_CMD_DEVICE_CAP_GET:in') as Found;
    const rows = dump(named, `${'00'.repeat(8)}ffff`);
    expect(rows.map((r) => r.field)).toEqual(['status', 'status_qualifier', 'reserved2', '(unread)', '(end)']);
    expect(wrong(rows)).toEqual(['ambiguous at (end), byte 10, 0 here']);
  });
});

describe('vwire dump of structs', () => {
  const answer = ['dump', '--protocol', 'admin-1.4', '--struct', 'VIRTIO_ADMIN_CMD_LIST_USE'];

  it('takes the names of a vector file, and says what the bytes are', () => {
    const run = vwire(
      ['dump', '--protocol', 'virtio-core', '--struct', 'virtio_blk_req_out', '0100000000000000', '-'],
      {
        input: '# a file of them\n01000000000000000800000000000000\n',
      },
    );
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^virtio_blk_req_out, 8 bytes, refused: short_body · virtio-core\/blk$/m);
    expect(run.stdout).toMatch(/^line 2: virtio_blk_req_out, 16 bytes · virtio-core\/blk$/m);
    expect(run.stdout).toMatch(/^ +8 {2}08 00 00 00 00 00 00 00 +sector +u64 +0x8/m);
    expect(vwire([...answer, '--part', 'in', '0000000000000000'])).toMatchObject({ code: 0 });
    const layout = vwire(['dump', '-d', 'amp-shmem-v1', '--layout', 'QUEUE_HEAD', '4f51020004000000']);
    expect(layout).toMatchObject({ code: 0, stdout: expect.stringContaining('QUEUE_HEAD, 8 bytes') });
  });

  it('gives rows as JSON, from digits and from the lines of vector files', () => {
    const rows = JSON.parse(vwire([...answer, '--part', 'in', '--json', '00000000000000000a']).stdout) as DumpRow[];
    expect(rows.map((r) => [r.part, r.field, r.bytes])).toEqual([
      ['body', 'status', '0000'],
      ['body', 'status_qualifier', '0000'],
      ['body', 'reserved2', '00000000'],
      ['surplus', '(surplus)', '0a'],
    ]);
    const run = vwire(['dump', '--jsonl', '--json', 'test/fixtures/structs/lines.jsonl', '-'], {
      input:
        '{"dialect":"amp-shmem-v1","class":"layout","message":"QUEUE_HEAD","kind":"struct","hex":"4f52020004000000"}\n',
    });
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    const found = (JSON.parse(lines[4] ?? '') as { rows: DumpRow[] }).rows.find((r) => r.finding !== undefined);
    expect(found).toMatchObject({ field: 'magic', finding: { rule: 'constraint', got: 21071 } });
    expect(run.code).toBe(1);
  });

  it('says what it does not know, and what goes together', () => {
    expect(vwire(['dump', '--protocol', 'virtio-core', '--struct', 'virtio_blk_confg', '00'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('did you mean "virtio_blk_config"?'),
    });
    expect(vwire(['dump', '-d', 'amp-shmem-v1', '--layout', 'LAYOT', '00']).stderr).toContain('"LAYOUT"');
    expect(vwire([...answer, '--jsonl', '-'])).toMatchObject({ code: 2 });
    expect(vwire(['dump', '--part', 'in', '00'])).toMatchObject({ code: 2 });
    expect(vwire([...answer, '--part', 'out'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nothing to dump'),
    });
  });
});
