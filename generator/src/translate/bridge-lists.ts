import type { DialectIndex } from '../interpret/dialect-index.js';
import { rangeOf } from '../interpret/int.js';
import { type ArrayField, counterFor, isArray } from './part.js';
import type { BodyPlan } from './plan.js';

/** What the lists of a message, and their lengths, have to be for it to be carried wholly. */
export function listReasons(plan: BodyPlan, a: DialectIndex, b: DialectIndex): string[] {
  const lists = plan.pairs.flatMap(({ a: mine, b: theirs }) =>
    isArray(mine.field) && isArray(theirs.field) ? [{ mine: mine.field, theirs: theirs.field }] : [],
  );
  return [
    ...lists.flatMap(({ mine, theirs }) => [...elements(mine, theirs), ...length(plan, mine, theirs)]),
    ...tooLong(plan, lists, a, b),
  ];
}

const elementRange = (field: ArrayField): readonly [bigint, bigint] =>
  rangeOf(field.kind === 'ints' ? field.type : 'u8');

function elements(a: ArrayField, b: ArrayField): string[] {
  const [[lowA, highA], [lowB, highB]] = [elementRange(a), elementRange(b)];
  return lowA < lowB || highA > highB ? [`elements of ${b.name} only ${b.kind === 'ints' ? b.type : 'u8'}`] : [];
}

function length({ pairs, to }: BodyPlan, a: ArrayField, b: ArrayField): string[] {
  const counterA = 'fixed' in a.count ? null : a.count.field;
  const counterB = 'fixed' in b.count ? null : b.count.field;
  if ('fixed' in b.count) {
    const enough = 'fixed' in a.count && a.count.fixed <= b.count.fixed;
    return enough ? [] : [`${b.name} has ${b.count.fixed} elements`];
  }
  const source = pairs.find((pair) => pair.b.field.name === counterB)?.a.field.name ?? null;
  if (source !== null) {
    const unit = (f: ArrayField): string => ('fixed' in f.count ? 'fixed' : f.count.unit);
    const same = source === counterA && unit(a) === unit(b) && (unit(a) !== 'bytes' || sizeOf(a) === sizeOf(b));
    return same && (unit(a) !== 'bytes' || sizeOf(a) === 1) ? [] : [`${b.name} ends at ${counterB}`];
  }
  const counter = to.fields.find((f) => f.name === counterB);
  const highest = counter?.kind === 'int' ? rangeOf(counter.type)[1] : 0n;
  if (counterA === null) {
    const n = 'fixed' in a.count ? a.count.fixed : 0;
    return counterFor(b, n) <= highest ? [] : [`${counterB} too small for ${n} elements`];
  }
  // The counter follows from the list on the way back: a count of bits is not told by whole bytes.
  return [`${counterA} follows from ${b.name}`];
}

const sizeOf = (field: ArrayField): number => (field.kind === 'ints' ? field.elementSize : 1);

/** Whether the longest message would be longer than one may be there. */
function tooLong(
  { from, to }: BodyPlan,
  lists: readonly { readonly mine: ArrayField; readonly theirs: ArrayField }[],
  a: DialectIndex,
  b: DialectIndex,
): string[] {
  const most = longest(b);
  if (to.maxSize !== null && to.maxSize <= most) return [];
  const mostHere = Math.min(from.maxSize ?? Number.POSITIVE_INFINITY, longest(a));
  const tail = lists.find(({ theirs }) => !('fixed' in theirs.count));
  let size = to.minSize;
  if (tail !== undefined) {
    const { mine, theirs } = tail;
    const n = 'fixed' in mine.count ? mine.count.fixed : Math.max(0, mostHere - from.minSize) / sizeOf(mine);
    size += n * sizeOf(theirs);
  }
  return size <= most ? [] : [`at most ${most} bytes`];
}

/** Bytes of the longest message that a dialect allows. */
function longest({ ir, sizeField }: DialectIndex): number {
  const counted = sizeField === null ? Number.POSITIVE_INFINITY : Number(rangeOf(sizeField.type)[1]);
  return Math.min(ir.limits.max ?? Number.POSITIVE_INFINITY, ir.framing.fixedSize ?? counted);
}
