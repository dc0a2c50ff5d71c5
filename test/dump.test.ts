import { type BodyIR, type DumpRow, decode, dumpMessage, IrStore, isRefused, judge } from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scratchFiles } from './support/scratch.js';
import { bytesOf, DIALECTS, malformed, traceLines, vectors } from './support/vectors.js';
import { root, vwire } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);
const dialect = (name: string) => {
  const found = store.dialect(name);
  if (found === null) throw new Error(`no dialect ${name}`);
  return { index: found.index, profile: store.profile(found.index.ir.protocol, found.profile) };
};
const dump = (name: string, hex: string | Uint8Array, all = false): DumpRow[] => {
  const { index, profile } = dialect(name);
  return dumpMessage(index, profile, typeof hex === 'string' ? bytesOf(hex) : hex, { all });
};

const file = scratchFiles('vwire-dump-');

/** Every byte exactly once, in order, at the offset the row states. */
function expectWhole(rows: readonly DumpRow[], bytes: Uint8Array): void {
  let at = 0;
  for (const row of rows) {
    expect(row.offset).toBe(at);
    expect(row.bytes.length).toBe(2 * row.length);
    at += row.length;
  }
  expect(rows.map((r) => r.bytes).join('')).toBe(Buffer.from(bytes).toString('hex'));
}

describe('the rows of a message', () => {
  it('hold every byte of every vector and of every prefix of it once, in order', () => {
    for (const { dialect: name, hex } of vectors) {
      const whole = bytesOf(hex);
      for (let length = 0; length <= whole.length; length++) {
        const bytes = whole.subarray(0, length);
        expectWhole(dump(name, bytes), bytes);
      }
    }
  });

  it('hold every byte of noise, and of vectors with noise in and behind them', () => {
    const names = fc.constantFrom(...DIALECTS);
    const spoiled = fc
      .tuple(fc.constantFrom(...vectors), fc.uint8Array({ maxLength: 40 }), fc.nat(80), fc.nat(255))
      .map(([v, behind, at, byte]) => {
        const bytes = Uint8Array.from([...bytesOf(v.hex), ...behind]);
        if (at < bytes.length) bytes[at] = byte;
        return { name: v.dialect, bytes };
      });
    const noise = fc.record({ name: names, bytes: fc.uint8Array({ maxLength: 400 }) });
    fc.assert(
      fc.property(fc.oneof(spoiled, noise), fc.boolean(), ({ name, bytes }, all) => {
        expectWhole(dump(name, bytes, all), bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('carry the error of the decoder, once, exactly where it refuses', () => {
    const samples = [
      ...malformed.map((m) => ({ dialect: m.dialect, hex: m.hex })),
      ...vectors.flatMap((v) => [4, 9, 14, 21].map((n) => ({ dialect: v.dialect, hex: v.hex.slice(0, 2 * n) }))),
    ];
    for (const { dialect: name, hex } of samples) {
      const result = decode(dialect(name).index, bytesOf(hex));
      const errors = dump(name, hex).flatMap((r) => (r.error === undefined ? [] : [r.error]));
      expect(errors, `${name} ${hex}`).toEqual(isRefused(result) ? [result.error] : []);
    }
  });

  it('carry every finding of the rules, each once', () => {
    for (const { dialect: name, hex } of [...vectors, ...malformed]) {
      const { index, profile } = dialect(name);
      const bytes = bytesOf(hex);
      const decoded = decode(index, bytes);
      if (isRefused(decoded) || profile === null) continue;
      const said = judge({ index, decoded, bytes, profile, direction: null, context: {}, named: null });
      const rows = dump(name, hex);
      const shown = rows.flatMap((r) => (r.finding === undefined ? [] : [r.finding]));
      expect(shown.map((f) => `${f.rule} ${f.field}`).sort()).toEqual(said.map((f) => `${f.rule} ${f.field}`).sort());
      for (const row of rows) {
        if (row.finding === undefined || row.length === 0) continue;
        expect(row.finding.offset).toBeGreaterThanOrEqual(row.offset);
        expect(row.finding.offset).toBeLessThan(row.offset + row.length);
      }
    }
  });

  it('have the values of the vectors', () => {
    for (const v of vectors) {
      const { index, profile } = dialect(v.dialect);
      const named = (all: readonly BodyIR[]) => all.filter((b) => b.key === `${v.class}.${v.message}.${v.kind}`);
      const rows = dumpMessage(index, profile, bytesOf(v.hex), { select: named });
      const told = new Map(rows.map((r) => [r.field, r.value]));
      for (const [name, value] of Object.entries({ ...v.header, ...v.fields })) {
        if (typeof value === 'number' && told.has(name)) expect(told.get(name), `${v.message} ${name}`).toBe(value);
        else if (typeof value === 'number') {
          const bits = rows.flatMap((r) => r.bits ?? []);
          expect(bits.find((b) => b.name === name)?.value, `${v.message} ${name}`).toBe(value);
        } else if (typeof value === 'string' && /^\d+$/.test(value) && told.get(name) !== undefined) {
          expect(String(told.get(name))).toBe(value);
        }
      }
    }
  });
});

describe('parts of a message', () => {
  const parts = (rows: readonly DumpRow[]) => rows.map((r) => `${r.part} ${r.field} ${r.length}`);

  it('label header, body, surplus and what the carrier delivered behind the message', () => {
    const rows = dump('rfc3', '01070100010010000300000000000000ffff');
    expect(parts(rows).slice(5)).toEqual(['body status 4', 'surplus (surplus) 4', 'carrier (carrier) 2']);
    expect(rows[5]).toMatchObject({ value: 3, name: 'ACKNOWLEDGE|DRIVER', type: 'u32' });
  });

  it('label the padding of a fixed frame', () => {
    const rows = dump('rfc1', `0021010005${'00'.repeat(35)}`);
    expect(parts(rows).slice(3)).toEqual([
      'body vq_index 4',
      'body next_offset 4',
      'body next_wrap 4',
      'padding (padding) 16',
      'padding (padding) 8',
    ]);
    expect(rows[3]?.value).toBe(5);
  });

  it('go through a counted tail element by element, and through bytes by sixteen', () => {
    const features = dump('rfc3', '010301000100180000000000020000000100000002000000');
    expect(features.filter((r) => r.part === 'tail').map((r) => [r.field, r.type, r.value])).toEqual([
      ['features[0]', 'u32', 1],
      ['features[1]', 'u32', 2],
    ]);
    const config = dump('rfc3', `0105010001002800${'00'.repeat(8)}14000000${'41'.repeat(20)}`);
    expect(parts(config).slice(-2)).toEqual(['tail data[0..15] 16', 'tail data[16..19] 4']);
  });

  it('fold a long tail in the middle unless all of it is wanted', () => {
    const hex = `0105010001001404${'00'.repeat(8)}00040000${'41'.repeat(1024)}`;
    const folded = dump('rfc3', hex).filter((r) => r.part === 'tail');
    expect(folded.length).toBeLessThan(20);
    expect(folded.filter((r) => r.folded !== undefined)).toHaveLength(1);
    expect(dump('rfc3', hex, true).filter((r) => r.part === 'tail')).toHaveLength(64);
  });

  it('show bit groups under their word, and devices of a window by their number', () => {
    const avail = dump('rfc3', '00410100000010000100000005000080').at(-1);
    expect(avail?.bits?.map((b) => [b.name, b.value])).toEqual([
      ['next_offset', 5],
      ['next_wrap', 1],
    ]);
    const window = dump('rfc3', '03020000010010000800100000000500').find((r) => r.part === 'tail');
    expect(window).toMatchObject({ field: 'bitmap', name: '{8,10}', value: '0500' });
  });
});

describe('where the bytes stop making sense', () => {
  const wrong = (rows: readonly DumpRow[]) =>
    rows.flatMap((r) =>
      r.error === undefined ? [] : [`${r.error.code} at ${r.field}, ${r.length} of its bytes here`],
    );

  it.each([
    ['rfc3', '0002', 'short_header at dev_num, 0 of its bytes here'],
    ['rfc3', '000200', 'short_header at dev_num, 1 of its bytes here'],
    ['rfc3', '', 'short_header at type, 0 of its bytes here'],
    ['rfc3', '0002000003000700ffff', 'size_below_header at msg_size, 2 of its bytes here'],
    ['rfc3', '00990000030008', 'short_header at msg_size, 1 of its bytes here'],
    ['rfc3', '0099000003000c00ffffffff', 'unknown_id at msg_id, 1 of its bytes here'],
    ['rfc3', '000a01000200300000000000', 'truncated at reserved0, 0 of its bytes here'],
    ['rfc3', '0008010002000a00ffff', 'short_body at status, 2 of its bytes here'],
    ['rfc3', `0105010001001600${'00'.repeat(8)}04000000aabb`, 'short_tail at data[2], 0 of its bytes here'],
    ['rfc1', '00210100050000', 'frame_size at vq_index, 3 of its bytes here'],
  ])('%s %s: %s', (name, hex, told) => {
    expect(wrong(dump(name, hex))).toEqual([told]);
  });

  it('still tells the fields before', () => {
    const rows = dump('v1-2026', '000a010002003000000000000100000000010000');
    expect(rows.filter((r) => r.part === 'body').map((r) => [r.field, r.value])).toEqual([
      ['index', 0],
      ['flags', 1],
      ['size', 256],
      ['reserved', null],
    ]);
    expect(rows.find((r) => r.field === 'flags')?.name).toBe('ENABLE');
  });

  it('does not believe an absurd count', () => {
    const rows = dump('rfc3', '010301000100180000000000ffffffff0100000002000000');
    expect(rows.at(-1)?.error?.code).toBe('short_tail');
    expect(rows.filter((r) => r.part === 'tail').map((r) => r.value)).toEqual([1, 2, null]);
  });
});

describe('vwire dump', () => {
  const status = '01070100000010000300000000000000';

  it('shows each byte with its field, its value and what is wrong with it', () => {
    const run = vwire(['dump', '-d', 'rfc3', status]);
    expect(run).toMatchObject({ code: 1, stderr: '' });
    expect(run.stdout).toMatch(/^ +8 {2}03 00 00 00 +status +u32 +3 ACKNOWLEDGE\|DRIVER/m);
    expect(run.stdout).toMatch(/^ +! token: token is 0.*\(R6\)$/m);
    expect(run.stdout).toMatch(/^surplus/m);
    expect(run.stdout).not.toContain('\u001b[');
    expect(vwire(['dump', '-d', 'pr28', status]).code).toBe(0);
    expect(vwire(['dump', '-d', 'rfc3', '--no-rules', status]).code).toBe(0);
  });

  it('colours only where it is wanted, and shows clauses where they are asked for', () => {
    expect(vwire(['dump', '-d', 'rfc3', status], { env: { FORCE_COLOR: '1' } }).stdout).toContain('\u001b[');
    expect(vwire(['dump', '-d', 'rfc3', status, '--clause']).stdout).toContain('(transport-msg.tex');
  });

  it('gives rows as JSON whose bytes are the input', () => {
    const run = vwire(['dump', '-d', 'rfc3', '--json', status]);
    const rows = JSON.parse(run.stdout) as DumpRow[];
    expect(rows.map((r) => r.bytes).join('')).toBe(status);
    expect(rows.find((r) => r.field === 'token')?.finding).toMatchObject({ rule: 'token', clause: 'R6' });
  });

  it('cuts raw bytes into messages and dumps lines of digits', () => {
    const two = '0203000007000c002a0000000042010000000c0001000000';
    const raw = vwire(['dump', '-d', 'rfc3', '--json', file('two.bin', bytesOf(two))]);
    const dumped = raw.stdout
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l) as { start: number; rows: DumpRow[] });
    expect(dumped.map((d) => d.start)).toEqual([0, 12]);
    expect(dumped.flatMap((d) => d.rows.map((r) => r.bytes)).join('')).toBe(two);
    const text = vwire(['dump', '-d', 'rfc3', '-'], { input: `# two\r\n${two.slice(0, 24)}\r\n\r\n${two.slice(24)}` });
    expect(text.stdout).toMatch(/^line 2: PING request/m);
    expect(text.stdout).toMatch(/^line 4: EVENT_USED event/m);
  });

  it('dumps every frame of a trace, or those of one line under the header of the trace', () => {
    const path = 'test/vectors/traces/optee-device.jsonl';
    const all = vwire(['dump', '--jsonl', '--json', path]);
    const frames = all.stdout
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l) as { line: number; at: string });
    const expected = traceLines('optee-device.jsonl').flatMap((l, i) => {
      const entry = JSON.parse(l) as { req?: string; resp?: string };
      return [entry.req, entry.resp].filter((f) => typeof f === 'string').map(() => i + 1);
    });
    expect(frames.map((f) => f.line)).toEqual(expected);
    const one = vwire(['dump', '--jsonl', path, '--line', String(expected[0])]);
    expect(one.stdout).toMatch(new RegExp(`^line ${expected[0]}, req: `, 'm'));
    expect(one.stderr).toBe('');
  });

  it('says what is wrong with digits, lines and its own arguments', () => {
    expect(vwire(['dump', '-d', 'rfc3', '00020'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('bad_hex'),
    });
    expect(vwire(['dump', '--jsonl', '-'], { input: 'no json\u0000\n' })).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('bad_json'),
    });
    expect(vwire(['dump', '-d', 'rfc3'])).toMatchObject({ code: 2, stdout: '' });
    expect(vwire(['dump', status])).toMatchObject({ code: 2, stderr: expect.stringContaining('--dialect') });
    expect(vwire(['dump', '-d', 'rcf3', status])).toMatchObject({ code: 2, stderr: expect.stringContaining('rfc3') });
    expect(vwire(['dump', '--jsonl', '--line', '0', '-'])).toMatchObject({ code: 2 });
    expect(vwire(['dump', '--jsonl', '--line', '9', '-'], { input: '{}\n' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no line 9'),
    });
  });
});
