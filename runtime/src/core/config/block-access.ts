import { type Step, step } from '../table.js';
import { blockReader, type ReaderEffect, type ReaderEvent, type ReaderState, readerContext } from './block-reader.js';
import { blockWriter, type WriterContext, type WriterEvent, type WriterState } from './block-writer.js';
import type { SharedBlock } from './shared-block.js';

/** Waits until the word is no longer `value` or `ms` milliseconds are over; returns the milliseconds waited. */
export type WaitForChange = (words: Int32Array, index: number, value: number, ms: number) => number;

/** The writing side of one block: carries out the effects of the writer machine with atomic stores. */
export class BlockWriter {
  readonly #block: SharedBlock;
  readonly #context: WriterContext = { generation: 0 };
  #state: WriterState = 'even';

  readonly #restored: readonly number[];

  /** Takes the block over. Where the last writer died at work, its data becomes `restored`, words left out being 0. */
  constructor(block: SharedBlock, restored: readonly number[] = []) {
    this.#block = block;
    this.#restored = restored;
    this.#take({ type: 'startUp', found: Atomics.load(block.words, 0) });
    if (this.#state === 'odd') this.#take({ type: 'commit' });
  }

  /** One transaction: word number → value. Words outside the block are left out. */
  update(values: Iterable<readonly [word: number, value: number]>): void {
    this.#take({ type: 'begin' });
    for (const [word, value] of values) {
      if (Number.isInteger(word) && word >= 0 && word < this.#block.length) this.#take({ type: 'write', word, value });
    }
    this.#take({ type: 'commit' });
  }

  #take(event: WriterEvent): void {
    const { state, effects } = step(blockWriter, this.#state, this.#context, event);
    this.#state = state;
    const { words, length } = this.#block;
    for (const effect of effects) {
      switch (effect.type) {
        case 'storeGeneration':
          Atomics.store(words, 0, effect.value);
          break;
        case 'storeWord':
          Atomics.store(words, 1 + effect.word, effect.value);
          break;
        case 'rewriteAll':
          for (let word = 0; word < length; word++) Atomics.store(words, 1 + word, this.#restored[word] ?? 0);
          break;
        case 'notify':
          Atomics.notify(words, 0);
          break;
      }
    }
  }
}

export type BlockRead =
  | { readonly ok: true; readonly generation: number; readonly words: Int32Array }
  /** `writerDead`: the word stayed odd. */
  | { readonly ok: false; readonly code: 'torn'; readonly writerDead: boolean };

/** Reads a block as it was at one moment into private memory. Never reads more often than the machine's limits allow. */
export function readBlock(block: SharedBlock, wait: WaitForChange): BlockRead {
  const context = readerContext();
  const copy = new Int32Array(block.length);
  let state: ReaderState = 'idle';
  let event: ReaderEvent = { type: 'read' };
  for (;;) {
    const result: Step<ReaderState, ReaderEffect> = step(blockReader, state, context, event);
    state = result.state;
    for (const effect of result.effects) {
      switch (effect.type) {
        case 'loadGeneration':
          event = { type: 'generation', value: Atomics.load(block.words, 0) };
          break;
        case 'copy':
          // Atomic loads: plain ones may be carried out behind the second load of the generation on weakly ordered CPUs.
          for (let word = 0; word < block.length; word++) copy[word] = Atomics.load(block.words, 1 + word);
          event = { type: 'copied' };
          break;
        case 'spin':
          event = { type: 'again' };
          break;
        case 'wait':
          event = { type: 'woken', ms: wait(block.words, 0, effect.while, effect.ms) };
          break;
        case 'deliver':
          return { ok: true, generation: effect.generation, words: copy };
        case 'torn':
          return { ok: false, code: 'torn', writerDead: effect.writerDead };
      }
    }
  }
}
