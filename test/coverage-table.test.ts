import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './support/vwire.js';

const scratch = mkdtempSync(join(tmpdir(), 'vwire-coverage-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const recorded = JSON.parse(read('test/vectors-passed.json')) as Record<string, number>;

describe('the table of what is covered', () => {
  it('has the numbers of vectors that really pass', async () => {
    const { spawnSync } = await import('node:child_process');
    const again = join(scratch, 'passed.json');
    // As npm run vectors does it, into another file.
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const command = scripts.vectors!.replace(/--record \S+/, `--record ${again}`);
    const run = spawnSync('bash', ['-c', command], { cwd: root, encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    expect(JSON.parse(readFileSync(again, 'utf8'))).toEqual(recorded);
  });

  it('names each dialect with its number', () => {
    const rows = read('README.md')
      .split('\n')
      .filter((line) => /^\| virtio-\w+ \| \[/.test(line));
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      const cells = row.split('|').map((cell) => cell.trim());
      const name = /\[(.+)\]/.exec(cells[2] ?? '')?.[1] ?? '';
      expect([name, Number(cells[7])]).toEqual([name, recorded[name] ?? 0]);
    }
  });
});
