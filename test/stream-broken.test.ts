import { LONGEST_LINE } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { type Summary, summary } from './support/decode-summary.js';
import { scratchFiles } from './support/scratch.js';
import { bytesOf, DIALECTS } from './support/vectors.js';
import { vwire } from './support/vwire.js';

const file = scratchFiles('vwire-stream-broken-');

describe('broken input', () => {
  const codes = (lines: string): (string | undefined)[] =>
    lines
      .trimEnd()
      .split('\n')
      .map((l) => (JSON.parse(l) as { error?: { code: string } }).error?.code);

  it('of lines: CRLF, a lone CR, a NUL, an empty line', () => {
    const good = '{"dialect":"rfc3","hex":"0002000003000800"}';
    const input = `${good}\r\n{"dialect":"rfc3",\r"hex":"0002000003000800"}\n{"a":"\u0000"}\n\n\r\n${good}`;
    const run = vwire(['decode', '--jsonl'], { input });
    expect(codes(run.stdout)).toEqual([undefined, undefined, 'bad_json', 'bad_json', 'bad_json', undefined]);
    expect(run.stderr).toBe('');
  });

  it('of lines of ten megabytes: one that is right in form, one that is not, and one beyond all bounds', () => {
    const hex = '00'.repeat(5_000_000);
    const input = `{"dialect":"rfc3","hex":"${hex}"}\n${'x'.repeat(10_000_000)}\n${'y'.repeat(LONGEST_LINE + 5)}\n{"n":1}\n`;
    const path = file('long.jsonl', input);
    const run = vwire(['decode', '--jsonl', path]);
    expect(codes(run.stdout)).toEqual(['size_below_header', 'bad_json', 'bad_json', undefined]);
    expect(summary('--jsonl', path).refused.map((r) => [r.code, r.count])).toEqual([
      ['size_below_header', 1],
      ['bad_json', 2],
    ]);
  });

  it('of bytes: nothing, less than a header, garbage, sizes of all kinds', () => {
    expect(vwire(['decode', '-d', 'rfc3', '--summary', file('none', '')])).toMatchObject({ code: 2, stdout: '' });
    expect(summary('-d', 'rfc3', file('short.bin', bytesOf('8002'))).refused.map((r) => r.code)).toEqual([
      'short_header',
    ]);
    expect(summary('-d', 'rfc3', file('size.bin', bytesOf('000200000100ffff'))).refused.map((r) => r.code)).toEqual([
      'truncated',
    ]);
    expect(summary('-d', 'rfc1', file('frame.bin', bytesOf('0002'.repeat(30)))).refused.map((r) => r.code)).toEqual([
      'frame_size',
    ]);
    const garbage = file(
      'garbage.bin',
      Uint8Array.from({ length: 200_000 }, (_, i) => (Math.imul(i, 0x9e3779b1) >>> 13) & 0xff),
    );
    for (const name of DIALECTS) {
      const run = vwire(['decode', '-d', name, '--summary', '--json', garbage]);
      expect(run).toMatchObject({ code: 1, stderr: '' });
      expect((JSON.parse(run.stdout) as Summary).bytes).toBe(200_000);
    }
  });
});
