import { Progress } from '@virtio-wire/generator';
import { describe, expect, it } from 'vitest';

describe('the progress line', () => {
  it('is shown on a terminal, now and then, and taken away; elsewhere there is none', () => {
    const written: string[] = [];
    let time = 0;
    const target = { isTTY: true, columns: 60, write: (text: string) => written.push(text) };
    const progress = new Progress(target, 4_000_000, () => time);
    progress.advance(1_000_000, 10);
    expect(written).toEqual([]);
    time = 500;
    progress.advance(1_000_000, 20_000);
    progress.advance(1, 20_000);
    expect(written).toHaveLength(1);
    expect(written[0]).toContain('50 %');
    expect((written[0] ?? '').length).toBeLessThan(70);
    progress.done(20_000, true);
    expect(written.at(-1)).toMatch(/40\.0 k\/s.*\n$/);
    const silent: string[] = [];
    const none = new Progress({ write: (text: string) => silent.push(text) }, null, () => time);
    time = 5000;
    none.advance(1, 1);
    none.done(1, true);
    expect(silent).toEqual([]);
  });
});
