import type { Place } from '../diagnostics/diagnostic.js';
import type { BodyKind } from '../ir/types.js';
import type { RowAspect } from './compare-rows.js';
import type { TextClass } from './text-model.js';

/**
 * What kind of difference: `id`, `name` and `sender` of a message; `offset`, `size` and `name` of a field; `value` and `name`
 * of a constant; `lacking`: the
 * text does not have it; `unknown`: the dialect does not have it; `unreadable`: the text cannot be read there.
 */
export type DriftKind = RowAspect | 'id' | 'sender' | 'value' | 'lacking' | 'unknown' | 'unreadable';

/** One line of the text that says something else than the schema. */
export interface DriftFinding {
  /** One, or several where a line differs in several ways. */
  readonly kinds: readonly DriftKind[];
  readonly class: TextClass | null;
  /** Name of the message; `header`, or the name of an enumeration, where `class` is null. */
  readonly message: string | null;
  readonly body: BodyKind | null;
  /** Name of the field in the schema, null where it has none or the message itself is meant. */
  readonly field: string | null;
  /** Where in the text. */
  readonly place: Place;
  /** What the text says there, in words. */
  readonly text: string;
  /** What the dialect says. */
  readonly dialect: string;
  /** Where in the IR, `class.MESSAGE.kind.field`; null where it has nothing. */
  readonly key: string | null;
  /** Where in the schema; null where only the IR is at hand, or the dialect has nothing. */
  readonly schema: Place | null;
  /** Entries of `unresolved:` that record that the texts disagree here. */
  readonly unresolved: readonly string[];
  readonly hint: string | null;
}

/** A finding with what is known about it; everything else is nothing. */
export type Found = Partial<DriftFinding> & Pick<DriftFinding, 'kinds' | 'place' | 'text'>;
