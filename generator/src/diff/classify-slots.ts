import type { BitsIR } from '../ir/types.js';
import { boundsChanges } from './classify-bounds.js';
import type { Axis, Change, Kind, SlotNames } from './item.js';
import { type Match, matchBits } from './match.js';
import { placeText, type Slot, spanOf, typeOf } from './slot.js';

/** Where the slots of a match are: the unit's name on each side, and the byte its slots count from. */
export interface Within {
  readonly a: string;
  readonly b: string;
  readonly startA: number;
  readonly startB: number;
  readonly identity: string | null;
}

type Axes = Partial<Record<Axis, Kind>>;

/** What became of one field: one change for itself, one for each of its groups of bits, one for each of its bounds. */
export function slotChanges({ a, b }: Match<Slot>, within: Within): Change[] {
  const names = {
    a: a === null ? null : join(within.a, a.name),
    b: b === null ? null : join(within.b, b.name),
  };
  const base = {
    ...names,
    before: a === null ? null : placeText(a, within.startA),
    after: b === null ? null : placeText(b, within.startB),
    within: within.identity,
    slot: slotNames(a, b, within),
  };
  if (a === null || b === null) return [{ ...base, axes: aloneAxes(a ?? b, a === null ? 'added' : 'removed') }];
  const axes = pairAxes(a, b);
  const own = Object.keys(axes).length === 0 ? [] : [{ ...base, axes }];
  return [...own, ...bitsChanges(a, b, within), ...boundsChanges(a, b, base)];
}

const slotNames = (a: Slot | null, b: Slot | null, { startA, startB }: Within): SlotNames => ({
  a: a === null ? null : { name: a.name, offset: a.offset + startA },
  b: b === null ? null : { name: b.name, offset: b.offset + startB },
});

const join = (unit: string, name: string): string => (unit === '' ? name : `${unit}.${name}`);

/** Reserved bytes that come or go are bytes all the same; they have no name in programs, and mean nothing. */
const aloneAxes = (slot: Slot | null, kind: Kind): Axes =>
  slot?.reserved === true ? { wire: kind } : { wire: kind, source: kind, meaning: kind };

function pairAxes(a: Slot, b: Slot): Axes {
  const axes: Axes = {};
  const wire = a.reserved === b.reserved ? layoutKind(a, b) : a.reserved ? 'added' : 'removed';
  if (wire !== 'same') axes.wire = wire;
  if (a.reserved !== b.reserved) {
    axes.source = wire;
    axes.meaning = wire;
  } else if (!a.reserved) {
    if (a.name !== b.name) axes.source = 'renamed';
    const meaning = meaningKind(a, b);
    if (meaning !== 'same') axes.meaning = meaning;
  }
  return axes;
}

/** Type before place: an integer that grew usually moved what follows, and says more than that it moved. */
function layoutKind(a: Slot, b: Slot): Kind {
  if (typeOf(a) !== typeOf(b) || a.size !== b.size) {
    const grew = growth(a, b);
    if (grew !== 0) return grew > 0 ? 'widened' : 'narrowed';
    // What counts an array may have been renamed; its place then tells.
    if (a.count === b.count || a.fixed !== null || b.fixed !== null) return 'retyped';
  }
  if (a.offset !== b.offset || a.after !== b.after) return 'moved';
  return typeOf(a) === typeOf(b) ? 'same' : 'retyped';
}

/** By how many bytes an integer, its elements, or an array of fixed length grew; 0 for what is not the same kind of thing. */
function growth(a: Slot, b: Slot): number {
  if ((a.count === null) !== (b.count === null)) return 0;
  const alike = (base: string): string => base.replace(/\d+$/, '');
  if (alike(a.base) !== alike(b.base)) return 0;
  if (a.count === null || a.count === b.count) return b.size - a.size;
  return a.fixed !== null && b.fixed !== null ? spanOf(b) - spanOf(a) : 0;
}

function meaningKind(a: Slot, b: Slot): Kind {
  if (a.enum !== b.enum) return a.enum === null ? 'tightened' : b.enum === null ? 'loosened' : 'renamed';
  const [before, after] = [a.validWhen.join(), b.validWhen.join()];
  if (before === after) return 'same';
  return before === '' ? 'tightened' : after === '' ? 'loosened' : 'renamed';
}

function bitsChanges(a: Slot, b: Slot, within: Within): Change[] {
  if (a.reserved !== b.reserved || (a.bits.length === 0 && b.bits.length === 0)) return [];
  const text = (bits: BitsIR | null): string | null =>
    bits === null
      ? null
      : `${bits.width === 1 ? `bit ${bits.lsb}` : `bits ${bits.lsb} to ${bits.lsb + bits.width - 1}`}${bits.reserved ? ', reserved' : ''}`;
  // A word that one side does not split is the same word: its groups are a way to read it.
  const whole = a.bits.length === 0 || b.bits.length === 0;
  return matchBits(a.bits, b.bits).flatMap(({ a: left, b: right }): Change[] => {
    const axes = whole ? { ...bitsAxes(left, right), wire: undefined } : bitsAxes(left, right);
    if (Object.values(axes).every((kind) => kind === undefined)) return [];
    return [
      {
        a: left === null ? null : join(within.a, `${a.name}.${left.name}`),
        b: right === null ? null : join(within.b, `${b.name}.${right.name}`),
        before: text(left),
        after: text(right),
        within: within.identity,
        axes,
        slot: slotNames(a, b, within),
      },
    ];
  });
}

function bitsAxes(a: BitsIR | null, b: BitsIR | null): Axes {
  if (a === null || b === null) {
    const kind = a === null ? 'added' : 'removed';
    // Reserved bits are what the other groups leave: they come and go with them.
    return (a ?? b)?.reserved === true ? {} : { wire: kind, source: kind, meaning: kind };
  }
  if (a.reserved && b.reserved) return {};
  if (a.reserved !== b.reserved) {
    const kind = a.reserved ? 'added' : 'removed';
    return { wire: kind, source: kind, meaning: kind };
  }
  const axes: Axes = {};
  if (a.width !== b.width) axes.wire = a.width < b.width ? 'widened' : 'narrowed';
  else if (a.lsb !== b.lsb) axes.wire = 'moved';
  if (a.name !== b.name) axes.source = 'renamed';
  return axes;
}
