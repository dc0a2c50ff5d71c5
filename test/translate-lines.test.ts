import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bridgeOf,
  chain,
  compile,
  DialectIndex,
  encode,
  IrStore,
  LineDecoder,
  LineTranslator,
  type Translation,
  translate,
} from '@virtio-wire/generator';
import { afterAll, describe, expect, it } from 'vitest';
import { root, vwire } from './support/vwire.js';

const store = new IrStore(`${root}generated/ir`);
const named = (name: string) => ({ name, index: store.dialect(name)?.index as DialectIndex });

interface Parts {
  readonly from?: string;
  readonly enums?: string;
  readonly rules?: string;
}

/** A dialect with one event of these fields. */
function demo(fields: readonly string[], { from = 'driver', enums = '', rules = '' }: Parts = {}): DialectIndex {
  const rows = fields.map((f) => `\n          - { ${f}, doc: "a field" }`).join('') || ' []';
  const text = `language: 1
protocol: demo
dialect: base
title: "Demo"
doc: "A protocol for tests."
spec: "demo, chapter 1"
framing: { size: { field: size } }
header:
  - { name: id, type: u8, role: id, doc: "message id" }
  - { name: size, type: u16, role: size, doc: "bytes in all" }
classes:
  demo: { doc: "the only class" }
${enums}messages:
  demo:
    TELL:
      id: 0x01
      from: ${from}
      doc: "Tells."
      spec: "demo, TELL"
      event:
        fields:${rows}${rules}
`;
  const { dialects, report } = compile([{ file: 'schema/demo/base.yaml', text }]);
  expect(report.diagnostics, text).toEqual([]);
  return new DialectIndex(dialects[0] as (typeof dialects)[number]);
}

const state = (values: Readonly<Record<string, number>>, rest = ''): string => `enums:
  state:
    doc: "how it is"
    spec: "demo, states"${rest}
    values:
${Object.entries(values)
  .map(([name, value]) => `      ${name}: { value: ${value}, doc: "a value" }`)
  .join('\n')}
`;
const STATE = ['name: state, type: u8, enum: state'];

/** What becomes of a message with these values. */
function carry(a: DialectIndex, b: DialectIndex, fields: Record<string, unknown>): Translation {
  const body = a.byKey('demo.TELL.event');
  const encoded = body === undefined ? null : encode(a, body, {}, fields);
  if (encoded === null || 'error' in encoded) throw new Error(JSON.stringify(encoded));
  return translate(a, b, encoded.bytes);
}
const hex = (translation: Translation): string =>
  translation.verdict === 'impossible'
    ? JSON.stringify(translation.why)
    : Buffer.from(translation.bytes).toString('hex');
const table = (a: DialectIndex, b: DialectIndex) => bridgeOf(a, b).messages[0];

describe('a constant', () => {
  const old = demo(STATE, { enums: state({ ON: 1, OFF: 2, GONE: 3 }) });

  it('arrives under its new number, and comes back under the old one', () => {
    const renumbered = demo(STATE, { enums: state({ ON: 2, OFF: 1, GONE: 3 }) });
    expect(hex(carry(old, renumbered, { state: 1 }))).toBe('01040002');
    expect(hex(carry(renumbered, old, { state: 2 }))).toBe('01040001');
    expect(table(old, renumbered)).toMatchObject({ bridge: 'exact' });
  });

  it('with a new name keeps its number', () => {
    const renamed = demo(STATE, { enums: state({ READY: 1, OFF: 2, GONE: 3 }) });
    expect(hex(carry(old, renamed, { state: 1 }))).toBe('01040001');
  });

  it('that is not there, or whose number means something else there, is not carried', () => {
    const fewer = demo(STATE, { enums: state({ ON: 1, OFF: 3 }) });
    expect(carry(old, fewer, { state: 3 })).toMatchObject({
      verdict: 'impossible',
      why: [{ code: 'no_constant', field: 'state', value: 3, limit: '1 ON, 3 OFF' }],
    });
    expect(hex(carry(old, fewer, { state: 2 }))).toBe('01040003');
    expect(table(old, fewer)).toMatchObject({ bridge: 'depends', because: ['state other constants'] });
  });

  it('of a set of flags moves alone', () => {
    const flags = ' \n    flags: true';
    const a = demo(STATE, { enums: state({ READ: 1, WRITE: 2, RUN: 4 }, flags) });
    const b = demo(STATE, { enums: state({ RUN: 1, READ: 8, WRITE: 2 }, flags) });
    expect(hex(carry(a, b, { state: 7 }))).toBe('0104000b');
    expect(hex(carry(b, a, { state: 9 }))).toBe('01040005');
    expect(table(a, b)).toMatchObject({ bridge: 'exact' });
  });
});

describe('a field', () => {
  it('that moved, was widened or turned round is found by what it is', () => {
    const a = demo(['name: x, type: u8', 'name: y, type: u16']);
    const b = demo(['name: y, type: be32', 'name: x, type: u16']);
    expect(hex(carry(a, b, { x: 7, y: 0x1234 }))).toBe('010900000012340700');
    expect(carry(b, a, { y: 0x12345, x: 7 })).toMatchObject({
      why: [{ code: 'too_large', field: 'y', value: 0x12345 }],
    });
    expect(table(b, a)).toMatchObject({ bridge: 'depends', because: ['y only u16', 'x only u8'] });
  });

  it('with a number on one side and a list on the other is not guessed at', () => {
    const a = demo(['name: x, type: u32']);
    const b = demo(['name: x, type: "u8[4]"']);
    expect(carry(a, b, { x: 1 })).toMatchObject({ verdict: 'impossible', why: [{ code: 'other_form', field: 'x' }] });
    expect(carry(a, b, { x: 0 })).toMatchObject({ verdict: 'exact', assumed: [{ field: 'x', value: '00000000' }] });
  });

  it('must keep what the other text demands of it, and one that is filled with zero too', () => {
    const a = demo(['name: x, type: u8']);
    const rule = (field: string, text: string): string => `
        constraints:
          - { field: ${field}, rule: "${text}", doc: "a rule" }`;
    const small = demo(['name: x, type: u8'], { rules: rule('x', 'x <= 9') });
    expect(carry(a, small, { x: 10 })).toMatchObject({
      why: [{ code: 'constraint', field: 'x', value: 10, limit: 'x <= 9' }],
    });
    const more = demo(['name: x, type: u8', 'name: n, type: u8'], { rules: rule('n', 'n >= 1') });
    expect(carry(a, more, { x: 1 })).toMatchObject({ why: [{ code: 'constraint', field: 'n', value: 0 }] });
    expect(table(a, small)).toMatchObject({ bridge: 'depends', because: ['needs x <= 9'] });
    expect(table(a, more)).toMatchObject({ bridge: 'impossible', because: ['n >= 1 cannot hold'] });
  });

  it('that is reserved is no field: what lies in its bytes is not taken for the new one', () => {
    const a = demo(['name: x, type: u8', 'name: pad, type: u8, reserved: true']);
    const b = demo(['name: x, type: u8', 'name: flags, type: u8']);
    expect(carry(a, b, { x: 1, pad: 5 })).toMatchObject({
      verdict: 'lossy',
      lost: [{ field: 'pad', value: 5, why: 'reserved' }],
      assumed: [{ field: 'flags', value: 0 }],
    });
  });
});

describe('a list', () => {
  const counted = demo(['name: n, type: u8', 'name: data, type: "u8[n]"']);
  const free = demo(['name: n, type: u16', 'name: data, type: "u8[n]"']);
  const fixed = demo(['name: n, type: u8', 'name: data, type: "u8[4]"']);
  const bare = demo(['name: data, type: "u8[4]"']);

  it('is filled up where its length is fixed, and ends at its counter on the way back', () => {
    const there = carry(counted, fixed, { n: 2, data: '0a0b' });
    expect([there.verdict, hex(there)]).toEqual(['exact', '010800020a0b0000']);
    expect(hex(translate(fixed, counted, Buffer.from(hex(there), 'hex')))).toBe('010600020a0b');
  });

  it('loses what lies behind the counter, and does not invent what is not there', () => {
    expect(carry(fixed, counted, { n: 1, data: '01020304' })).toMatchObject({
      verdict: 'lossy',
      lost: [{ field: 'data[1..3]', value: '020304', why: 'elements' }],
    });
    expect(carry(fixed, counted, { n: 9, data: '01020304' })).toMatchObject({
      verdict: 'impossible',
      why: [{ code: 'too_large', field: 'n', value: 9 }],
    });
  });

  it('with more elements than there is room for is not cut', () => {
    expect(carry(counted, bare, { n: 5, data: '0102030405' })).toMatchObject({
      why: [{ code: 'too_large', field: 'data', value: 5 }],
    });
    expect(carry(counted, bare, { n: 2, data: '0102' })).toMatchObject({
      lost: [{ field: 'n', value: 2, why: 'count' }],
    });
    expect(carry(counted, bare, { n: 4, data: '01020304' })).toMatchObject({ verdict: 'exact', lost: [] });
  });

  it('whose counter claims anything allocates nothing', () => {
    const none = demo(['name: n, type: u16']);
    expect(carry(none, free, { n: 0xffff })).toMatchObject({
      verdict: 'impossible',
      why: [{ field: 'n', limit: '0' }],
    });
    expect(carry(none, free, { n: 0 })).toMatchObject({ verdict: 'exact' });
  });
});

describe('the sender', () => {
  it('must be one that may send there', () => {
    const [driver, device, either] = ['driver', 'device', 'either'].map((from) => demo([], { from })) as [
      DialectIndex,
      DialectIndex,
      DialectIndex,
    ];
    expect(carry(driver, device, {})).toMatchObject({
      why: [{ code: 'direction', value: 'driver', limit: 'from the device' }],
    });
    expect(table(driver, device)).toMatchObject({ bridge: 'impossible' });
    expect(carry(either, device, {})).toMatchObject({
      verdict: 'exact',
      assumed: [{ field: 'direction', value: 'device->driver' }],
    });
    const told = translate(either, device, Buffer.from('010300', 'hex'), { direction: 'driver->device' });
    expect(told).toMatchObject({ verdict: 'impossible' });
  });
});

describe('a chain', () => {
  it('adds up what its hops lose, and ends where one is impossible', () => {
    const [rfc3, rfc2, rfc1] = ['rfc3', 'rfc2', 'rfc1'].map((name) => named(name).index) as [
      DialectIndex,
      DialectIndex,
      DialectIndex,
    ];
    const info = Buffer.from(`0102000001002000${'02000000'}${'f41a0000'}${'40000000'}${'00000000'.repeat(3)}`, 'hex');
    const { translation, hops } = chain([rfc3, rfc2, rfc1], info);
    expect(translation).toMatchObject({
      verdict: 'lossy',
      lost: [{ field: 'header.token' }, { field: 'num_feature_bits' }],
      assumed: [{ field: 'device_version' }],
    });
    expect(hops.map((hop) => hop.translation.verdict)).toEqual(['lossy', 'lossy']);
    const shm = chain([rfc3, rfc1, rfc2], Buffer.from('000c000001000c0001000000', 'hex'));
    expect(shm.translation).toMatchObject({ verdict: 'impossible', why: [{ code: 'no_message' }] });
    expect(shm.hops).toHaveLength(1);
    expect(() => chain([rfc3], info)).toThrow(RangeError);
  });
});

describe('translate --jsonl', () => {
  const translator = (to: string, from?: string, via: readonly string[] = []) =>
    new LineTranslator(store, { from, to: named(to), via: via.map(named) });
  const answer = (line: unknown, to = 'v1-2026', from?: string): Record<string, unknown> =>
    JSON.parse(translator(to, from).line(typeof line === 'string' ? line : JSON.stringify(line))) as Record<
      string,
      unknown
    >;

  it('gives an entry of the other dialect, which decode reads as it stands', () => {
    const entry = {
      dialect: 'rfc3',
      class: 'bus',
      message: 'GET_DEVICES',
      kind: 'response',
      profile: 'pr28',
      note: 7,
      header: { stale: 1 },
      hex: '0302000001000f0000000800100005',
    };
    const translated = answer(entry);
    expect(translated).toMatchObject({
      dialect: 'v1-2026',
      message: 'GET_DEVICES',
      note: 7,
      hex: '0302000001000f0000001000080005',
      size: 15,
      verdict: 'exact',
      fields: { offset: 0, count: 8, next_offset: 16, bitmap: '05' },
      from: { dialect: 'rfc3', hex: entry.hex },
    });
    expect(translated).not.toHaveProperty('profile');
    const decoded = new LineDecoder(store).entry(translated);
    expect(decoded).toMatchObject({ fields: translated.fields, header: translated.header });
    expect(decoded).not.toHaveProperty('error');
  });

  it('keeps what cannot be translated, and says why', () => {
    const entry = { dialect: 'rfc3', hex: '000c000001000c0001000000' };
    expect(answer(entry, 'rfc1')).toMatchObject({ ...entry, verdict: 'impossible', why: [{ code: 'no_message' }] });
    expect(answer({ hex: '0002' }, 'rfc1', 'rfc3')).toMatchObject({ hex: '0002', error: { code: 'short_header' } });
  });

  it('asks the names of an entry where the header does not tell', () => {
    const hex = `10000000${'00000000'}`.padEnd(80, '0');
    expect(answer({ dialect: 'qemu-2024-0', hex }, 'alpha')).toMatchObject({ error: { code: 'ambiguous' } });
    const whole = { dialect: 'qemu-2024-0', class: 'transport', message: 'GET_DEVICE_INFO', kind: 'response', hex };
    expect(answer(whole, 'alpha')).toMatchObject({ verdict: 'exact', kind: 'response', hex: `0103${'0'.repeat(76)}` });
  });

  it.each([
    ['{', 'bad_json'],
    ['[1]', 'bad_json'],
    [{ dialect: 'rfc9', hex: '00' }, 'unknown_dialect'],
    [{ hex: '00' }, 'no_dialect'],
    [{ dialect: 'rfc3', hex: '0g' }, 'bad_hex'],
    [{ dialect: 'rfc3', hex: 5 }, 'bad_hex'],
    [{ protocol: 'virtio-core', struct: 'virtio_blk_req_out', hex: '00' }, 'not_a_message'],
  ])('answers %j with %s', (line, code) => {
    expect(answer(line)).toMatchObject({ error: { code } });
  });

  it('answers every line of a capture, frame by frame', () => {
    const lines = readFileSync(`${root}test/vectors/traces/optee-device.jsonl`, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(0, 40);
    const lineTranslator = translator('v1-2026');
    const answers = lines.map((line) => JSON.parse(lineTranslator.line(line)) as Record<string, unknown>);
    expect(answers[0]).toEqual(JSON.parse(lines[0] as string));
    const frames = answers.flatMap((entry) => (entry.frames ?? []) as { verdict: string; dialect: string }[]);
    expect(frames.length).toBeGreaterThan(50);
    expect(frames.every(({ verdict }) => ['exact', 'lossy', 'impossible'].includes(verdict))).toBe(true);
    expect(lineTranslator.counts).toMatchObject({ lines: 40, refused: 0 });
  });
});

describe('vwire translate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vwire-translate-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads digits, a file of raw bytes and standard input, and exits 1 where something is lost', () => {
    const file = join(folder, 'raw.bin');
    writeFileSync(file, Buffer.from('000700000600010000000600', 'hex').subarray(0, 6 + 6));
    const run = vwire(['translate', '--from', 'rfc2', '--to', 'rfc3', file, '-', '000700000600'], {
      input: '# a comment\n0007 0000 0600\n',
    });
    expect(run.stderr).toBe('');
    expect(run.stdout.match(/^ {2}0007000000000800$/gm)).toHaveLength(3);
    expect(run.stdout).toContain('assumed  header.token = 0');
    expect(run.code).toBe(1);
  });

  it('prints one line of JSON per message, and loads nothing that reads or writes a schema', () => {
    const run = vwire(['translate', '--from', 'rfc2', '--via', 'rfc3', '--to', 'qemu', '--json', '000700000600'], {
      env: { NODE_DEBUG: 'esm' },
    });
    expect(JSON.parse(run.stdout)).toMatchObject({
      dialect: 'qemu',
      hex: '0007000000000800',
      size: 8,
      verdict: 'exact',
      from: { dialect: 'rfc2' },
    });
    expect(run.code).toBe(0);
    for (const name of ['ts-morph', 'typescript', 'yaml', 'zod', 'handlebars'])
      expect(run.stderr).not.toContain(`node_modules/${name}/`);
  });

  it('has the table as text, Markdown and JSON', () => {
    const rows = JSON.parse(vwire(['translate', '--table', '--from', 'rfc3', '--json']).stdout) as {
      to: string;
      messages: { bridge: string }[];
    }[];
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.every(({ messages }) => messages.length === 30)).toBe(true);
    const markdown = vwire(['translate', '--table', '--from', 'rfc3', '--to', 'v1-2026', '--markdown']).stdout;
    expect(markdown).toContain(
      '| bus GET_DEVICES response | depends | needs next_offset == 0 \\|\\| next_offset > offset |',
    );
  });

  it.each([
    [['00'], /give --to/],
    [['--to', 'rfc3', '00'], /give --from/],
    [['--to', 'rfc33', '00'], /did you mean "rfc3"/],
    [['--to', 'rfc3', '--from', 'rfc2'], /nothing to translate/],
    [['--table', '--via', 'rfc3'], /--table is about all messages/],
  ])('%j is wrong use', (args, message) => {
    const run = vwire(['translate', ...args]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(message);
  });
});
