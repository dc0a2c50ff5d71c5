import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COMPILER, obstacle } from './support/kernel-headers.js';
import { path } from './support/schema.js';

/**
 * Vectors that C programs of ours print: what a compiler makes of structs of the kernel, and of structs that are written
 * by hand after the text. After a change of a program, `npx vitest run test/c-vectors.test.ts -u` writes them anew.
 */
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
  const built = spawnSync(COMPILER, ['-o', binary, join(sources, program)], {
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(built.stderr);
  return spawnSync(binary, { encoding: 'utf8', maxBuffer: 2 ** 24 }).stdout;
}

const entries = (list: string): string => list.slice('[\n'.length, -'\n]\n'.length);

const reason = obstacle();
if (reason !== null) console.warn(`vectors are not compared with their C programs: ${reason}`);

describe.skipIf(reason !== null)(`C programs${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  it.each([
    ['virtio-structs-more.json', 'core-'],
    ['virtio-msg-more.json', 'msg-'],
    ['admin-1.4-more.json', 'admin-'],
    ['layouts-more.json', 'layouts-'],
  ])('print %s', async (file, prefix) => {
    const all = programs(prefix).map((program) => entries(printed(program)));
    await expect(`[\n${all.join(',\n')}\n]\n`).toMatchFileSnapshot(path(`test/vectors/${file}`));
  });
});
