import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cHeader, type DialectIR, type FamilyIR, IrStore } from '@virtio-wire/generator';
import { type Declared, declarationsOf, renderCHeader } from '@virtio-wire/generator/c';
import { afterAll, describe, expect, it } from 'vitest';
import { program, writeFields } from './support/c-writer.js';
import { COMPILER, obstacle } from './support/kernel-headers.js';
import { path } from './support/schema.js';
import { layoutVectors, vectors } from './support/vectors.js';
import { vwire } from './support/vwire.js';

/** The C headers, judged by compilers, and by the bytes that C programs write through their structs. */
const store = new IrStore(path('generated/ir'));
const all = Object.entries(store.index.protocols).flatMap(([protocol, { dialects, families }]) => [
  ...dialects.map((name) => ({ name, ir: store.dialect(name)?.index.ir as DialectIR | FamilyIR })),
  ...families.map((name) => ({ name, ir: store.family(protocol, name)?.ir as DialectIR | FamilyIR })),
]);

/** A dialect whose words C and C++ keep for themselves, with text that would end a comment. */
const WORDS = ['class', 'operator', 'errno', 'new', 'int', 'linux', 'hole_4', 'header'];
const rfc3 = store.dialect('rfc3')?.index.ir as DialectIR;
const odd: DialectIR = {
  ...rfc3,
  dialect: 'odd+one',
  title: 'what */ if /* a text says this',
  bodies: rfc3.bodies.map((body) => ({
    ...body,
    fields: body.fields.map((f, i) => ({ ...f, name: WORDS[i] ?? f.name, doc: 'a */ b' })),
  })),
};

const scratch = mkdtempSync(join(tmpdir(), 'vwire-c-header-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(join(scratch, name), text);
for (const types of ['stdint', 'kernel'] as const) {
  for (const { name, ir } of all) write(`${types}-${name}.h`, renderCHeader(ir, { types }));
  write(`${types}-odd.h`, renderCHeader(odd, { types }));
  // Twice: what a header defines once it must not define again.
  const lines = [...all, { name: 'odd' }, ...all].map(({ name }) => `#include "${types}-${name}.h"\n`);
  write(`${types}.c`, `${lines.join('')}int main(void) { return 0; }\n`);
}

const C = ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Werror'];
const CXX = ['-std=c++17', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-x', 'c++'];
const compiler = (command: string, ...args: string[]) =>
  spawnSync(command, args, { cwd: scratch, encoding: 'utf8', maxBuffer: 2 ** 26 });

const noC = obstacle();
const noCxx = compiler('g++', '--version').error === undefined ? null : 'there is no g++';
for (const reason of [noC, noCxx]) if (reason !== null) console.warn(`C headers are not compiled: ${reason}`);
const because = (reason: string | null): string => (reason === null ? '' : ` (skipped: ${reason})`);

describe('every dialect and family has a header', () => {
  it.skipIf(noC !== null)(`that C11 compiles without a warning, all in one unit${because(noC)}`, () => {
    for (const types of ['stdint', 'kernel'])
      expect(compiler(COMPILER, ...C, '-fsyntax-only', `${types}.c`)).toMatchObject({ status: 0, stderr: '' });
  });

  it.skipIf(noCxx !== null)(`that C++17 compiles without a warning, all in one unit${because(noCxx)}`, () => {
    for (const types of ['stdint', 'kernel'])
      expect(compiler('g++', ...CXX, '-fsyntax-only', `${types}.c`)).toMatchObject({ status: 0, stderr: '' });
  });

  it.skipIf(noC !== null)(`whose assertions a changed struct breaks${because(noC)}`, () => {
    const text = readFileSync(join(scratch, 'stdint-rfc3.h'), 'utf8');
    const at = text.indexOf('struct rfc3_SET_VQUEUE_request {');
    const wrong = text.slice(0, at) + text.slice(at).replace('uint32_t size;', 'uint16_t size;');
    expect(wrong).not.toBe(text);
    write('wrong.h', wrong);
    const { status, stderr } = compiler(COMPILER, ...C, '-fsyntax-only', '-x', 'c', 'wrong.h');
    expect(status).not.toBe(0);
    expect(stderr).toContain('struct rfc3_SET_VQUEUE_request: reserved1 is at byte 20');
  });
});

describe('the command', () => {
  it('prints what the library gives, and loads no more than the templates', async () => {
    const run = vwire(['header', '--lang', 'c', '--types', 'kernel', 'rfc3'], { env: { NODE_DEBUG: 'esm' } });
    expect(run).toMatchObject({ code: 0, stdout: await cHeader(rfc3, { types: 'kernel' }) });
    for (const name of ['ts-morph', 'typescript', 'yaml', 'zod'])
      expect(run.stderr).not.toContain(`node_modules/${name}/`);
    expect(run.stderr).toContain('node_modules/handlebars/');
  });

  it('names what it does not know, and the nearest it does', () => {
    const run = vwire(['header', 'blkk']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain('did you mean "blk"');
  });

  it('leaves the names of the specification to who wants them', () => {
    const blk = store.family('virtio-core', 'blk')?.ir as FamilyIR;
    expect(renderCHeader(blk, { types: 'kernel', prefix: '' })).toContain('\nstruct virtio_blk_config {\n\t/* size of');
  });
});

interface Case {
  readonly what: string;
  readonly declared: Declared;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly hex: string;
  readonly text: 'hexadecimal' | 'text';
}

const declared = new Map(all.map(({ name, ir }) => [name, declarationsOf(ir, { types: 'stdint' })]));
const byKey = (name: string, key: string): Declared | undefined => declared.get(name)?.find((d) => d.laid.key === key);

const read = (file: string): Record<string, unknown>[] =>
  JSON.parse(readFileSync(path(`test/vectors/${file}.json`), 'utf8')) as Record<string, unknown>[];

/** One vector of every body and shape, random values rather than a ramp: bits and bytes all differ. */
function casesOf(): Case[] {
  const seen = new Set<string>();
  const cases: Case[] = [];
  const add = (
    what: string,
    found: Declared | undefined,
    fields: Case['fields'],
    hex: string,
    text: Case['text'] = 'hexadecimal',
  ): void => {
    if (found !== undefined && !seen.has(what)) cases.push({ what, declared: found, fields, hex, text });
    seen.add(what);
  };
  for (const v of vectors) {
    const key = `${v.class}.${v.message}.${v.kind}`;
    const header = Object.fromEntries(Object.entries(v.header).map(([k, value]) => [`header.${k}`, value]));
    add(`${v.dialect} ${key}`, byKey(v.dialect, key), { ...header, ...v.fields }, v.hex);
  }
  for (const v of layoutVectors) {
    const found = store.layout(v.dialect, v.message);
    if (found?.shape) add(found.shape.key, byKey(found.index.ir.family, found.shape.key), v.fields, v.hex, 'text');
  }
  const files = { 'virtio-structs': 'virtio-core', 'admin-1.4': 'admin-1.4', 'admin-rfc2021': 'admin-rfc2021' };
  const entries = [
    ...Object.entries(files).flatMap(([file, protocol]) => read(file).map((v) => ({ protocol, ...v }))),
    ...['virtio-structs-more', 'admin-1.4-more', 'layouts-more'].flatMap(read),
  ] as { protocol: string; struct?: string; variant?: string; fields: Case['fields']; hex: string }[];
  for (const v of entries.sort((a, b) => Number(b.variant === 'rand1') - Number(a.variant === 'rand1'))) {
    const found = v.struct === undefined ? null : store.struct(v.protocol, v.struct);
    if (found?.shape) add(found.shape.key, byKey(found.index.ir.family, found.shape.key), v.fields, v.hex);
  }
  return cases;
}

/** Arrays of structs that have shapes of their own each are walked, and what has no fixed part has no struct. */
const isLeft = ({ laid, tree }: Declared): boolean =>
  tree.nodes.length === 0 || laid.members.some((m) => m.kind === 'structs');

describe.skipIf(noC !== null)(`bytes written through the structs${because(noC)}`, () => {
  const cases = casesOf().map((c) => ({ ...c, ...writeFields(c.declared, c.fields, c.text) }));
  const reachable = cases.filter((c) => c.missed.length === 0 && c.declared.tree.nodes.length > 0);

  it('are those of the vectors', () => {
    const includes = all.map(({ name }) => `stdint-${name}.h`);
    const blocks = reachable.map(({ declared: d, hex, statements }) => {
      return { type: d.type, size: hex.length / 2, statements };
    });
    write('bytes.c', program(includes, blocks));
    const built = compiler(COMPILER, ...C, '-O0', '-o', 'bytes', 'bytes.c');
    expect(built.stderr).toBe('');
    const lines = compiler(join(scratch, 'bytes')).stdout.trimEnd().split('\n');
    const wrong = reachable.flatMap((c, i) => (lines[i] === c.hex ? [] : [`${c.what}: ${lines[i]} is not ${c.hex}`]));
    expect(wrong).toEqual([]);
    expect(lines).toHaveLength(reachable.length);
  });

  it('are compared for every body and shape, but for what no declaration can hold', () => {
    const compared = new Set(reachable.map((c) => c.what));
    const left = cases.filter((c) => !compared.has(c.what) && !isLeft(c.declared));
    expect(left.map((c) => `${c.what}: ${c.missed.join(', ')}`)).toEqual([]);
    expect(compared.size).toBeGreaterThan(740);
  });
});
