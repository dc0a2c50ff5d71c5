import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, type DialectIR, type FamilyIR } from '@virtio-wire/generator';
import { renderCHeader } from '@virtio-wire/generator/c';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { COMPILER, obstacle } from './support/kernel-headers.js';
import { boldSchema } from './support/random-schema.js';
import { randomFamily } from './support/random-structs.js';
import { path } from './support/schema.js';
import { unpacked } from './support/unpacked.js';

/** C headers of whatever the schema language can say. VWIRE_RUNS draws more; a failure shows the schema it is about. */
const DRAWN = Math.ceil(Number(process.env.VWIRE_RUNS ?? 60) / 5);

const scratch = mkdtempSync(join(tmpdir(), 'vwire-c-random-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const write = (name: string, text: string): void => writeFileSync(join(scratch, name), text);

const noC = obstacle();
const noCxx = spawnSync('g++', ['--version']).error === undefined ? null : 'there is no g++';
for (const reason of [noC, noCxx]) if (reason !== null) console.warn(`random C headers are not compiled: ${reason}`);
const because = (reason: string | null): string => (reason === null ? '' : ` (skipped: ${reason})`);

const compiler = (command: string, ...args: string[]) =>
  spawnSync(command, [...args, '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-fsyntax-only', 'all.c'], {
    cwd: scratch,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });

/** What the schema at a line of a compiler's complaint says. */
const schemaOf = new Map<string, string>();
function complaint({ stderr }: { stderr: string }): string {
  const name = /\b([fd]\d+x\d+)/.exec(stderr)?.[1];
  return stderr === '' ? '' : `${stderr.slice(0, 2000)}\n${schemaOf.get(name ?? '') ?? ''}`;
}

describe('for any valid schema', () => {
  const fixtures = path('test/fixtures/structs');
  const texts = [
    ...readdirSync(fixtures)
      .filter((n) => n.endsWith('.yaml'))
      .map((n) => readFileSync(join(fixtures, n), 'utf8')),
    ...fc.sample(randomFamily, DRAWN),
    ...fc.sample(boldSchema, DRAWN),
  ];
  const drawn: (DialectIR | FamilyIR)[] = texts.flatMap((text, i) => {
    const { dialects, families, report } = compile([{ file: 'schema/random/drawn.yaml', text }]);
    if (report.hasErrors) return [];
    return [
      ...families.map((f, k) => ({ ...f, family: `f${i}x${k}` })),
      ...dialects.map((d, k) => ({ ...d, dialect: `d${i}x${k}` })),
    ].map((ir) => {
      schemaOf.set('family' in ir ? ir.family : ir.dialect, text);
      return ir;
    });
  });

  it(`the header compiles as C and C++${because(noC ?? noCxx)}`, ({ skip }) => {
    expect(drawn.length).toBeGreaterThan(DRAWN);
    if (noC !== null) skip(noC);
    write('all.c', drawn.map((ir, i) => renderCHeader(ir, { types: i % 2 === 0 ? 'stdint' : 'kernel' })).join('\n'));
    expect(complaint(compiler(COMPILER, '-std=c11'))).toBe('');
    if (noCxx === null) expect(complaint(compiler('g++', '-x', 'c++', '-std=c++17'))).toBe('');
  });

  it(`a compiler lays it out without packed as align says${because(noC)}`, ({ skip }) => {
    if (noC !== null || process.arch !== 'x64') skip(noC ?? 'a u64 may be aligned otherwise here');
    write('all.c', drawn.map((ir) => unpacked(ir, 'natural')).join('\n'));
    expect(complaint(compiler(COMPILER, '-std=c11'))).toBe('');
  });
});
