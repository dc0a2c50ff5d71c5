import { type Case, streamDecodeCase, verifyStreamHalves } from '../codec-case.js';
import { kept as byHandKept, decodeStreamKept, decodeStreamLocal } from './by-hand.js';

/** One way of calling, and the code it is compared with. */
export interface Way extends Pick<Case, 'message' | 'op' | 'ours' | 'hand' | 'mask' | 'perCall' | 'verify'> {
  /** In a few words, as `docs/performance.md` has it. */
  readonly way: string;
  readonly baseline: string;
}

/** What `--only` looks for words in. */
export const nameOf = ({ message, op, way, baseline }: Way): string => `${message} ${op}, ${way}, to ${baseline}`;

/** `bench/src/hand.ts`: field by field, a u64 as a bigint, a payload as a view, a stream by a function per body. */
export const BY_HAND = 'by hand';

/** A case as it is, to the code by hand that it has. */
export const toHand = ({ subject: way, ...c }: Case): Way => ({ ...c, way, baseline: BY_HAND });

/** A case to another one, which has to come to the right result as well. */
export const toOther = (c: Case, other: Case): Way => ({
  ...toHand(c),
  baseline: other.subject,
  hand: other.ours,
  verify() {
    other.verify();
    c.verify();
  },
});

type StreamDecode = (view: DataView, end: number) => number;

/** A stream by halves: `halves` tells what they came to in the last that was decoded. */
export const streamByHalves = (subject: string, decode: StreamDecode, halves: () => number): Case =>
  streamDecodeCase(subject, decode, () => verifyStreamHalves(subject, halves()));

const keptHalves = (): number => byHandKept.halves;
export const inOneFunction = (): Case =>
  streamByHalves('by hand, one function, sum in an object', decodeStreamKept, keptHalves);
export const inOneFunctionLocal = (): Case =>
  streamByHalves('by hand, one function, sum in a local variable', decodeStreamLocal(), keptHalves);
