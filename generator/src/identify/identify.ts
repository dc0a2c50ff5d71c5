import type { Form } from '../capture/form.js';
import { type BareFrame, bareFrames } from '../capture/frames.js';
import { readCapture } from '../capture/lines.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import type { EntryError } from '../jsonl/decode-entry.js';
import type { IrStore } from '../store.js';
import { type Deciders, whatDecides } from './decide.js';
import { type Heard, hear } from './hearing.js';

export interface IdentifyOptions {
  /** Frames that are judged at most, from the beginning on; 2000 unless told. */
  readonly limit?: number | undefined;
  /** The bytes are the beginning of a longer capture. */
  readonly partial?: boolean | undefined;
}

export interface Identified {
  readonly form: Form;
  /** `one` dialect fits best, several are a `tie`, or `none` reads even half of the frames. */
  readonly verdict: 'one' | 'tie' | 'none';
  /** Frames that were judged; raw bytes have as many as the best dialect cuts them into. */
  readonly frames: number;
  /** Lines or blocks that could not be read, in the order of the capture; what they held was not judged. */
  readonly broken: readonly { readonly line: number; readonly error: EntryError }[];
  /** All dialects, the best first; those that carry another protocol's messages behind it where they fit alike. */
  readonly ranking: readonly Heard[];
  /** The first ones of the ranking that fit equally well: one, unless it is a tie. */
  readonly best: readonly string[];
  /** What would tell those of a tie apart. */
  readonly decides: Deciders;
}

/** So many frames hold a bring-up, and are judged by all dialects at once in less than a second. */
const LIMIT = 2000;

/** Scores that differ by less are the same: they are sums of halves. */
const EQUAL = 1e-9;

/**
 * Which dialect do these bytes speak? Takes JSON lines, lines of hexadecimal digits, raw messages or pcapng, and looks at
 * nothing but the bytes of the frames, their order and the way they went: what a capture says about itself is no evidence.
 * Never throws on what the bytes hold.
 */
export function identify(store: IrStore, bytes: Uint8Array, options: IdentifyOptions = {}): Identified {
  const { limit = LIMIT, partial } = options;
  const { form, lines } = readCapture(bytes, { partial, limit: 2 * limit });
  const dialects = everyDialect(store);
  const framed = bareFrames(lines).slice(0, limit);
  const ranking = dialects
    .map((index) => (form === 'raw' ? hear(index, cutBy(index, bytes, limit, partial), true) : hear(index, framed)))
    .sort((a, b) => (Math.abs(b.score - a.score) < EQUAL ? order(a.index, b.index, dialects) : b.score - a.score));
  const [first] = ranking;
  const tied = first === undefined ? [] : ranking.filter((h) => first.score - h.score < EQUAL);
  const fits = first !== undefined && first.frames > 0 && first.score > 0 && 2 * first.read >= first.frames;
  const best = fits ? tied : [];
  return {
    form,
    verdict: !fits ? 'none' : tied.length > 1 ? 'tie' : 'one',
    frames: first?.frames ?? 0,
    broken: lines.flatMap((line) => ('error' in line ? [line] : [])),
    ranking,
    best: best.map(({ index }) => index.ir.dialect),
    decides: whatDecides(
      best.map(({ index }) => index),
      new Set(best.flatMap(({ seen }) => [...seen])),
    ),
  };
}

const everyDialect = (store: IrStore): DialectIndex[] =>
  Object.entries(store.index.protocols).flatMap(([protocol, { dialects }]) =>
    dialects.flatMap((name) => store.dialect(`${protocol}/${name}`)?.index ?? []),
  );

/** Of what fits alike, the one without a bus around it first, then the elder. */
function order(a: DialectIndex, b: DialectIndex, all: readonly DialectIndex[]): number {
  const carrier = (index: DialectIndex): number => (index.ir.carries === null ? 0 : 1);
  return carrier(a) - carrier(b) || all.indexOf(a) - all.indexOf(b);
}

/** Raw bytes have no frames but those a dialect sees in them. */
function cutBy(index: DialectIndex, bytes: Uint8Array, limit: number, partial: boolean | undefined): BareFrame[] {
  const { lines } = readCapture(bytes, { index, limit });
  const frames = bareFrames(lines);
  // The last message of a part is one only if it ends where the part does.
  return partial === true && frames.length > 1 && frames.length < limit ? frames.slice(0, -1) : frames;
}
