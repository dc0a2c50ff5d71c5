import { rangeOf } from '../interpret/int.js';
import type { Fields } from '../interpret/values.js';
import type { Outcome } from './outcome.js';
import { type ArrayField, elementsFor, elementsIn, isArray } from './part.js';
import type { BodyPlan } from './plan.js';

/**
 * The elements of a list. One of fixed length is filled up with zeros; what comes out of such a list ends where the counter
 * that both dialects have says, so that there and back again is the same.
 */
export function carryArray(
  { pairs }: BodyPlan,
  a: ArrayField,
  b: ArrayField,
  fields: Fields,
  given: Record<string, unknown>,
  outcome: Outcome,
): void {
  let values = elementsIn(fields, a.name);
  const counter = 'fixed' in b.count ? null : b.count.field;
  const stated = counter === null ? null : given[counter];
  // A counter that is nobody's in the first dialect follows from the list.
  const paired = counter !== null && pairs.some((pair) => pair.b.field.name === counter && !isArray(pair.b.field));
  if (paired && typeof stated !== 'bigint') return;
  const length =
    'fixed' in b.count ? BigInt(b.count.fixed) : paired ? elementsFor(b, stated as bigint) : BigInt(values.length);
  const missing = length - BigInt(values.length);
  if (missing > 0n && 'fixed' in b.count) values = [...values, ...new Array<bigint>(Number(missing)).fill(0n)];
  else if (missing > 0n) {
    outcome.refuse(
      'too_large',
      counter ?? b.name,
      Number(length),
      `at most ${values.length}`,
      `only ${values.length} elements were sent`,
    );
    return;
  } else if (missing < 0n) {
    const extra = values.slice(Number(length));
    const last = values.length - 1;
    if (!('fixed' in a.count)) {
      outcome.refuse(
        'too_large',
        b.name,
        values.length,
        `${length} elements`,
        `${values.length} elements, ${length} fit`,
      );
      return;
    }
    if (extra.some((v) => v !== 0n)) {
      const value = a.kind === 'bytes' ? Uint8Array.from(extra, Number) : extra;
      outcome.lose('elements', `${a.name}[${length}..${last}]`, value, `the list ends before them`);
    }
    values = values.slice(0, Number(length));
  }
  const [low, high] = b.kind === 'ints' ? rangeOf(b.type) : rangeOf('u8');
  const over = values.findIndex((v) => v < low || v > high);
  if (over >= 0) {
    outcome.refuse(
      'too_large',
      `${b.name}[${over}]`,
      values[over] as bigint,
      `${low}..${high}`,
      `an element holds ${low} to ${high}`,
    );
    return;
  }
  given[b.name] = b.kind === 'bytes' ? Uint8Array.from(values, Number) : values;
}
