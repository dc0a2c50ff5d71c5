import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyAllowList,
  compareSchemas,
  compile,
  GitProblem,
  readAllowList,
  type SchemaIR,
  schemaAt,
} from '@virtio-wire/generator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vwire } from './support/vwire.js';

const BASE = `language: 1
protocol: demo
dialect: base
title: "Demo"
doc: "A protocol for tests."
spec: "demo, chapter 1"
framing: { size: { field: msg_size }, response_bit: response }
header:
  - { name: type, type: u8, role: type, bits: [ { name: response, lsb: 0, width: 1, doc: "1 = response" }, { name: reserved, lsb: 1, width: 7, reserved: true, doc: "zero" } ], doc: "direction" }
  - { name: msg_id, type: u8, role: id, doc: "message id" }
  - { name: msg_size, type: u16, role: size, doc: "bytes in all" }
classes:
  transport: { doc: "the only class" }
messages:
  transport:
    ASK:
      id: 0x01
      from: driver
      doc: "Asks."
      spec: "demo, ASK"
      request:
        fields:
          - { name: a, type: u16, doc: "a field" }
          - { name: b, type: u16, doc: "a field" }
`;
const SWAPPED = BASE.replace('name: a', 'name: x').replace('name: b', 'name: a').replace('name: x', 'name: b');
const OTHER = BASE.replace('dialect: base', 'dialect: other');

const folder = mkdtempSync(join(tmpdir(), 'vwire-diff-'));
afterAll(() => rmSync(folder, { recursive: true }));

const git = (...args: string[]): void => {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  // What git tidies up behind our back would run into the end of the folder.
  const alone = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];
  const run = spawnSync('git', [...identity, ...alone, ...args], { cwd: folder, encoding: 'utf8' });
  expect(run.status, run.stderr).toBe(0);
};
const put = (file: string, text: string): void => {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), text);
};

beforeAll(() => {
  git('init', '-q', '-b', 'main');
  put('schema/demo/base.yaml', BASE);
  put('schema/demo/gone.yaml', BASE.replace('dialect: base', 'dialect: gone'));
  put('schema/meta/ignored.yaml', 'not: a schema');
  git('add', '.');
  git('commit', '-q', '-m', 'a schema');
  git('tag', 'v1');
  rmSync(join(folder, 'schema/demo/gone.yaml'));
  put('schema/demo/base.yaml', SWAPPED);
  put('schema/demo/other.yaml', OTHER);
});

const schemaOf = (texts: readonly { file: string; text: string }[]): SchemaIR => {
  const compiled = compile(texts);
  expect(compiled.report.diagnostics).toEqual([]);
  return compiled;
};
const now = schemaOf([
  { file: 'schema/demo/base.yaml', text: SWAPPED },
  { file: 'schema/demo/other.yaml', text: OTHER },
]);

describe('a schema and what it was at a git ref', () => {
  it('is read out of the object store, subfolder by subfolder, without the files for editors', () => {
    const texts = schemaAt(join(folder, 'schema'), 'v1');
    expect(texts.map(({ file }) => file)).toEqual(['v1:demo/base.yaml', 'v1:demo/gone.yaml']);
    expect(texts[0]?.text).toBe(BASE);
  });

  it.each(['nowhere', '', '--output=stolen', 'v1:schema'])('refuses the ref "%s"', (ref) => {
    expect(() => schemaAt(join(folder, 'schema'), ref)).toThrow(GitProblem);
  });

  it('tells what was added, removed and changed', () => {
    const before = schemaOf(schemaAt(join(folder, 'schema'), 'v1'));
    const { added, removed, changed } = compareSchemas(before, now, 'v1');
    expect({ added, removed }).toEqual({ added: ['demo/other'], removed: ['demo/gone'] });
    expect(changed.map(({ a, b }) => [a, b])).toEqual([['v1:demo/base', 'demo/base']]);
  });
});

describe('a list of allowed differences', () => {
  const before = (): SchemaIR => schemaOf(schemaAt(join(folder, 'schema'), 'v1'));
  const allowed = (text: string) => {
    const { allowed: list, problems } = readAllowList('wire-changes.yaml', text);
    expect(problems).toEqual([]);
    const { findings, allowed: excused, stale } = applyAllowList(compareSchemas(before(), now, 'v1'), list);
    const left = findings.changed.flatMap(({ items }) => items.map(({ path }) => path));
    return { left, removed: findings.removed, excused: excused.map(({ reason }) => reason), stale };
  };

  it('takes out what it names, and leaves the rest', () => {
    const list = `allow:
  - { path: transport.ASK.request.a, kind: moved, reason: "the text has it so" }
  - { in: demo/gone, path: demo/gone, reason: "nobody spoke it" }
`;
    expect(allowed(list)).toEqual({
      left: ['transport.ASK.request.b'],
      removed: [],
      excused: ['the text has it so'],
      stale: [],
    });
  });

  it('may name several with a star', () => {
    expect(allowed('allow:\n  - { in: "demo/*", path: transport.ASK.*, reason: "all of it" }\n').left).toEqual([]);
  });

  it.each([
    ['a path that nothing has', '{ path: transport.ASK.request.c, reason: "old" }'],
    ['another kind', '{ path: transport.ASK.request.a, kind: widened, reason: "old" }'],
    ['another dialect', '{ in: demo/other, path: transport.ASK.request.a, reason: "old" }'],
  ])('is stale where an entry allows %s, and says where', (_, entry) => {
    const { stale, left } = allowed(`allow:\n  - ${entry}\n`);
    expect(left).toHaveLength(2);
    expect(stale).toHaveLength(1);
    expect(stale[0]).toMatchObject({ place: { file: 'wire-changes.yaml', line: 2 } });
    expect(stale[0]?.message).toMatch(/allows nothing that differs/);
  });

  it.each([
    ['no reason', 'allow:\n  - { path: x }\n', 2, /reason/],
    ['an empty reason', 'allow:\n  - path: x\n    reason: " "\n', 3, /for a reason/],
    ['a slip in a key', 'allow:\n  - { path: x, reason: "r", knd: moved }\n', 2, /knd/],
    ['a kind that is none', 'allow:\n  - path: x\n    kind: mvoed\n    reason: r\n', 3, /moved/],
    ['broken YAML', 'allow: [\n', 2, /./],
    ['something else', '- 1\n', 1, /./],
  ])('with %s is told with its place', (_, text, line, message) => {
    const { allowed: list, problems } = readAllowList('wire-changes.yaml', text);
    expect(list).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]?.place).toMatchObject({ file: 'wire-changes.yaml', line });
    expect(problems.map((p) => p.message).join()).toMatch(message);
  });
});

describe('vwire diff', () => {
  it('prints JSON with kind, misread and witness, and exits 1', () => {
    const run = vwire(['diff', 'rfc3', 'v1-2026', '--json']);
    expect(run.code).toBe(1);
    const { items } = JSON.parse(run.stdout) as {
      items: { path: string; kind: string; misread: boolean; witness: unknown }[];
    };
    const count = items.find(({ path }) => path === 'bus.GET_DEVICES.response.count');
    expect(count).toMatchObject({ kind: 'moved', misread: true, witness: { hex: expect.stringMatching(/^0302/) } });
    expect(items.every((item) => 'kind' in item && 'misread' in item && 'witness' in item)).toBe(true);
  });

  it('exits 0 where there is no difference, and loads nothing that reads or writes a schema', () => {
    const run = vwire(['diff', 'rfc3', 'qemu'], { env: { NODE_DEBUG: 'esm' } });
    expect(run).toMatchObject({ code: 0, stdout: 'virtio-msg/rfc3 → virtio-msg/qemu: no difference\n' });
    for (const name of ['ts-morph', 'typescript', 'yaml', 'zod', 'handlebars'])
      expect(run.stderr).not.toContain(`node_modules/${name}/`);
  });

  it.each([
    [['rfc3'], /name both/],
    [['rfc3', 'v1-2027'], /did you mean "v1-2026"/],
    [['nowhere:rfc3', 'rfc3'], /no commit "nowhere"|not in a git repository/],
  ])('%j is wrong use', (args, message) => {
    const run = vwire(['diff', ...args]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(message);
  });

  it('compares a file with the dialect it extends', () => {
    put(
      'wire/virtio-msg/draft.yaml',
      [
        'language: 1',
        'protocol: virtio-msg',
        'dialect: draft',
        'extends: v1-2026',
        'title: "A draft"',
        'doc: "A draft."',
        'spec: "a draft"',
        'messages:',
        '  bus:',
        '    PING: { id: 0x05 }',
        '',
      ].join('\n'),
    );
    const run = vwire(['diff', 'v1-2026', join(folder, 'wire/virtio-msg/draft.yaml'), '--summary']);
    expect(run.code, run.stderr).toBe(1);
    expect(run.stdout).toContain('2 of 30 messages differ on the wire: 2 rejected');
    expect(run.stdout).toMatch(/^bus PING request +rejected +rejected +renumbered$/m);
  });

  it('against a git ref takes the list beside the schema, and fails for what is not on it', () => {
    const run = (...more: string[]) => vwire(['diff', '--against', 'v1', '--schema', join(folder, 'schema'), ...more]);
    const entries = [
      '{ path: transport.ASK.request.*, reason: "the text swaps them" }',
      '{ path: demo/gone, reason: "gone" }',
    ];
    put('wire-changes.yaml', `allow:\n${entries.map((e) => `  - ${e}\n`).join('')}`);
    expect(run()).toMatchObject({ code: 0, stdout: 'demo/other: added\n2 differences are allowed\n' });
    put(
      'wire-changes.yaml',
      `allow:\n${[...entries, '{ path: enums.x, reason: "old" }'].map((e) => `  - ${e}\n`).join('')}`,
    );
    const stale = run('--json');
    expect(stale.code).toBe(1);
    expect(JSON.parse(stale.stdout)).toMatchObject({ removed: [], added: ['demo/other'], items: [], problems: [{}] });
    expect(stale.stderr).toBe(
      'wire-changes.yaml:4:13: error: "enums.x" allows nothing that differs any more: remove it\n',
    );
  });
});
