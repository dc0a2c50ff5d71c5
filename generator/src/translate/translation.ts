import type { Spelled } from '../interpret/values.js';
import type { WireError } from '../interpret/wire-error.js';

/**
 * What became of one message between two dialects.
 *
 * `exact`: everything it says is said in the other dialect, and translating back gives the same bytes. `lossy`: the message
 * is there, but `lost` is not in it. `impossible`: there are no bytes, and `why` says so; `error` where the bytes were no
 * message of the first dialect to begin with.
 */
export type Translation = Translated | Impossible;

export interface Translated {
  readonly verdict: 'exact' | 'lossy';
  /** Keys of the bodies, `class.MESSAGE.kind`, as each dialect calls them. */
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array;
  readonly lost: readonly LostValue[];
  readonly assumed: readonly AssumedValue[];
}

export interface Impossible {
  readonly verdict: 'impossible';
  readonly from: string | null;
  readonly to: string | null;
  readonly why: readonly Obstacle[];
  /** The refusal of the first dialect's codec. */
  readonly error?: WireError;
}

/** Something the message says that the other dialect has no place for. */
export interface LostValue {
  /** As the first dialect calls it; `header.token`, `data[4..31]`, `surplus`. */
  readonly field: string;
  readonly value: Spelled;
  readonly why: LossCode;
  readonly says: string;
}

/**
 * `absent`: the other dialect has no such field. `count`: the number of elements is not told there. `elements`: elements
 * behind the counted ones. `reserved`, `surplus`, `padding`: bytes without a meaning that are not as a sender writes them.
 * `header`: type bits or id that announce another message than was asked for.
 */
export type LossCode = 'absent' | 'count' | 'elements' | 'reserved' | 'surplus' | 'padding' | 'header';

/** Something the other dialect has and the first one lacks: zero, or nothing where it is a list. */
export interface AssumedValue {
  /** As the second dialect calls it; `direction` where only one of two senders may send it there. */
  readonly field: string;
  readonly value: Spelled;
}

export interface Obstacle {
  readonly code: ObstacleCode;
  /** As the second dialect calls it. */
  readonly field: string;
  readonly value: Spelled;
  readonly limit: string;
  readonly says: string;
}

/**
 * `refused`: the first dialect's codec does not accept the bytes. `no_message`: the second has no such message.
 * `direction`: who sends it may not send it there. `too_large`: a value or a list does not fit. `no_constant`: a value has no
 * counterpart. `other_form`: one side has a number where the other has a list. `constraint`: a condition of the second
 * dialect's text does not hold. `too_long`: the message is longer than one may be there.
 */
export type ObstacleCode =
  | 'refused'
  | 'no_message'
  | 'direction'
  | 'too_large'
  | 'no_constant'
  | 'other_form'
  | 'constraint'
  | 'too_long';
