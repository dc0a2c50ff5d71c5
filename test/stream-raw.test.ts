import { describe, expect, it } from 'vitest';
import { scratchFiles } from './support/scratch.js';
import { bytesOf, vectors } from './support/vectors.js';
import { vwire } from './support/vwire.js';

const file = scratchFiles('vwire-stream-raw-');

const rfc3 = vectors.filter((v) => v.dialect === 'rfc3');

describe('decode of raw bytes', () => {
  it('answers message by message across chunk borders, the same from a file as from standard input', () => {
    // Bytes below 0x80 only, so that they pass through a pipe of text unchanged.
    const plain = rfc3.filter((v) => bytesOf(v.hex).every((b) => b < 0x80));
    const messages = Array.from({ length: 12_000 }, (_, i) => plain[(i * 7) % plain.length]?.hex ?? '');
    const bytes = bytesOf(messages.join(''));
    expect(bytes.length).toBeGreaterThan(3 * 65536);
    const fromFile = vwire(['decode', '-d', 'rfc3', '--json', file('many.bin', bytes)]);
    const answers = fromFile.stdout.trimEnd().split('\n');
    expect(answers.map((l) => (JSON.parse(l) as { hex: string }).hex)).toEqual(messages);
    expect(fromFile.stderr).toBe('');
    const piped = vwire(['decode', '-d', 'rfc3', '--json', '-'], { input: Buffer.from(bytes).toString('latin1') });
    expect(piped.stdout === fromFile.stdout).toBe(true);
  });

  it('answers what decode of each message alone answers', () => {
    const messages = rfc3.map((v) => v.hex);
    const together = vwire(['decode', '-d', 'rfc3', '--json', file('all.bin', bytesOf(messages.join('')))]);
    const alone = vwire(['decode', '-d', 'rfc3', '--json', file('all.hex', messages.join('\n'))]);
    expect(together.stdout).toBe(alone.stdout);
  });

  it('refuses a last message that is cut short, and shows of one without end only the beginning', () => {
    const cut = vwire([
      'decode',
      '-d',
      'rfc3',
      '--json',
      file('cut.bin', bytesOf('0203000007000c002a0000000042010000000c00')),
    ]);
    expect(cut.code).toBe(1);
    const codes = cut.stdout
      .trimEnd()
      .split('\n')
      .map((l) => (JSON.parse(l) as { error?: { code: string } }).error?.code);
    expect(codes).toEqual([undefined, 'truncated']);
    const endless = vwire(['decode', '-d', 'rfc3', '--json', file('zeros.bin', new Uint8Array(3_000_000))]);
    const answer = JSON.parse(endless.stdout) as { hex: string; omitted: number; error: { code: string } };
    expect(answer.error.code).toBe('size_below_header');
    expect(answer.hex.length / 2 + answer.omitted).toBe(3_000_000);
    expect(answer.hex.length).toBeLessThan(200_000);
  });

  it('judges only shapes with --no-rules', () => {
    const zeroToken = '0007010000000800';
    expect(vwire(['decode', '-d', 'rfc3', zeroToken]).code).toBe(1);
    expect(vwire(['decode', '-d', 'rfc3', '--no-rules', zeroToken]).code).toBe(0);
  });

  it('takes only the two directions there are', () => {
    const run = vwire(['decode', '-d', 'rfc3', '--dir', 'sideways', '0007010000000800']);
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('driver->device') });
  });
});
