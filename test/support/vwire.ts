import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a user would, in a process of its own. */
export function vwire(
  args: readonly string[],
  options: { input?: string; cwd?: string; env?: Record<string, string> } = {},
): Run {
  const run = spawnSync(process.execPath, [`${root}generator/bin/vwire.js`, ...args], {
    input: options.input ?? '',
    cwd: options.cwd ?? root,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Lines of JSON in, lines of JSON out. */
export function jsonl(
  command: 'decode' | 'encode',
  entries: readonly unknown[],
  ...args: string[]
): { code: number | null; lines: Record<string, unknown>[] } {
  const input = `${entries.map((e) => (typeof e === 'string' ? e : JSON.stringify(e))).join('\n')}\n`;
  const run = vwire([command, '--jsonl', ...args], { input });
  return {
    code: run.code,
    lines: run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
