import { type EventAvail, eventAvail, m1, m2, m6, POOL, type SetVqueue, setVqueue } from './corpus.js';
import * as hand from './hand.js';
import type { Operation } from './measure.js';
import * as ours from './ours.js';

/** One thing to measure: ours and the baseline's way of doing the same. */
export interface Case {
  readonly subject: string;
  readonly message: string;
  readonly op: 'decode' | 'encode' | 'pop/complete';
  readonly ours: Operation;
  readonly hand: Operation;
  /** Records visited in turn, less one. */
  readonly mask: number;
  /** Messages handled by one call. */
  readonly perCall: number;
  /** Throws when ours and the baseline do not come to the same result; asserted before anything is timed. */
  verify(): void;
}

const scratch = new DataView(new ArrayBuffer(POOL * 64));

export function cases(): Case[] {
  return [
    decodeCase('free functions', 'M1 EVENT_AVAIL', m1, 16, ours.decodeEventAvail, hand.decodeEventAvail, true),
    decodeCase('object form', 'M1 EVENT_AVAIL', m1, 16, ours.decodeEventAvailObject, hand.decodeEventAvail, true),
    encodeCase(
      'free functions',
      'M1 EVENT_AVAIL',
      m1,
      16,
      eventAvail,
      (v, p, r: EventAvail) => ours.encodeEventAvail(v, p, r),
      hand.encodeEventAvail,
    ),
    decodeCase('free functions, lo/hi', 'M2 SET_VQUEUE', m2, 48, ours.decodeSetVqueueLoHi, hand.decodeSetVqueue, false),
    decodeCase(
      'free functions, bigint',
      'M2 SET_VQUEUE',
      m2,
      48,
      ours.decodeSetVqueueBigint,
      hand.decodeSetVqueue,
      true,
    ),
    encodeCase(
      'free functions, lo/hi',
      'M2 SET_VQUEUE',
      m2,
      48,
      setVqueue,
      (v, p, r: SetVqueue) => ours.encodeSetVqueueLoHi(v, p, r),
      hand.encodeSetVqueue,
    ),
    encodeCase(
      'free functions, bigint',
      'M2 SET_VQUEUE',
      m2,
      48,
      setVqueue,
      (v, p, r: SetVqueue) => ours.encodeSetVqueueBigint(v, p, r),
      hand.encodeSetVqueue,
    ),
    streamCase(),
  ];
}

function decodeCase(
  subject: string,
  message: string,
  view: DataView,
  size: number,
  our: (v: DataView, p: number, end: number) => number,
  their: (v: DataView, p: number) => number,
  comparable: boolean,
): Case {
  const end = view.byteLength;
  return {
    subject,
    message,
    op: 'decode',
    mask: POOL - 1,
    perCall: 1,
    ours: (i) => our(view, i * size, end),
    hand: (i) => their(view, i * size),
    verify() {
      for (let i = 0; i < POOL; i++) {
        const got = our(view, i * size, end);
        const expected = their(view, i * size);
        if (got === -1 || (comparable && got !== expected))
          throw new Error(`${message} ${subject}, record ${i}: ${got}, by hand ${expected}`);
      }
    },
  };
}

function encodeCase<R>(
  subject: string,
  message: string,
  expected: DataView,
  size: number,
  records: readonly R[],
  our: (v: DataView, p: number, r: R) => number,
  their: (v: DataView, p: number, r: R) => number,
): Case {
  return {
    subject,
    message,
    op: 'encode',
    mask: POOL - 1,
    perCall: 1,
    ours: (i) => our(scratch, i * size, records[i] as R),
    hand: (i) => their(scratch, i * size, records[i] as R),
    verify() {
      for (const [name, encode] of [
        ['ours', our],
        ['by hand', their],
      ] as const) {
        new Uint8Array(scratch.buffer).fill(0xee);
        for (const [i, r] of records.entries()) encode(scratch, i * size, r);
        const got = Buffer.from(scratch.buffer, 0, POOL * size);
        if (!got.equals(Buffer.from(expected.buffer, 0, POOL * size)))
          throw new Error(`${message} ${subject}: the bytes ${name} differ from the corpus`);
      }
    },
  };
}

function streamCase(): Case {
  return {
    subject: 'stream dispatch, lo/hi',
    message: 'M6 1,000 mixed',
    op: 'decode',
    mask: 0,
    perCall: m6.messages,
    ours: () => ours.decodeWholeStream(m6.view, m6.bytes),
    hand: () => hand.decodeStream(m6.view, m6.bytes),
    verify() {
      const got = ours.decodeWholeStream(m6.view, m6.bytes);
      const expected = hand.decodeStream(m6.view, m6.bytes);
      if (got !== expected) throw new Error(`M6: our stream comes to ${got}, by hand ${expected}`);
    },
  };
}
