import { type Machine, table } from '../table.js';
import { isOdd } from './shared-block.js';

export type WriterState = 'even' | 'odd';

export interface WriterContext {
  /** The writer's own copy: what the other side may have put into the word decides nothing. */
  generation: number;
}

export type WriterEvent =
  | { readonly type: 'startUp'; readonly found: number }
  | { readonly type: 'begin' }
  | { readonly type: 'write'; readonly word: number; readonly value: number }
  | { readonly type: 'commit' };

export type WriterEffect =
  | { readonly type: 'storeGeneration'; readonly value: number }
  | { readonly type: 'storeWord'; readonly word: number; readonly value: number }
  /** The previous writer died at work: every word has to be written before the commit. */
  | { readonly type: 'rewriteAll' }
  | { readonly type: 'notify' };

const W = table<WriterState, WriterContext, WriterEvent, WriterEffect>();
const advance = (c: WriterContext): number => {
  c.generation = (c.generation + 1) | 0;
  return c.generation;
};

/** The writing side of a shared block. */
export const blockWriter: Machine<WriterState, WriterContext, WriterEvent, WriterEffect> = {
  name: 'block-writer',
  section: '11.1',
  states: ['even', 'odd'],
  rows: [
    W.row('even', 'begin', 'odd', 'P', {
      act: (c, _e, emit) => emit({ type: 'storeGeneration', value: advance(c) }),
    }),
    W.row('odd', 'write', 'odd', 'C', {
      act: (_c, e, emit) => emit({ type: 'storeWord', word: e.word, value: e.value }),
    }),
    W.row('odd', 'commit', 'even', 'P', {
      act: (c, _e, emit) => {
        emit({ type: 'storeGeneration', value: advance(c) });
        emit({ type: 'notify' });
      },
    }),
    W.row('even', 'startUp', 'odd', 'C', {
      when: ['the word is odd', (_c, e) => isOdd(e.found)],
      act: (c, e, emit) => {
        c.generation = e.found;
        emit({ type: 'rewriteAll' });
      },
    }),
    // Not in the table: the ordinary start.
    W.row('even', 'startUp', 'even', 'C', {
      act: (c, e) => {
        c.generation = e.found;
      },
    }),
  ],
};
