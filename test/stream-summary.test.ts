import { describe, expect, it } from 'vitest';
import { type Summary, summary } from './support/decode-summary.js';
import { scratchFiles } from './support/scratch.js';
import { bytesOf, malformed, traceLines, traceNames, vectors } from './support/vectors.js';
import { jsonl, vwire } from './support/vwire.js';

const file = scratchFiles('vwire-stream-summary-');

interface Answer {
  class?: string;
  message?: string;
  kind?: string;
  error?: { code: string };
  findings?: { rule: string }[];
  frames?: Answer[];
  /** What the bytes are, where the entry's names say something else. */
  decoded?: Answer;
}

const keyOf = (f: Answer): string => `${f.class}.${f.message}.${f.kind}`;

/** Counts of what `decode` answered one by one. */
function counted(answers: readonly Answer[]): unknown {
  const frames = answers.flatMap((a) => a.frames ?? (a.class !== undefined || a.error !== undefined ? [a] : []));
  const tally = (names: readonly string[]) =>
    Object.fromEntries([...new Set(names)].sort().map((n) => [n, names.filter((x) => x === n).length]));
  return {
    bodies: tally(frames.flatMap((f) => (f.error === undefined ? [keyOf(f.decoded ?? f)] : []))),
    refused: tally(frames.flatMap((f) => f.error?.code ?? [])),
    findings: tally(frames.flatMap((f) => (f.findings ?? []).map((x) => x.rule))),
  };
}
const told = (s: Summary): unknown => {
  // Several dialects have bodies of the same name.
  const sorted = (pairs: [string, number][]) => {
    const sums = new Map<string, number>();
    for (const [name, n] of pairs) sums.set(name, (sums.get(name) ?? 0) + n);
    return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return {
    bodies: sorted(s.bodies.map((b) => [b.key, b.messages])),
    refused: sorted(s.refused.map((r) => [r.code, r.count])),
    findings: sorted(s.findings.map((f) => [f.rule, f.count])),
  };
};

describe('decode --summary', () => {
  it.each(traceNames)('counts what decode --jsonl answers for %s', (name) => {
    const path = `test/vectors/traces/${name}`;
    const answers = jsonl('decode', traceLines(name)).lines as Answer[];
    const s = summary('--jsonl', path);
    expect(told(s)).toEqual(counted(answers));
    expect(s.lines).toBe(traceLines(name).length);
  });

  it('counts what decode --jsonl answers for vectors, whose names select the body, and for anything malformed', () => {
    const lines = [
      ...vectors.map(({ dialect, class: c, message, kind, hex }) => ({ dialect, class: c, message, kind, hex })),
      ...malformed,
      ...vectors.map(({ dialect, hex }) => ({ dialect, hex, context: { max_msg_size: 30 } })),
      ...vectors.map(({ dialect, hex }) => ({ dialect, hex, context: { dev_num: 1, config_size: 4 } })),
      ...vectors.map(({ hex }) => ({ dialect: 'rfc3', message: 'PING', hex: `0x${hex}` })),
      { dialect: 'none', hex: '00' },
      { dialect: 'rfc3', hex: 7 },
      { dialect: 'rfc3', hex: '123' },
      'no json',
    ].map((l) => (typeof l === 'string' ? l : JSON.stringify(l)));
    const answers = jsonl('decode', lines).lines as Answer[];
    expect(told(summary('--jsonl', file('mixed.jsonl', `${lines.join('\n')}\n`)))).toEqual(counted(answers));
  });

  it('counts raw bytes as decode answers them, and tells where each trouble began', () => {
    const good = '0203000007000c002a000000';
    const raw = file(
      'sum.bin',
      bytesOf([good, good, '0099000001000800', '0007010000000800', '0042010000000c00'].join('')),
    );
    const s = summary('-d', 'rfc3', raw);
    expect(s.messages).toBe(5);
    expect(s.bytes).toBe(48);
    expect(s.refused.map((r) => [r.code, r.count, r.first.offset])).toEqual([
      ['unknown_id', 1, 24],
      ['truncated', 1, 40],
    ]);
    expect(s.findings.map((f) => [f.rule, f.count, f.first.offset])).toEqual([['token', 1, 32]]);
    expect(summary('-d', 'rfc3', '--no-rules', raw).findings).toEqual([]);
    const all = vectors.filter((v) => v.dialect === 'v1-2026').map((v) => v.hex);
    const lines = file('v1.hex', all.join('\n'));
    const answers = vwire(['decode', '-d', 'v1-2026', '--json', lines]).stdout.trimEnd().split('\n');
    const one = counted(answers.map((l) => JSON.parse(l) as Answer));
    expect(told(summary('-d', 'v1-2026', file('v1.bin', bytesOf(all.join('')))))).toEqual(one);
    expect(told(summary('-d', 'v1-2026', lines))).toEqual(one);
  });

  it('prints a table, says nothing on stderr when that is no terminal, and exits as decode does', () => {
    const run = vwire(['decode', '-d', 'rfc3', '--summary', '0203000007000c002a000000']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^1 message, 12 bytes$/m);
    expect(run.stdout).toMatch(/^bus\.PING\.request +1 +100\.0 % +12$/m);
    const traced = vwire(['decode', '--jsonl', '--summary', 'test/vectors/traces/qemu-rng.jsonl']);
    expect(traced.code).toBe(1);
    expect(traced.stdout).toMatch(/^token +\d+ +line \d+ of /m);
  });
});
