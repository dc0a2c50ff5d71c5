import { WrongSubject } from '../codec-case.js';
import { compiled } from '../compiled.js';
import * as hand from '../hand.js';
import { compare, type Effort, type Operation, type Ratio } from '../measure.js';
import { SINKS } from './decoder.js';
import type { Plan } from './plan.js';

type Decode = (v: DataView, p: number, end: number) => number;
type Encode = (v: DataView, p: number, record: object, bytes: Uint8Array) => number;

/** Decoder and encoder of one body. */
export interface Pair {
  readonly decode: Decode;
  readonly encode: Encode;
}

/** Cost of one direction, as a ratio to hand style. */
export type Cost = Ratio;

export interface Costs {
  readonly decode: Cost;
  readonly encode: Cost;
}

const { sink } = hand;

/** The derived baseline. */
export const handStyle = ({ sources }: Plan): Pair => ({
  decode: compiled({ sink }, sources.handDecode),
  encode: compiled({}, sources.handEncode),
});

/** The generated functions. */
export async function generated(plan: Plan): Promise<Pair> {
  const [body, header] = await Promise.all([import(plan.body), import(plan.header)]);
  return {
    decode: compiled({ sink, body, header }, plan.sources.ourDecode),
    encode: compiled({ body }, plan.sources.ourEncode),
  };
}

/** Functions of `hand.ts`, by the body they are for: what the derived baseline has to be like. */
export const WRITTEN: Readonly<Record<string, Pair>> = {
  'EVENT_AVAIL.event': { decode: hand.decodeEventAvail, encode: hand.encodeEventAvail as Encode },
  'SET_VQUEUE.request': { decode: hand.decodeSetVqueue, encode: hand.encodeSetVqueue as Encode },
  'SET_CONFIG.request': { decode: hand.decodeConfig, encode: hand.encodeConfig as Encode },
  'GET_DEVICE_INFO.response': { decode: hand.decodeInfo, encode: hand.encodeInfo as Encode },
};

interface Operations {
  readonly decode: Operation;
  readonly encode: Operation;
  /** Where the encoder writes. */
  readonly written: Uint8Array;
}

/** Operations over the messages of a plan, each compiled on its own. */
function operations({ pool, size, records }: Plan, { decode, encode }: Pair): Operations {
  const view = new DataView(pool.slice().buffer);
  const written = new Uint8Array(pool.length);
  const target = new DataView(written.buffer);
  return {
    decode: compiled({ decode, view, size, end: pool.length }, '(i) => decode(view, i * size, end)'),
    encode: compiled(
      { encode, view: target, size, records, bytes: written },
      '(i) => encode(view, i * size, records[i], bytes)',
    ),
    written,
  };
}

/** Refuses a pair that does not come to the values and the bytes that the interpreter has. */
export function verify(plan: Plan, who: string, pair: Pair): void {
  const { decode, encode, written } = operations(plan, pair);
  const wrong = (what: string): never => {
    throw new WrongSubject(`${plan.title} ${who}: ${what}`);
  };
  written.fill(0xee);
  for (const [i, sum] of plan.sums.entries()) {
    const bigints = plan.bigints[i]!;
    for (const key of Object.keys(sink)) (sink as Record<string, unknown>)[key] = undefined;
    const got = decode(i) | 0;
    if (got !== sum) wrong(`message ${i}: the fields come to ${got}, expected ${sum}`);
    for (const [k, expected] of bigints.entries()) {
      const read = (sink as Record<string, unknown>)[SINKS[k]!];
      if (read !== expected) wrong(`message ${i}: u64 number ${k + 1} read as ${String(read)}, expected ${expected}`);
    }
    const size = encode(i);
    if (size !== plan.size) wrong(`message ${i}: ${size} bytes written, expected ${plan.size}`);
  }
  const at = written.findIndex((byte, i) => byte !== plan.pool[i]);
  if (at >= 0)
    wrong(
      `message ${Math.floor(at / plan.size)}, byte ${at % plan.size}: ${written[at]} written, expected ${plan.pool[at]}`,
    );
}

/** Refuses generated code or baseline that does not come to what the interpreter does. */
export async function verifyBoth(plan: Plan): Promise<void> {
  verify(plan, 'hand style', handStyle(plan));
  verify(plan, 'generated', await generated(plan));
}

/** Verifies both sides and measures one against the other. */
export function costOf(plan: Plan, who: string, subject: Pair, baseline: Pair, effort: Effort): Costs {
  verify(plan, 'hand style', baseline);
  verify(plan, who, subject);
  const [ours, byHand] = [operations(plan, subject), operations(plan, baseline)];
  const mask = plan.records.length - 1;
  return {
    decode: compare(ours.decode, byHand.decode, mask, 1, effort),
    encode: compare(ours.encode, byHand.encode, mask, 1, effort),
  };
}
