import { type Drift, renderDrift } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';
import { against, changed, FIXTURE } from './support/drift.js';
import { vwire } from './support/vwire.js';

describe('vwire drift', () => {
  const edited = changed('& 4 & 4 & Vendor ID', '& 4 & 8 & Vendor ID');

  it('ends with 0 where text and dialect say the same', () => {
    const run = vwire(['drift', FIXTURE, 'rfc3']);
    expect(run).toMatchObject({ code: 0, stdout: '0 differences to virtio-msg/rfc3 in 17 messages, 96 lines\n' });
  });

  it('names the nearest dialect where none is named, reads standard input, and ends with 1', () => {
    const run = vwire(['drift', '-'], { input: edited });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('<stdin>:49:3: GET_DEVICE_INFO response (transport): size differs\n');
    expect(run.stdout).toMatch(/\n {11}schema\/virtio-msg\/rfc2\.yaml:\d+:\d+\n/);
    expect(run.stdout).toContain('no dialect was named; nearest of 12: rfc3 (1), ');
  });

  it('tells the same as JSON', () => {
    const run = vwire(['drift', '--json', '-', 'qemu'], { input: edited });
    const result = JSON.parse(run.stdout) as Drift;
    expect(result).toMatchObject({ dialect: 'rfc3', messages: 17 });
    expect(result.findings).toMatchObject([
      {
        kinds: ['size'],
        message: 'GET_DEVICE_INFO',
        body: 'response',
        field: 'vendor_id',
        place: { line: 49, column: 3 },
      },
    ]);
  });

  it('ends with 2 where it is used wrongly', () => {
    const unknown = vwire(['drift', FIXTURE, 'rfc33']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('unknown dialect "rfc33"; did you mean "rfc3"');
    const missing = vwire(['drift', 'none.tex', 'rfc3']);
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toContain('there is no file "none.tex"');
  });

  it('keeps within the width it is given, and colours only what it is told to', async () => {
    const same = (text: string): string => text;
    const paint = { bold: same, red: same, yellow: same, cyan: same, dim: same };
    const text = renderDrift(await against(edited.replace('Vendor ID', 'Vendor ID, '.repeat(40))), {
      width: 60,
      paint,
    });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(text).not.toContain('\u001b');
  });
});
