import { LineCutter, LONGEST_LINE, MessageCutter, ShapeTable, splitMessages } from '@virtio-wire/generator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexOf } from './support/dialects.js';
import { bytesOf, DIALECTS, vectors } from './support/vectors.js';

describe('cutting a stream', () => {
  const cutInto = (bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] => {
    const chunks: Uint8Array[] = [];
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length] ?? 1;
      chunks.push(bytes.slice(at, at + size));
      at += size;
    }
    return chunks;
  };

  it('finds the messages that the whole input has, wherever chunks end', () => {
    const streams = fc.tuple(
      fc.constantFrom(...DIALECTS),
      fc.array(fc.constantFrom(...vectors), { maxLength: 30 }),
      fc.uint8Array({ maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
    );
    fc.assert(
      fc.property(streams, ([name, picked, noise, sizes]) => {
        const own = picked.filter((v) => v.dialect === name).map((v) => v.hex);
        const bytes = Uint8Array.from([...bytesOf(own.join('')), ...noise]);
        const found: string[] = [];
        let at = 0;
        const cutter = new MessageCutter(
          new ShapeTable(indexOf(name)),
          (view, start, end, offset, length) => {
            expect(offset).toBe(at);
            at += length;
            found.push(Buffer.from(view.buffer as ArrayBuffer, start, end - start).toString('hex'));
          },
          16,
        );
        for (const chunk of cutInto(bytes, sizes)) cutter.push(chunk);
        cutter.end();
        expect(found).toEqual(splitMessages(indexOf(name), bytes).map((m) => Buffer.from(m).toString('hex')));
        expect(at).toBe(bytes.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds the lines that the whole input has, wherever chunks end', () => {
    const text = fc
      .array(fc.constantFrom('a', 'é', '漢', '\n', '\r\n', '\r', '\0', '{"x":1}', '\n\n'), { maxLength: 40 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }), (input, sizes) => {
        const cutter = new LineCutter();
        const lines: string[] = [];
        for (const chunk of cutInto(Buffer.from(input), sizes)) lines.push(...cutter.push(Buffer.from(chunk)));
        lines.push(...cutter.end());
        const whole = input.split('\n');
        if (whole.at(-1) === '') whole.pop();
        expect(lines).toEqual(whole.map((l) => l.replace(/\r$/, '')));
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps only the beginning of a line without end, and tells that it is cut', () => {
    const cutter = new LineCutter();
    const chunk = Buffer.alloc(1 << 20, 0x61);
    for (let i = 0; i < 40; i++) expect(cutter.push(chunk)).toEqual([]);
    const [long, next] = [...cutter.push(Buffer.from('\nnext\n'))];
    expect(long?.length).toBe(LONGEST_LINE + 1);
    expect(next).toBe('next');
  });
});
