import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, listSchema, renderAll, VectorRunner } from '@virtio-wire/generator';
import { afterAll, describe, expect, it } from 'vitest';
import { vectors } from './support/vectors.js';
import { root, vwire } from './support/vwire.js';

const scratch = mkdtempSync(join(tmpdir(), 'vwire-generate-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** One lineage and one family of structs: enough to see everything a run does, in a fraction of the time of all. */
const PART = [
  ...['alpha', 'rfc1', 'rfc2', 'rfc3', 'v1-2026'].map((dialect) => `virtio-msg/${dialect}.yaml`),
  'virtio-msg/profiles',
  'virtio-core/blk.yaml',
  'virtio-core/device.yaml',
];
const schemaCopy = (name: string): string => {
  const folder = join(scratch, name);
  for (const part of PART) cpSync(join(root, 'schema', part), join(folder, part), { recursive: true });
  return folder;
};

const edit = (path: string, from: string | RegExp, to: string): void => {
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  expect(after, `${path} contains ${String(from)}`).not.toBe(before);
  writeFileSync(path, after);
};

const tree = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => join(e.parentPath ?? e.path, e.name))
      .sort()
      .map((path) => [path.slice(folder.length), readFileSync(path, 'utf8')]),
  );

describe('generate', () => {
  const schema = schemaCopy('schema');
  const out = join(scratch, 'out');
  const run = (...args: string[]) => vwire(['generate', '--schema', schema, '--out', out, ...args]);

  it('writes codecs for a schema of one’s own, then touches nothing while nothing changes', () => {
    expect(run().code).toBe(0);
    const first = tree(out);
    expect(Object.keys(first)).toEqual(
      expect.arrayContaining([
        '/ir/virtio-msg/rfc3.json',
        '/virtio-msg/rfc3/SET_VQUEUE.request.ts',
        '/support/v1.ts',
        '/manifest.json',
      ]),
    );
    const stamp = statSync(join(out, 'ir/virtio-msg/rfc3.json')).mtimeMs;
    const second = JSON.parse(run('--json').stdout) as { changes: unknown[]; unchanged: number };
    expect(second.changes).toEqual([]);
    expect(second.unchanged).toBe(Object.keys(first).length);
    expect(statSync(join(out, 'ir/virtio-msg/rfc3.json')).mtimeMs).toBe(stamp);
    expect(tree(out)).toEqual(first);
  });

  it('loads no back end when there is nothing to do', () => {
    const loaded = vwire(['generate', '--schema', schema, '--out', out], { env: { NODE_DEBUG: 'esm' } });
    expect(loaded.stdout).toContain('written    0 files');
    expect(loaded.stderr).toContain('node_modules/yaml/');
    for (const name of ['ts-morph', 'typescript', 'handlebars'])
      expect(loaded.stderr).not.toContain(`node_modules/${name}/`);
  });

  it('repairs a file somebody edited, and --check names it without touching it', () => {
    const victim = join(out, 'virtio-msg/rfc2/header.ts');
    const before = readFileSync(victim, 'utf8');
    writeFileSync(victim, before.replace('getUint16', 'getUint8'));
    const check = run('--check');
    expect(check.code).toBe(1);
    expect(check.stdout).toContain('rfc2/header.ts');
    expect(readFileSync(victim, 'utf8')).not.toBe(before);
    expect(run().code).toBe(0);
    expect(readFileSync(victim, 'utf8')).toBe(before);
    expect(run('--check').code).toBe(0);
  });

  it('after edits, back and forth, is what a first run writes', () => {
    const file = join(schema, 'virtio-msg/v1-2026.yaml');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replaceAll('max_virtqueues', 'most_virtqueues'));
    const again = run('--json');
    const { changes, unchanged } = JSON.parse(again.stdout) as { changes: { path: string }[]; unchanged: number };
    expect(changes.map(({ path }) => path)).toContainEqual(expect.stringContaining('GET_DEVICE_INFO.response.ts'));
    expect(changes.length).toBeLessThan(unchanged / 4);
    // A file that is not what was written there must not be taken for what this run would write.
    writeFileSync(join(out, 'virtio-core/blk/index.ts'), 'export {};\n');
    writeFileSync(file, before);
    expect(run().code).toBe(0);
    const fresh = join(scratch, 'fresh');
    expect(vwire(['generate', '--schema', schema, '--out', fresh]).code).toBe(0);
    expect(tree(out)).toEqual(tree(fresh));
  });

  it('removes the files of a message that is gone', () => {
    const file = join(schema, 'virtio-msg/v1-2026.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      /^remove:/m.test(text) ? text.replace(/^remove:/m, 'remove:\n  - bus.PING') : `${text}\nremove:\n  - bus.PING\n`,
    );
    expect(existsSync(join(out, 'virtio-msg/v1-2026/PING.request.ts'))).toBe(true);
    const result = run();
    expect(result, result.stderr).toMatchObject({ code: 0 });
    expect(existsSync(join(out, 'virtio-msg/v1-2026/PING.request.ts'))).toBe(false);
    expect(existsSync(join(out, 'virtio-msg/rfc3/PING.request.ts'))).toBe(true);
  });

  it('writes nothing at all when the schema has a mistake anywhere', () => {
    const before = tree(out);
    edit(join(schema, 'virtio-msg/rfc2.yaml'), 'type: u32', 'type: u31');
    const result = run();
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/rfc2\.yaml:\d+:\d+: error VW206/);
    expect(result.stderr).toContain('nothing written');
    expect(tree(out)).toEqual(before);
  });
});

describe('generate for a project of one’s own', () => {
  const schema = join(scratch, 'own');
  const out = join(scratch, 'own-out');
  const file = join(schema, 'virtio-msg/acme.yaml');
  const acme = (id: string) => `language: 1
protocol: virtio-msg
dialect: acme
extends: rfc3
title: "rfc3 with one message of ours"
doc: "What our firmware speaks."
spec: "ACME firmware, wire.h"
ranges:
  - { class: transport, from: 0x00, to: 0x7f, owner: standard, doc: "as the text has it" }
  - { class: transport, from: 0x80, to: 0xff, owner: acme, doc: "ours" }
  - { class: bus, from: 0x00, to: 0xff, owner: bus, doc: "the bus's" }
messages:
  transport:
    ACME_TEMPERATURE:
      id: ${id}
      from: device
      doc: "Temperature of the board."
      spec: "wire.h"
      event:
        fields:
          - { name: sensor, type: u16, doc: "number of the sensor" }
          - { name: millikelvin, type: u32, doc: "its reading" }
`;

  it('extends a shipped dialect and writes only its own', () => {
    mkdirSync(join(schema, 'virtio-msg'), { recursive: true });
    writeFileSync(file, acme('0x90'));
    const run = vwire(['generate', '--schema', schema, '--out', out]);
    expect(run, run.stderr).toMatchObject({ code: 0 });
    expect(readdirSync(join(out, 'virtio-msg'))).toEqual(['acme']);
    expect(readdirSync(join(out, 'virtio-msg/acme'))).toEqual(
      expect.arrayContaining(['ACME_TEMPERATURE.event.ts', 'SET_VQUEUE.request.ts']),
    );
    const decoded = vwire(['decode', '--ir', join(out, 'ir'), '-d', 'acme', '--json', '0090010000000e000300e8230400']);
    expect(JSON.parse(decoded.stdout)).toMatchObject({
      message: 'ACME_TEMPERATURE',
      fields: { sensor: 3, millikelvin: 271336 },
    });
    expect(decoded.code).toBe(0);
  });

  it('points into the shipped file where an override repeats it', () => {
    writeFileSync(file, `${acme('0x90')}    EVENT_USED:\n      id: 0x42\n`);
    const run = vwire(['check', '--schema', schema]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/acme\.yaml:\d+:\d+: error VW203/);
    expect(run.stderr).toMatch(/schema\/virtio-msg\/rfc2\.yaml:\d+:\d+/);
    writeFileSync(file, acme('0x90'));
  });

  it('regenerates one dialect and leaves the files of others alone', () => {
    writeFileSync(join(schema, 'virtio-msg/other.yaml'), acme('0x91').replace('dialect: acme', 'dialect: other'));
    expect(vwire(['generate', '--schema', schema, '--out', out]).code).toBe(0);
    writeFileSync(file, acme('0x92'));
    writeFileSync(join(schema, 'virtio-msg/other.yaml'), acme('0x93').replace('dialect: acme', 'dialect: other'));
    expect(vwire(['generate', '--schema', schema, '--out', out, '--only', 'acme']).code).toBe(0);
    const id = (dialect: string) =>
      /ID = (0x\w+)/.exec(readFileSync(join(out, `virtio-msg/${dialect}/ACME_TEMPERATURE.event.ts`), 'utf8'))?.[1];
    expect([id('acme'), id('other')]).toEqual(['0x92', '0x91']);
    expect(vwire(['generate', '--schema', schema, '--out', out, '--check', '--only', 'acme']).code).toBe(0);
    expect(vwire(['generate', '--schema', schema, '--out', out, '--check']).code).toBe(1);
    expect(vwire(['generate', '--schema', schema, '--out', out, '--only', 'acne'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('acme'),
    });
  });

  it('watches: a change is written, a mistake is told and written by nobody', async () => {
    const child = spawn(
      process.execPath,
      [`${root}generator/bin/vwire.js`, 'generate', '--schema', schema, '--out', out, '--watch'],
      { env: { ...process.env, NO_COLOR: '1' } },
    );
    const gone = new Promise<void>((done) => child.once('close', () => done()));
    const ended = gone.then(() => expect.fail(`it ended: ${text}`));
    // Once it is killed nobody waits for what it says.
    ended.catch(() => {});
    let text = '';
    const said = (pattern: RegExp): Promise<void> =>
      new Promise((done) => {
        const look = (): void => {
          if (!pattern.test(text)) return;
          text = '';
          child.stdout.off('data', look);
          child.stderr.off('data', look);
          done();
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
      });
    const heard = (pattern: RegExp): Promise<void> => Promise.race([said(pattern), ended]);
    const collect = (chunk: Buffer): void => {
      text += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    try {
      await heard(/watching/);
      const generated = join(out, 'virtio-msg/acme/ACME_TEMPERATURE.event.ts');
      writeFileSync(file, acme('0x94'));
      await heard(/unchanged/);
      expect(readFileSync(generated, 'utf8')).toContain('0x94');
      writeFileSync(file, acme('0x41'));
      await heard(/nothing written/);
      expect(readFileSync(generated, 'utf8')).toContain('0x94');
      writeFileSync(file, acme('0x95'));
      await heard(/unchanged/);
      expect(readFileSync(generated, 'utf8')).toContain('0x95');
    } finally {
      child.kill();
      // It may be writing into the folder that is removed in the end.
      await gone;
    }
  });
});

describe('the stamp that spares work', () => {
  it('vouches for the editor schemas too: an edited one is repaired', () => {
    const home = join(scratch, 'home');
    for (const part of [
      ...PART.map((part) => `schema/${part}`),
      'schema/meta',
      'generated/ir',
      'generator/bin',
      'generator/dist',
      'generator/assets',
      'generator/package.json',
    ])
      cpSync(join(root, part), join(home, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
    const own = (...args: string[]) =>
      spawnSync(process.execPath, [join(home, 'generator/bin/vwire.js'), 'generate', ...args], { encoding: 'utf8' });
    const meta = join(home, 'schema/meta/dialect.schema.json');
    const right = readFileSync(meta, 'utf8');
    expect(own().status).toBe(0);
    writeFileSync(meta, right.replace('properties', 'porperties'));
    expect(own('--check').stdout).toContain('dialect.schema.json');
    expect(own().status).toBe(0);
    expect(readFileSync(meta, 'utf8')).toBe(right);
  });
});

describe('the output', () => {
  it('is the same in another folder, under another locale and time zone', () => {
    const schema = schemaCopy('elsewhere');
    const one = join(scratch, 'one');
    const two = join(scratch, 'two');
    vwire(['generate', '--schema', schema, '--out', one]);
    vwire(['generate', '--schema', '.', '--out', two], {
      cwd: schema,
      env: { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu' },
    });
    expect(tree(two)).toEqual(tree(one));
    expect(Object.keys(tree(one)).length).toBeGreaterThan(100);
  });

  it('is rendered identically twice in one process', async () => {
    const compiled = compile(listSchema(join(root, 'schema'), 'schema'));
    const [first, second] = [await renderAll(compiled), await renderAll(compiled)];
    expect([...second.codecs]).toEqual([...first.codecs]);
    expect([...second.messages]).toEqual([...first.messages]);
  });
});

describe('a mistake in the schema that is still a valid schema', () => {
  const texts = listSchema(join(root, 'schema'), 'schema');

  /** Runs all vectors through the interpreter for a schema with one replacement made. */
  const failuresWith = (name: string, from: string | RegExp, to: string): number => {
    const changed = texts.map((t) =>
      t.file.endsWith(`/${name}.yaml`) && !t.file.includes('profiles') ? { ...t, text: t.text.replace(from, to) } : t,
    );
    expect(changed, `${name} contains ${String(from)}`).not.toEqual(texts);
    const compiled = compile(changed);
    expect(compiled.report.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    return VectorRunner.interpreterFailures(compiled.dialects, vectors as never);
  };

  it('changes nothing when nothing is replaced', () => {
    expect(VectorRunner.interpreterFailures(compile(texts).dialects, vectors as never)).toBe(0);
  });

  it.each([
    ['an offset', 'rfc1', '{ name: error_code, type: u32', '{ name: error_code, type: u16'],
    ['an id', 'rfc2', 'id: 0x42', 'id: 0x44'],
    ['a width', 'v1-2026', '{ name: max_virtqueues, type: u32', '{ name: max_virtqueues, type: u24'],
    [
      'the bits of a split word',
      'rfc2',
      /name: next_offset, lsb: 0, width: 31(.*)name: next_wrap, lsb: 31, width: 1/,
      'name: next_offset, lsb: 0, width: 30$1name: next_wrap, lsb: 30, width: 2',
    ],
    ['the unit of a count', 'rfc2', 'u8[count bits]', 'u8[count]'],
  ])('%s is caught by the vectors', (_what, dialect, from, to) => {
    expect(failuresWith(dialect, from, to)).toBeGreaterThan(0);
  });
});
