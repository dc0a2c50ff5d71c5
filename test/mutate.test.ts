import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BadList,
  compile,
  DialectIndex,
  type DialectIR,
  type Entry,
  IrStore,
  isLayoutSheet,
  KnownSurvivors,
  type LayoutSheet,
  MutationRunner,
} from '@virtio-wire/generator';
import { afterAll, describe, expect, it } from 'vitest';
import { path } from './support/schema.js';
import { root, vwire } from './support/vwire.js';

const scratch = mkdtempSync(join(tmpdir(), 'vwire-mutate-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A dialect small enough to see every mutant of it. */
const DEMO = `
language: 1
protocol: demo
dialect: base
title: Demo
doc: "Two messages."
spec: demo
framing: { size: { field: msg_size }, response_bit: response }
header:
  - name: type
    type: u8
    role: type
    doc: d
    bits:
      - { name: response, lsb: 0, width: 1, doc: d }
      - { name: rest, lsb: 1, width: 7, reserved: true, doc: d }
  - { name: msg_id, type: u8, role: id, doc: d }
  - { name: msg_size, type: u16, role: size, doc: d }
classes:
  transport: { doc: d }
messages:
  transport:
    SET:
      id: 2
      from: driver
      doc: d
      spec: demo
      request:
        fields:
          - { name: flags, type: u16, doc: d, bits: [{ name: low, lsb: 0, width: 5, doc: d }, { name: high, lsb: 5, width: 11, doc: d }] }
          - { name: other, type: u16, doc: d }
          - { name: count, type: u16, doc: d }
          - { name: items, type: "u16[count]", doc: d }
    ASK:
      id: 5
      from: driver
      doc: d
      spec: demo
      request:
        fields:
          - { name: size, type: u32, doc: d }
          - { name: mode, type: u32, doc: d }
      response:
        fields: []
`;

const { dialects, report } = compile([{ file: 'schema/demo/base.yaml', text: DEMO }]);
const demo = dialects[0] as DialectIR;

/** Messages as somebody wrote them down who knows the layout and not our encoder. */
const SET: Entry = {
  ...{ dialect: 'base', class: 'transport', message: 'SET', kind: 'request' },
  header: { type: 0, msg_id: 2, msg_size: 14 },
  // 0x4143 = 0x20a << 5 | 3
  fields: { flags: 0x4143, low: 3, high: 0x20a, other: 0x0201, count: 2, items: [0x1122, 0x3344] },
  hex: '00020e0043410102020022114433',
};
/** A count that only two bytes can hold, and flags that have every bit. */
const LONG: Entry = {
  ...SET,
  header: { type: 0, msg_id: 2, msg_size: 524 },
  fields: { flags: 0xffff, low: 31, high: 0x7ff, other: 0, count: 257, items: Array.from({ length: 257 }, () => 7) },
  hex: `00020c02ffff00000101${'0700'.repeat(257)}`,
};
const ASK: Entry = {
  ...{ dialect: 'base', class: 'transport', message: 'ASK', kind: 'request' },
  header: { type: 0, msg_id: 5, msg_size: 12 },
  fields: { size: 0x81020304, mode: 0xc1c2c3c4 },
  hex: '00050c0004030281c4c3c2c1',
};
/** The same with a size that says nothing about its bytes but the lowest. */
const ASK_LOW: Entry = { ...ASK, fields: { size: 4, mode: 0xc1c2c3c4 }, hex: '00050c0004000000c4c3c2c1' };
const ANSWER: Entry = {
  ...{ dialect: 'base', class: 'transport', message: 'ASK', kind: 'response' },
  header: { type: 1, msg_id: 5, msg_size: 4 },
  fields: {},
  hex: '01050400',
};

function runnerOf(ir: DialectIR, entries: readonly Entry[]): MutationRunner {
  const found = { index: new DialectIndex(ir), profile: 'none' };
  const runner = new MutationRunner({
    dialect: () => found,
    profile: () => null,
    struct: () => null,
    layout: () => null,
  });
  runner.file('demo.json', [ANSWER, ...entries]);
  return runner;
}

const survivors = (entries: readonly Entry[], ir = demo): readonly string[] =>
  runnerOf(ir, entries).report(ir.dialect).wire.survivors;

/** No vector sets a type bit that receivers ignore. */
const IGNORED = Array.from(
  { length: 7 },
  (_, i) => `type-mask framing: 0x01 -> 0x${(1 | (2 << i)).toString(16).padStart(2, '0')}`,
);

describe('mutants of a small dialect', () => {
  it('are all told from the original by vectors that have something everywhere', () => {
    expect(report.diagnostics).toEqual([]);
    expect(survivors([SET, LONG, ASK])).toEqual(IGNORED);
  });

  it('survive where vectors have zeros, and are named', () => {
    expect(survivors([SET, LONG, ASK_LOW])).toEqual([
      ...IGNORED,
      'width transport.ASK.request.size: u32 -> u16',
      'sign transport.ASK.request.size: u32 -> s32',
    ]);
  });

  it('survive where a message has no vector', () => {
    const found = survivors([SET, LONG]);
    expect(found).toContain('offset transport.ASK.request.size: 4 -> 5');
    expect(found).toContain('order transport.ASK.request.size: u32 -> be32');
    expect(found).toContain('type-bit transport.ASK.request: 0x00 -> 0x01');
    expect(found).toContain('id transport.ASK.request: 0x05 -> 0x04');
    expect(found.some((mutant) => mutant.startsWith('id-swap'))).toBe(false);
  });

  it('have every kind there is a target for', () => {
    const { killed } = runnerOf(demo, [SET, LONG, ASK]).report('base').wire;
    expect(new Set(killed.map((mutant) => mutant.split(' ')[0]))).toEqual(
      new Set([
        'frame',
        'type-mask',
        'offset',
        'width',
        'order',
        'sign',
        'bits',
        'element-size',
        'count',
        'id',
        'type-bit',
        'id-swap',
      ]),
    );
    expect(killed).toContain('bits transport.SET.request.flags.low: 0+5 -> 0+4');
    expect(killed).toContain('count transport.SET.request.items: elements -> bytes');
    expect(killed).toContain('count transport.SET.request.items: count -> other');
    expect(killed).toContain('id-swap transport.SET.request transport.ASK.request: 0x02 <-> 0x05');
    expect(killed).toContain('order header.msg_size: u16 -> be16');
  });

  it('are told by layouts that somebody states where no bytes tell them', () => {
    const runner = runnerOf(demo, [SET, LONG, ASK_LOW]);
    const header = [
      { name: 'type', offset: 0, type: 'u8', size: 1 },
      { name: 'msg_id', offset: 1, type: 'u8', size: 1 },
      { name: 'msg_size', offset: 2, type: 'u16', size: 2 },
    ];
    const fields = [
      { name: 'size', offset: 0, type: 'u32', size: 4 },
      { name: 'mode', offset: 4, type: 'u32', size: 4 },
    ];
    const ask = { cls: 'transport', name: 'ASK', id: 5, request: fields };
    runner.layouts('sheet', { dialects: { base: { header, fixed_size: null, messages: [ask] } } });
    const { wire, broken } = runner.report('base');
    expect([wire.survivors, wire.byLayout, broken]).toEqual([IGNORED, 2, []]);
  });

  it('are not asked of a vector that is wrong to begin with', () => {
    const wrong = { ...ASK, hex: '00050c0004030282c4c3c2c1' };
    expect(runnerOf(demo, [SET, wrong]).report('base').broken).toEqual(['demo.json[2]']);
  });

  it('find a layout that departs from the vectors', () => {
    const text = DEMO.replace('name: size, type: u32', 'name: size, type: be32');
    const [broken] = compile([{ file: 'schema/demo/base.yaml', text }]).dialects;
    expect(runnerOf(broken as DialectIR, [SET, LONG, ASK]).report('base').broken).toEqual(['demo.json[3]']);
  });
});

describe('the list of known survivors', () => {
  const settle = (list: string, entries: readonly Entry[] = [SET, LONG, ASK_LOW]) =>
    KnownSurvivors.parse(list).settle(runnerOf(demo, entries).report('base'));
  const entry = (rest: string): string => `[{ of: [base], verdict: unpinned, reason: why, ${rest} }]`;
  const width = 'width transport.ASK.request.size: u32 -> u16';

  it('excuses what it names, and nothing else', () => {
    const settled = settle(entry(`mutants: ["${width}"]`));
    expect(settled).toMatchObject({ equivalent: 0, unpinned: 1, stale: [] });
    expect(settled.survived).not.toContain(width);
    expect(settled.survived).toContain('sign transport.ASK.request.size: u32 -> s32');
  });

  it('excuses a whole body, while nothing of it is pinned', () => {
    const list = entry('under: [transport.ASK.request]');
    expect(settle(list, [SET, LONG])).toMatchObject({ survived: IGNORED, stale: [] });
    expect(settle(list).stale[0]).toMatch(/^under transport.ASK.request \(killed: /);
  });

  it('is stale where a mutant is killed by now, or is none', () => {
    expect(settle(entry(`mutants: ["${width}", "width nothing: u8 -> u16"]`), [SET, LONG, ASK]).stale).toEqual([
      `${width} (killed by now)`,
      'width nothing: u8 -> u16 (no such mutant)',
    ]);
  });

  it.each(['[{ of: [base] }]', '[{', 'a: b', entry('mutant: [x]')])('refuses %s', (text) => {
    expect(() => KnownSurvivors.parse(text)).toThrow(BadList);
  });
});

const store = new IrStore(`${root}generated/ir`);
const runner = new MutationRunner(store);
const FILES = [
  ...['virtio-msg', 'virtio-msg-more', 'virtio-msg-malformed', 'virtio-msg-layouts', 'layouts-more'],
  ...['virtio-structs', 'virtio-structs-more', 'admin-rfc2021', 'admin-1.4', 'admin-1.4-more'],
];
for (const file of FILES) {
  const json: unknown = JSON.parse(readFileSync(path(`test/vectors/${file}.json`), 'utf8'));
  if (isLayoutSheet(json)) runner.layouts(file, json as LayoutSheet);
  else runner.file(`${file}.json`, json as Entry[]);
}

describe('what ships', () => {
  const known = KnownSurvivors.parse(readFileSync(path('test/vectors/equivalent-mutants.yaml'), 'utf8'));

  it('has vectors for every dialect and every family of structs', () => {
    const all = Object.values(store.index.protocols).flatMap((p) => [...p.dialects, ...Object.values(p.structs)]);
    expect([...runner.names].sort()).toEqual([...new Set(all)].sort());
    expect(runner.names).toEqual(expect.arrayContaining(known.names));
  });

  it.each(runner.names)('%s: vectors tell every mutant from the original, bar those that are known', (name) => {
    const outcome = runner.report(name);
    const { survived, stale, equivalent, unpinned } = known.settle(outcome);
    expect([outcome.broken, survived, stale]).toEqual([[], [], []]);
    expect(outcome.wire.byBytes + outcome.wire.byLayout + equivalent + unpinned).toBe(outcome.wire.mutants);
    expect(outcome.wire.byBytes).toBeGreaterThan(outcome.wire.byLayout);
  });
});

describe('mutants of rules', () => {
  it('are told by malformed messages that a profile judges, and have no target', () => {
    const { rules, wire } = runner.report('rfc3');
    expect(rules?.killed).toContain('enum device_bus_state.READY: 1 -> 0');
    expect(rules?.killed.some((mutant) => /^constraint pr28 bus.GET_DEVICES.request.offset: /.test(mutant))).toBe(true);
    expect(rules?.survivors.length).toBeGreaterThan(0);
    expect([...wire.killed, ...wire.survivors].some((mutant) => /^(constraint|enum|reserved) /.test(mutant))).toBe(
      false,
    );
  });
});

describe('vwire vectors --mutate', () => {
  const VECTORS = 'test/vectors/virtio-msg.json';
  const SHEET = 'test/vectors/virtio-msg-layouts.json';
  const MALFORMED = 'test/vectors/virtio-msg-malformed.json';

  it('counts what was told by what, and exits 0 where only known mutants survive', () => {
    const excused = join(scratch, 'excused.yaml');
    const mutants = ['07', '0b', '13', '23', '43'].map((mask) => `type-mask framing: 0x03 -> 0x${mask}`);
    writeFileSync(excused, JSON.stringify([{ of: ['v1-2026'], mutants, verdict: 'unpinned', reason: 'bits not set' }]));
    const args = ['vectors', '--mutate', '--only', 'v1-2026', '--equivalents', excused, VECTORS, MALFORMED, SHEET];
    const run = vwire(args);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toMatch(/^v1-2026 +\d+ +\d+ +\d+ +\d+ +0 +5 +0 +\d+ of \d+$/m);
  });

  it('names survivors, and exits 1, where there is no list or less to tell them by', () => {
    const none = join(scratch, 'none.yaml');
    writeFileSync(none, '[]');
    const args = ['vectors', '--mutate', '--only', 'v1-2026', '--json', '--equivalents', none, VECTORS];
    const run = vwire(args);
    expect(run.code).toBe(1);
    const { subjects } = JSON.parse(run.stdout) as { subjects: { name: string; survived: string[] }[] };
    expect(subjects.map((s) => s.name)).toEqual(['v1-2026']);
    expect(subjects[0]?.survived).toContain('width transport.SET_CONFIG.request.length: u32 -> u16');
  });

  it('reports lines of the list that are not so', () => {
    const list = join(scratch, 'stale.yaml');
    writeFileSync(list, '[{ of: [fs, no-such], mutants: ["width x: u8 -> u16"], verdict: equivalent, reason: none }]');
    const run = vwire([
      'vectors',
      '--mutate',
      '--only',
      'fs',
      '--equivalents',
      list,
      'test/vectors/virtio-structs.json',
    ]);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('stale     fs: width x: u8 -> u16 (no such mutant)');
    expect(run.stdout).toContain('stale     no-such: there is no such dialect or family');
  });

  it.each([
    [['--mutate', '--only', 'v1-2027', VECTORS], 'v1-2026'],
    [['--only', 'rfc3', VECTORS], '--mutate'],
    [['--mutate', '--equivalents', VECTORS, SHEET, VECTORS], 'is no list of mutants'],
  ])('%j is wrong use', (args, told) => {
    const run = vwire(['vectors', ...args]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(told)]);
  });
});
