import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockWriter, readBlock } from '../../runtime/dist/core/config/block-access.js';
import { blockReader, type ReaderEvent, readerContext } from '../../runtime/dist/core/config/block-reader.js';
import { blockWriter, type WriterEvent } from '../../runtime/dist/core/config/block-writer.js';
import { sharedBlock } from '../../runtime/dist/core/config/shared-block.js';
import { runs } from './support/properties.js';
import { walk } from './support/walk.js';

const block = (words: number) => sharedBlock(new SharedArrayBuffer(4 * (words + 1)), 0, words)!;
const never = (): number => {
  throw new Error('nothing to wait for');
};

describe('configuration block in shared memory (11.1)', () => {
  test('every row of the writer is taken', () => {
    const { missing } = walk(
      blockWriter,
      {
        starts: [{ state: 'even', context: { generation: 0 } }],
        events: (): readonly WriterEvent[] => [
          { type: 'startUp', found: 3 },
          { type: 'startUp', found: 4 },
          { type: 'begin' },
          { type: 'write', word: 0, value: 1 },
          { type: 'commit' },
        ],
        depth: 3,
      },
      (before, event, effects, after) => {
        // Nothing is written under an even number.
        if (effects.some((e) => e.type === 'storeWord')) expect(before.state).toBe('odd');
        if (event.type !== 'startUp') expect(after.context.generation & 1).toBe(after.state === 'odd' ? 1 : 0);
      },
    );
    expect(missing).toEqual([]);
  });

  test('every row of the reader is taken', () => {
    const { missing } = walk(
      blockReader,
      {
        starts: [{ state: 'idle', context: { ...readerContext(), spins: 2, waitLimit: 20 } }],
        events: (): readonly ReaderEvent[] => [
          { type: 'read' },
          { type: 'generation', value: 2 },
          { type: 'generation', value: 3 },
          { type: 'generation', value: 4 },
          { type: 'copied' },
          { type: 'again' },
          { type: 'woken', ms: 5 },
          { type: 'woken', ms: 20 },
        ],
        depth: 14,
      },
      (_before, _event, effects, after) => {
        for (const e of effects) if (e.type === 'deliver') expect(e.generation & 1).toBe(0);
        expect(after.context.waited).toBeLessThan(20);
      },
    );
    expect(missing).toEqual([]);
  });

  test('what is written in one transaction is read as one', () => {
    const b = block(3);
    const writer = new BlockWriter(b);
    writer.update([
      [0, 7],
      [2, 9],
      [3, 1],
    ]);
    expect(readBlock(b, never)).toEqual({ ok: true, generation: 2, words: Int32Array.of(7, 0, 9) });
  });

  test('a writer that finds an odd number rewrites the whole block', () => {
    const b = block(2);
    b.words.set([5, 1, 2]);
    new BlockWriter(b, [8]);
    expect(readBlock(b, never)).toEqual({ ok: true, generation: 6, words: Int32Array.of(8, 0) });
  });

  test('a number that stays odd is torn, after waits of at most 100 ms in all', () => {
    const b = block(1);
    b.words[0] = 1;
    const waits: number[] = [];
    const read = readBlock(b, (_w, _i, value, ms) => {
      expect(value).toBe(1);
      waits.push(ms);
      return ms;
    });
    expect(read).toEqual({ ok: false, code: 'torn', writerDead: true });
    expect(Math.max(...waits)).toBe(10);
    expect(waits.reduce((a, b2) => a + b2)).toBe(100);
  });

  test('a word that changes with every look is given up on, and is no dead writer', () => {
    const b = block(1);
    b.words[0] = 1;
    let waits = 0;
    const read = readBlock(b, () => {
      waits++;
      b.words[0]! += 2;
      return 0;
    });
    expect(read).toEqual({ ok: false, code: 'torn', writerDead: false });
    expect(waits).toBeLessThanOrEqual(101);
  });

  test('takes no block that does not fit in the memory', () => {
    const memory = new SharedArrayBuffer(16);
    expect(sharedBlock(memory, 0, 3)).not.toBeNull();
    for (const [offset, length] of [
      [0, 4],
      [4, 3],
      [2, 1],
      [-4, 1],
      [0, -1],
    ] as const) {
      expect(sharedBlock(memory, offset, length)).toBeNull();
    }
  });

  test('generations wrap', () => {
    const b = block(1);
    b.words[0] = -2;
    new BlockWriter(b).update([[0, 5]]);
    expect(readBlock(b, never)).toEqual({ ok: true, generation: 0, words: Int32Array.of(5) });
  });

  test('transactions of any words read back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.tuple(fc.nat(4), fc.integer()), { maxLength: 6 }), { maxLength: 6 }),
        (updates) => {
          const b = block(4);
          const writer = new BlockWriter(b);
          const expected = new Int32Array(4);
          for (const update of updates) {
            writer.update(update);
            for (const [word, value] of update) if (word < 4) expected[word] = value;
          }
          expect(readBlock(b, never)).toEqual({ ok: true, generation: 2 * updates.length, words: expected });
        },
      ),
      runs(),
    );
  });

  test('a reader beside a running writer never sees two transactions mixed', async () => {
    const words = 64;
    const b = block(words);
    const source = `
      const { workerData } = require('node:worker_threads');
      import(workerData.access).then(({ BlockWriter }) => import(workerData.layout).then(({ sharedBlock }) => {
        const writer = new BlockWriter(sharedBlock(workerData.memory, 0, ${words}));
        for (let n = 1; n <= 20000; n++) writer.update(Array.from({ length: ${words} }, (_, i) => [i, n]));
        Atomics.store(new Int32Array(workerData.done), 0, 1);
      }));`;
    const done = new Int32Array(new SharedArrayBuffer(4));
    const at = (file: string) => new URL(`../../runtime/dist/core/config/${file}`, import.meta.url).href;
    const worker = new Worker(source, {
      eval: true,
      workerData: {
        memory: b.words.buffer,
        done: done.buffer,
        access: at('block-access.js'),
        layout: at('shared-block.js'),
      },
    });
    let reads = 0;
    while (Atomics.load(done, 0) === 0 || reads === 0) {
      const read = readBlock(b, (w, i, value, ms) => (Atomics.wait(w, i, value, ms) === 'timed-out' ? ms : 1));
      if (read.ok) {
        expect(new Set(read.words).size).toBe(1);
        reads++;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await worker.terminate();
    expect(reads).toBeGreaterThan(0);
  });
});
