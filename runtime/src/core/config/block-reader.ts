import { type Machine, table } from '../table.js';
import { isOdd } from './shared-block.js';

export type ReaderState = 'idle' | 'check' | 'copying' | 'verify' | 'backoff' | 'waiting' | 'done' | 'failed';

export interface ReaderContext {
  readonly spins: number;
  /** Longest single wait, and all waits together, in milliseconds. */
  readonly waitStep: number;
  readonly waitLimit: number;
  first: number;
  /** The number the first wait was for. */
  waitedFor: number | null;
  attempts: number;
  waited: number;
}

export type ReaderEvent =
  | { readonly type: 'read' }
  | { readonly type: 'generation'; readonly value: number }
  | { readonly type: 'copied' }
  | { readonly type: 'again' }
  /** Woken, or the time is over. */
  | { readonly type: 'woken'; readonly ms: number };

export type ReaderEffect =
  | { readonly type: 'loadGeneration' }
  | { readonly type: 'copy' }
  | { readonly type: 'spin' }
  | { readonly type: 'wait'; readonly ms: number; readonly while: number }
  | { readonly type: 'deliver'; readonly generation: number }
  | { readonly type: 'torn'; readonly writerDead: boolean };

export const readerContext = (): ReaderContext => ({
  spins: 100,
  waitStep: 10,
  waitLimit: 100,
  first: 0,
  waitedFor: null,
  attempts: 0,
  waited: 0,
});

const R = table<ReaderState, ReaderContext, ReaderEvent, ReaderEffect>();
const load = (_c: ReaderContext, _e: unknown, emit: (effect: ReaderEffect) => void): void =>
  emit({ type: 'loadGeneration' });
const spin = (c: ReaderContext, _e: unknown, emit: (effect: ReaderEffect) => void): void => {
  c.attempts++;
  emit({ type: 'spin' });
};

/** The reading side of a shared block. */
export const blockReader: Machine<ReaderState, ReaderContext, ReaderEvent, ReaderEffect> = {
  name: 'block-reader',
  section: '11.1',
  states: ['idle', 'check', 'copying', 'verify', 'backoff', 'waiting', 'done', 'failed'],
  rows: [
    R.row('idle', 'read', 'check', 'P', { act: load }),
    R.row('check', 'generation', 'backoff', 'P', {
      when: ['odd', (_c, e) => isOdd(e.value)],
      act: (c, e, emit) => {
        c.first = e.value;
        spin(c, e, emit);
      },
    }),
    R.row('check', 'generation', 'copying', 'P', {
      act: (c, e, emit) => {
        c.first = e.value;
        emit({ type: 'copy' });
      },
    }),
    R.row('copying', 'copied', 'verify', 'P', { act: load }),
    R.row('verify', 'generation', 'done', 'P', {
      when: ['the same as before', (c, e) => e.value === c.first],
      act: (c, _e, emit) => emit({ type: 'deliver', generation: c.first }),
    }),
    R.row('verify', 'generation', 'backoff', 'P', {
      act: (c, e, emit) => {
        c.first = e.value;
        spin(c, e, emit);
      },
    }),
    R.row('backoff', 'again', 'check', 'C', {
      when: ['fewer attempts than the limit', (c) => c.attempts < c.spins],
      act: load,
    }),
    R.row('backoff', 'again', 'waiting', 'C', {
      act: (c, _e, emit) => {
        c.waitedFor ??= c.first;
        emit({ type: 'wait', ms: Math.min(c.waitStep, c.waitLimit - c.waited), while: c.first });
      },
    }),
    // Split in two here: a wait that ends in time leads back to the check.
    R.row('waiting', 'woken', 'failed', 'C', {
      when: ['the limit is reached', (c, e) => c.waited + e.ms >= c.waitLimit],
      act: (c, _e, emit) => emit({ type: 'torn', writerDead: isOdd(c.first) && c.first === c.waitedFor }),
    }),
    R.row('waiting', 'woken', 'check', 'C', {
      act: (c, e, emit) => {
        // A wake-up costs at least 1 ms of the limit: a writer that changes the word all the time cannot keep us here.
        c.waited += Math.max(1, e.ms);
        emit({ type: 'loadGeneration' });
      },
    }),
  ],
};
