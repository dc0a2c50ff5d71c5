import type { CountCode } from '../fault.js';
import { type Machine, table } from '../table.js';

/** `zombie`: given up, but the wire still owes its response (S4). `quarantined`: answered, and not given out again yet. */
export type TokenState = 'free' | 'used' | 'zombie' | 'quarantined';

export type TokenEvent =
  | { readonly type: 'allocate' }
  /** The response was matched with its request. */
  | { readonly type: 'answered' }
  /** The request was given up after it was sent. */
  | { readonly type: 'abandoned' }
  /** The request was given up before it was sent. */
  | { readonly type: 'unsent' }
  /** A response came that no request in flight waits for. */
  | { readonly type: 'response' }
  /** There are more zombies than maxZombies and this is the oldest. */
  | { readonly type: 'overflow' }
  /** A reset was answered and nothing older can follow (5.3). */
  | { readonly type: 'barrier' }
  /** tokenQuarantine later releases, or no other token is free. */
  | { readonly type: 'aged' }
  | { readonly type: 'epoch' };

const { row } = table<TokenState, null, TokenEvent, CountCode>();
const count = (code: CountCode) => (_c: null, _e: unknown, emit: (code: CountCode) => void) => emit(code);

/**
 * One token of a bus instance. It has no guards, so that the allocator can take it as a matrix of states and events. What it
 * emits are codes to count.
 */
export const TOKEN: Machine<TokenState, null, TokenEvent, CountCode> = {
  name: 'token',
  section: '5.1',
  states: ['free', 'used', 'zombie', 'quarantined'],
  rows: [
    row('free', 'allocate', 'used', ['S3', 'C']),
    row('used', 'answered', 'quarantined', 'C'),
    row('used', 'abandoned', 'zombie', 'C'),
    row('used', 'unsent', 'free', 'C'),
    row('zombie', 'response', 'quarantined', ['S3', 'C'], { act: count('late') }),
    row('zombie', 'overflow', 'quarantined', 'C', { act: count('lost_response') }),
    row('zombie', 'barrier', 'free', ['S4', 'C']),
    row(['used', 'zombie', 'quarantined'], 'epoch', 'free', 'C'),
    row('quarantined', 'aged', 'free', 'C'),
    row('quarantined', 'response', null, 'S3', { act: count('duplicate') }),
    row('free', 'response', null, 'S3', { act: count('stale') }),
  ],
};
