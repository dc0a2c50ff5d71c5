import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COMPILER } from './support/kernel-headers.js';
import { path } from './support/schema.js';

/** Vectors that C programs of ours print: what a compiler makes of structs that are written by hand after the text. */
const sources = path('test/vectors/src');
const programs = (prefix: string): string[] =>
  readdirSync(sources)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.c'))
    .sort();

const scratch = mkdtempSync(join(tmpdir(), 'vwire-c-vectors-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** What a program prints: a JSON list, an entry per line. */
function printed(program: string): string {
  const binary = join(scratch, program.replace(/\.c$/, ''));
  const built = spawnSync(COMPILER, ['-Wall', '-Wextra', '-Werror', '-o', binary, join(sources, program)], {
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(built.stderr);
  return spawnSync(binary, { encoding: 'utf8', maxBuffer: 2 ** 24 }).stdout;
}

const entries = (list: string): string => list.slice('[\n'.length, -'\n]\n'.length);

const asked = spawnSync(COMPILER, ['--version']);
const reason = asked.error === undefined ? null : `there is no C compiler: ${asked.error.message}`;
if (reason !== null) console.warn(`vectors are not compared with their C programs: ${reason}`);

describe.skipIf(reason !== null)(`C programs${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  it.each([
    ['admin-1.4-more.json', 'admin-'],
    ['layouts-more.json', 'layouts-'],
  ])('print %s', (file, prefix) => {
    const all = programs(prefix).map((program) => entries(printed(program)));
    expect(`[\n${all.join(',\n')}\n]\n`).toBe(readFileSync(path(`test/vectors/${file}`), 'utf8'));
  });
});
