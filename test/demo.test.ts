import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { vwire } from './support/vwire.js';

const scratch = mkdtempSync(join(tmpdir(), 'vwire-demo-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const STEPS = [
  'discovery',
  'negotiation',
  'file through block',
  'random bytes',
  'console echo',
  'hotplug',
  'reset in mid-flight',
  'end',
];

const ALL = ['rfc2', 'rfc3', 'pr28', 'v1-2026'].flatMap((dialect) =>
  ['loopback', 'stream'].map((medium) => ({ dialect, medium })),
);

interface Result {
  readonly ok: boolean;
  readonly steps: readonly { readonly step: string; readonly ok: boolean; readonly figures: Record<string, unknown> }[];
}

describe('vwire demo', () => {
  it.each(ALL)('runs to its end in $dialect over $medium, and its capture breaks no rule', ({ dialect, medium }) => {
    const capture = join(scratch, `${dialect}-${medium}.jsonl`);
    const run = vwire(['demo', '--dialect', dialect, '--medium', medium, '--trace', capture, '--json']);
    const result = JSON.parse(run.stdout) as Result;
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(result.ok).toBe(true);
    expect(result.steps.map(({ step, ok }) => [step, ok])).toEqual(STEPS.map((step) => [step, true]));
    // Every message of the runtime, judged by the interpreter and the rules of the text.
    const judged = vwire(['trace', '--json', capture]);
    expect(judged.code).toBe(0);
    expect(readFileSync(capture, 'utf8').trim().split('\n').length).toBeGreaterThan(150);
  });

  it('shows the conversation and how each step went', () => {
    const { code, stdout } = vwire(['demo']);
    expect(code).toBe(0);
    for (const step of STEPS) expect(stdout).toContain(step);
    expect(stdout).toContain('GET_DEVICE_INFO =');
    expect(stdout).not.toContain('✗');
  });

  it('says what it cannot do: a dialect without machines, a capture nowhere', () => {
    expect(vwire(['demo', '--dialect', 'rfc1'])).toMatchObject({ code: 2, stdout: '' });
    const run = vwire(['demo', '--json', '--trace', join(scratch, 'no', 'folder')]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('cannot write');
  });
});
