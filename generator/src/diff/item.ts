import type { WireError } from '../interpret/wire-error.js';

/**
 * What became of one thing between side A and side B. `narrowed` and `retyped` are what `widened` has on the way back,
 * and what two types of one width are (byte order, sign, another way to count).
 */
export type Kind =
  | 'same'
  | 'added'
  | 'removed'
  | 'renamed'
  | 'moved'
  | 'widened'
  | 'narrowed'
  | 'retyped'
  | 'renumbered'
  | 'tightened'
  | 'loosened';

/** The three questions a change answers: do bytes differ, do names in programs differ, do values mean something else? */
export const AXES = ['wire', 'source', 'meaning'] as const;
export type Axis = (typeof AXES)[number];

/**
 * What a receiver makes of bytes from the other side, best first. `unset`: it reads zero where the sender wrote reserved
 * zeros. `ignored`: what was sent is read by nobody. `rejected`: the codec refuses the bytes. `misread`: the bytes are
 * accepted and at least one value is not what was sent.
 */
export const OUTCOMES = ['same', 'unset', 'ignored', 'rejected', 'misread'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const worse = (a: Outcome, b: Outcome): Outcome => (OUTCOMES.indexOf(a) >= OUTCOMES.indexOf(b) ? a : b);
export const worst = (all: Iterable<Outcome>): Outcome => [...all].reduce(worse, 'same');

export type SideName = 'a' | 'b';
export const otherSide = (side: SideName): SideName => (side === 'a' ? 'b' : 'a');

/** One value as it was read, and where. Offsets and sizes are in bytes from the first byte of the message or struct. */
export interface Leaf {
  /** `count`, `header.token`, `zones[0].z_cap`, `next_offset_wrap.next_wrap`. */
  readonly path: string;
  /** The slot it belongs to: `zones[].z_cap`. */
  readonly slot: string;
  /** Decimal digits, or lower-case hexadecimal digits of byte arrays. */
  readonly value: string;
  readonly zero: boolean;
  readonly offset: number;
  readonly size: number;
  /** Its first bit counted from the start of the bytes, and the one after its last. */
  readonly bits: readonly [number, number];
  /** One group of bits of a word; the word itself is a leaf as well. */
  readonly group: boolean;
  readonly reserved: boolean;
  /** Name of the value, where it is enumerated. */
  readonly constant: string | null;
}

/** How one side reads bytes. */
export type Reading =
  | { readonly error: WireError }
  | {
      readonly unit: string;
      readonly identity: string;
      readonly leaves: readonly Leaf[];
      /** First byte after what was read. */
      readonly end: number;
    };

/** Concrete bytes that `sender` wrote, and how either side reads them: both were run, nothing is asserted. */
export interface Witness {
  readonly sender: SideName;
  /** Body or shape that was written. */
  readonly unit: string;
  /** Body or shape the receiver was told to expect, where the bytes alone do not tell. */
  readonly expected: string | null;
  readonly bytes: Uint8Array;
  readonly a: Reading;
  readonly b: Reading;
  /** The slots that did not arrive as they were sent, each as either side calls it; empty where a side refused. */
  readonly lost: readonly Lost[];
}

export interface Lost {
  readonly a: string | null;
  readonly b: string | null;
  readonly outcome: Outcome;
}

/** What happens in one direction, with the worst that was seen and all that was seen with other values. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly seen: readonly Outcome[];
  readonly witness: Witness;
}

export interface Directions {
  /** A sends, B receives; null where A has nothing of the kind to send. */
  readonly aToB: Verdict | null;
  readonly bToA: Verdict | null;
}

/** One difference. */
export interface Item extends Directions, Readonly<Record<Axis, Kind>> {
  /** What it is called on side B; on side A where it was removed: `bus.GET_DEVICES.response.count`. */
  readonly path: string;
  readonly a: string | null;
  readonly b: string | null;
  /** The first axis on which it is not the same, in the order wire, source, meaning. */
  readonly kind: Kind;
  /** What it is on each side, for people; null where it is not there. */
  readonly before: string | null;
  readonly after: string | null;
  /** The field whose bytes tell, as each side calls it; null where the whole message tells. */
  readonly slot: SlotNames | null;
  /** Identity of the message or struct it is in; null for what concerns the whole dialect or family. */
  readonly within: string | null;
  /** Whether a receiver silently takes one thing for another, in either direction. */
  readonly misread: boolean;
  /** That of the worse direction; null where no bytes differ. */
  readonly witness: Witness | null;
}

/** A field as each side calls it, and where it is there, in bytes; null on the side that lacks it. */
export interface SlotNames {
  readonly a: SlotName | null;
  readonly b: SlotName | null;
}

export interface SlotName {
  readonly name: string;
  /** From the first byte of the message or struct; from the end of the array before it where that varies. */
  readonly offset: number;
}

/** What is known of a difference before any bytes are tried. */
export interface Change {
  readonly a: string | null;
  readonly b: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly within: string | null;
  readonly axes: Partial<Record<Axis, Kind>>;
  /** The slot whose bytes tell, as it is called on each side. */
  readonly slot?: SlotNames;
  /** A value to try in it. */
  readonly value?: { readonly a: bigint; readonly b: bigint };
}

const NONE: Directions = { aToB: null, bToA: null };

export function itemOf(change: Change, directions: Directions = NONE): Item {
  const { a, b, before, after, within, axes, slot = null } = change;
  const all = { wire: axes.wire ?? 'same', source: axes.source ?? 'same', meaning: axes.meaning ?? 'same' } as const;
  const kind = AXES.map((axis) => all[axis]).find((k) => k !== 'same') ?? 'same';
  return {
    path: (kind === 'removed' ? (a ?? b) : (b ?? a)) ?? '',
    a,
    b,
    kind,
    ...all,
    before,
    after,
    slot,
    within,
    misread: [directions.aToB, directions.bToA].some((v) => v?.outcome === 'misread'),
    witness: worseOf(directions)?.witness ?? null,
    ...directions,
  };
}

/** The verdict of the worse direction; that of A sending where both are as bad. */
export function worseOf({ aToB, bToA }: Directions): Verdict | null {
  if (aToB === null || bToA === null) return aToB ?? bToA;
  return OUTCOMES.indexOf(bToA.outcome) > OUTCOMES.indexOf(aToB.outcome) ? bToA : aToB;
}
