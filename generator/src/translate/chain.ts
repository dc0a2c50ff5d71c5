import type { DialectIndex } from '../interpret/dialect-index.js';
import { type TranslateOptions, translate } from './translate.js';
import type { AssumedValue, LostValue, Translation } from './translation.js';

/** A hop of a chain: what became of the message between two neighbours. */
export interface Hop {
  readonly from: DialectIndex;
  readonly to: DialectIndex;
  readonly translation: Translation;
}

/** A message that went through several dialects. Losses add up; the chain ends where it becomes impossible. */
export interface Chained {
  readonly translation: Translation;
  readonly hops: readonly Hop[];
}

/**
 * Translates from the first dialect to the last one by way of those between. `lost` and `assumed` are those of all hops, each
 * under the name it has where it happened. Throws a RangeError where fewer than two dialects are given: that is the caller's
 * mistake and not the message's.
 */
export function chain(dialects: readonly DialectIndex[], bytes: Uint8Array, options: TranslateOptions = {}): Chained {
  const [first, ...rest] = dialects;
  const hops: Hop[] = [];
  const lost: LostValue[] = [];
  const assumed: AssumedValue[] = [];
  let [from, message, hints] = [first, bytes, options];
  let start: string | null = null;
  let last: Translation | undefined;
  for (const to of rest) {
    last = translate(from as DialectIndex, to, message, hints);
    hops.push({ from: from as DialectIndex, to, translation: last });
    start ??= last.from;
    if (last.verdict === 'impossible') return { translation: { ...last, from: start }, hops };
    lost.push(...last.lost);
    assumed.push(...last.assumed);
    const body = to.byKey(last.to);
    // The body is known by now; not every header tells it.
    [from, message, hints] = [to, last.bytes, { ...options, select: () => (body === undefined ? [] : [body]) }];
  }
  if (last === undefined || last.verdict === 'impossible')
    throw new RangeError(`a chain has at least two dialects, ${dialects.length} given`);
  const verdict = lost.length === 0 ? 'exact' : 'lossy';
  return { translation: { ...last, verdict, from: start ?? last.from, lost, assumed }, hops };
}
