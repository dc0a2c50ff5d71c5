import { compiled } from './compiled.js';
import { m6, type SetVqueue } from './corpus.js';
import * as hand from './hand.js';
import type { Operation } from './measure.js';
import {
  ITEMS,
  type Item,
  type Kind,
  POOLS,
  type Records,
  type Single,
  STREAM,
  streamItems,
  sumOf,
  TITLES,
} from './messages.js';

/** One thing to measure: the subject's and the baseline's way of doing the same. */
export interface Case {
  readonly subject: string;
  readonly message: string;
  readonly op: 'decode' | 'encode' | 'refuse' | 'pop/complete';
  readonly ours: Operation;
  /** The baseline; for `refuse` it is our own decoding of a good message. */
  readonly hand: Operation;
  /** Records visited in turn, less one. */
  readonly mask: number;
  /** Messages handled by one call. */
  readonly perCall: number;
  /** `own`: other bytes than those of the wire, so that only what is decoded can be compared. */
  readonly layout?: 'wire' | 'own';
  /** Mean size of an encoded message in bytes. */
  readonly size?: number;
  /** Throws when the subject or the baseline does not come to the right result; asserted before anything is timed. */
  verify(): void;
}

/** What a subject gets wrong, before anything is timed. */
export class WrongSubject extends Error {}

export type ViewDecode = (view: DataView, p: number, end: number) => number;
export type ViewEncode<K extends Kind> = (view: DataView, p: number, record: Records[K], bytes: Uint8Array) => number;

const handDecode: Record<Single, ViewDecode> = {
  EVENT_AVAIL: hand.decodeEventAvail,
  SET_VQUEUE: hand.decodeSetVqueue,
  GET_DEVICE_FEATURES: hand.decodeFeatures,
  SET_CONFIG: hand.decodeConfig,
  GET_DEVICE_INFO: hand.decodeInfo,
};
const handEncode: { [K in Single]: ViewEncode<K> } = {
  EVENT_AVAIL: hand.encodeEventAvail,
  SET_VQUEUE: hand.encodeSetVqueue,
  GET_DEVICE_FEATURES: hand.encodeFeatures,
  SET_CONFIG: hand.encodeConfig,
  GET_DEVICE_INFO: hand.encodeInfo,
};

/** The baseline itself, for the control. */
export const handCode = {
  decode: handDecode,
  encode: handEncode,
  decodeStream: hand.decodeStream,
  encodeStream: hand.encodeStream,
} as const;

const scratch = new DataView(new ArrayBuffer(m6.view.byteLength));
const scratchBytes = new Uint8Array(scratch.buffer);

export const sizeOf = (kind: Single): number => POOLS[kind].byteLength / ITEMS[kind].length;

const same = <T>(given: T): T => given;

/** `decode` of the messages of M1 to M5 in turn. */
export const viewDecoder = (kind: Single, decode: ViewDecode): Operation => {
  const scope = { decode, view: POOLS[kind], size: sizeOf(kind), end: POOLS[kind].byteLength };
  return compiled(scope, '(i) => decode(view, i * size, end)');
};

const viewEncoder = <K extends Single, G>(
  kind: K,
  encode: (view: DataView, p: number, given: G, bytes: Uint8Array) => number,
  prepare: (record: Records[K]) => G,
): Operation => {
  const records = ITEMS[kind].map((item) => prepare(item.record as Records[K]));
  const scope = { encode, view: scratch, size: sizeOf(kind), records, bytes: scratchBytes };
  return compiled(scope, '(i) => encode(view, i * size, records[i], bytes)');
};

export const handDecoder = (kind: Single): Operation => viewDecoder(kind, handDecode[kind]);
export const handEncoder = <K extends Single>(kind: K): Operation => viewEncoder(kind, handEncode[kind], same);
export const handStreamDecoder = (): Operation =>
  compiled({ decode: hand.decodeStream, view: m6.view, end: m6.bytes }, '() => decode(view, end)');
export const handStreamEncoder = (): Operation =>
  compiled(
    { encode: hand.encodeStream, view: scratch, items: streamItems, bytes: scratchBytes },
    '() => encode(view, items, bytes)',
  );

const clearSink = (): void => void Object.assign(hand.sink, { a: undefined, b: undefined, c: undefined });

/** Refuses a decoder that does not come to `expected` for every message, addresses of SET_VQUEUE in the sink included. */
export function verifyDecoder(
  what: string,
  items: readonly Item[],
  decode: Operation,
  expected: (item: Item) => number = sumOf,
  sinks = true,
): void {
  for (const [i, item] of items.entries()) {
    clearSink();
    const got = decode(i) | 0;
    // Reading the record writes the sink as well, so what the subject left there is taken first.
    const left = { ...hand.sink };
    const right = expected(item);
    if (got !== right) throw new WrongSubject(`${what}, message ${i}: the fields come to ${got}, expected ${right}`);
    if (item.kind !== 'SET_VQUEUE' || !sinks) continue;
    const { descriptor_addr, driver_addr, device_addr } = item.record;
    for (const [address, read] of [
      [descriptor_addr, left.a],
      [driver_addr, left.b],
      [device_addr, left.c],
    ])
      if (read === undefined || String(read) !== String(address))
        throw new WrongSubject(`${what}, message ${i}: address read as ${String(read)}, expected ${address}`);
  }
}

function verifyWritten(what: string, expected: DataView, length: number, write: () => void): void {
  scratchBytes.fill(0xee);
  write();
  const got = Buffer.from(scratch.buffer, 0, length);
  const right = Buffer.from(expected.buffer, 0, length);
  if (got.equals(right)) return;
  const at = got.findIndex((byte, i) => byte !== right[i]);
  const hex = (b: Buffer): string => `0x${b[at]!.toString(16).padStart(2, '0')}`;
  throw new WrongSubject(`${what}: byte ${at} written as ${hex(got)}, expected ${hex(right)}`);
}

export const named = (subject: string, kind: Single) =>
  ({
    subject,
    message: TITLES[kind],
    mask: ITEMS[kind].length - 1,
    perCall: 1,
    layout: 'wire',
    size: sizeOf(kind),
  }) as const;
export const mixed = (subject: string) =>
  ({ subject, message: STREAM, mask: 0, perCall: m6.messages, layout: 'wire', size: m6.bytes / m6.messages }) as const;

/** Halves of the addresses, as the subjects that make no bigints fold them. */
export const halvesOf = (item: Item): number => (item.kind !== 'SET_VQUEUE' ? 0 : halves(item.record));
const halves = (r: SetVqueue): number =>
  (r.descriptor_lo ^ r.descriptor_hi) + (r.driver_lo ^ r.driver_hi) + (r.device_lo ^ r.device_hi);
const sumWithHalves = (item: Item): number => (sumOf(item) + halvesOf(item)) | 0;

/** A decoder that reads in place. `halves`: it folds the halves of addresses into its sum instead of making bigints. */
export function decodeCase(subject: string, kind: Single, decode: ViewDecode, halves = false): Case {
  const [ours, byHand] = [viewDecoder(kind, decode), handDecoder(kind)];
  return {
    ...named(subject, kind),
    op: 'decode',
    ours,
    hand: byHand,
    verify() {
      verifyDecoder(`${TITLES[kind]} by hand`, ITEMS[kind], byHand);
      verifyDecoder(`${TITLES[kind]} ${subject}`, ITEMS[kind], ours, halves ? sumWithHalves : sumOf, !halves);
    },
  };
}

/** An encoder that writes in place. What it takes is prepared before anything is timed. */
export function encodeCase<K extends Single, G = Records[K]>(
  subject: string,
  kind: K,
  encode: (view: DataView, p: number, given: G, bytes: Uint8Array) => number,
  prepare: (record: Records[K]) => G = same as (record: Records[K]) => G,
): Case {
  const [ours, byHand] = [viewEncoder(kind, encode, prepare), handEncoder(kind)];
  const pool = POOLS[kind];
  const all = (operation: Operation) => (): void => ITEMS[kind].forEach((_, i) => void operation(i));
  return {
    ...named(subject, kind),
    op: 'encode',
    ours,
    hand: byHand,
    verify() {
      verifyWritten(`${TITLES[kind]} by hand`, pool, pool.byteLength, all(byHand));
      verifyWritten(`${TITLES[kind]} ${subject}`, pool, pool.byteLength, all(ours));
    },
  };
}

/** A decoder of a whole stream. `also` looks at what the sum does not hold. */
export function streamDecodeCase(
  subject: string,
  decode: (view: DataView, end: number) => number,
  also: () => void = () => {},
): Case {
  const ours = compiled<Operation>({ decode, view: m6.view, end: m6.bytes }, '() => decode(view, end)');
  const byHand = handStreamDecoder();
  return {
    ...mixed(subject),
    op: 'decode',
    ours,
    hand: byHand,
    verify() {
      verifyStreamSum('by hand', byHand);
      verifyStreamSum(subject, ours);
      also();
    },
  };
}

export function verifyStreamSum(subject: string, decode: Operation): void {
  const expected = streamItems.reduce((sum, item) => (sum + sumOf(item)) | 0, 0);
  // Reading the records writes the sink too: what is in it afterwards is to be the subject's.
  clearSink();
  const got = decode(0);
  if (got !== expected) throw new WrongSubject(`${STREAM} ${subject}: the fields come to ${got}, expected ${expected}`);
}

/** Refuses what the halves of the addresses of a stream came to, where they are folded apart from its sum. */
export function verifyStreamHalves(subject: string, halves: number): void {
  const expected = streamItems.reduce((sum, item) => (sum + halvesOf(item)) | 0, 0);
  if (halves !== expected)
    throw new WrongSubject(`${STREAM} ${subject}: address halves come to ${halves}, expected ${expected}`);
}

/** An encoder of a whole stream. */
export function streamEncodeCase(
  subject: string,
  encode: (view: DataView, items: readonly Item[], bytes: Uint8Array) => number,
): Case {
  const scope = { encode, view: scratch, items: streamItems, bytes: scratchBytes };
  const ours = compiled<Operation>(scope, '() => encode(view, items, bytes)');
  const byHand = handStreamEncoder();
  return {
    ...mixed(subject),
    op: 'encode',
    ours,
    hand: byHand,
    verify() {
      verifyWritten(`${STREAM} by hand`, m6.view, m6.bytes, () => void byHand(0));
      verifyWritten(`${STREAM} ${subject}`, m6.view, m6.bytes, () => void ours(0));
    },
  };
}
