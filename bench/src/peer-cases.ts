import {
  type Case,
  handDecoder,
  handEncoder,
  handStreamDecoder,
  handStreamEncoder,
  verifyDecoder,
  verifyStreamSum,
  WrongSubject,
} from './codec-case.js';
import { compiled } from './compiled.js';
import type { Operation } from './measure.js';
import {
  FIELDS,
  ITEMS,
  type Item,
  KINDS,
  type Kind,
  read,
  SINGLES,
  type Single,
  STREAM,
  streamItems,
  TITLES,
} from './messages.js';
import { owned, type Peer, type PeerCodec } from './peer.js';

/** A codec with its defaults filled in. */
interface Complete {
  readonly layout: 'wire' | 'own';
  readonly prepare: (record: unknown) => unknown;
  readonly encode: ((given: unknown) => unknown) | null;
  readonly bytes: (given: unknown) => Uint8Array;
  readonly open: (bytes: Uint8Array) => unknown;
  readonly decode: (opened: unknown) => unknown;
  readonly read: (decoded: unknown) => number;
  readonly plain: (decoded: unknown) => Readonly<Record<string, unknown>>;
}

const complete = (kind: Kind, codec: PeerCodec): Complete =>
  ({
    prepare: (record: unknown) => record,
    bytes: (given: never) => owned(codec.encode?.(given) as Uint8Array),
    open: (bytes: Uint8Array) => bytes,
    read: read[kind],
    plain: (decoded: unknown) => decoded,
    ...codec,
  }) as unknown as Complete;

/** What was encoded last, so that no compiler may find it unused. */
const kept: { last: unknown } = { last: null };

/** A message with all that is not timed done. */
interface Ready {
  readonly given: unknown;
  readonly bytes: Uint8Array;
  readonly opened: unknown;
}

function ready(codec: Complete, item: Item): Ready {
  const given = codec.prepare(item.record);
  const bytes = codec.layout === 'wire' ? item.bytes : codec.bytes(given);
  return { given, bytes, opened: codec.open(bytes) };
}

/** Every message both ways, M1 to M6, as far as the library goes. */
export function peerCases(peer: Peer): Case[] {
  const codecs = Object.fromEntries(KINDS.map((k) => [k, complete(k, peer.codecs[k] as PeerCodec)])) as Record<
    Kind,
    Complete
  >;
  return [...SINGLES.flatMap((kind) => singleCases(peer.name, kind, codecs[kind])), ...streamCases(peer.name, codecs)];
}

const meanSize = (all: readonly Ready[]): number => all.reduce((sum, r) => sum + r.bytes.length, 0) / all.length;

function singleCases(subject: string, kind: Single, codec: Complete): Case[] {
  const items = ITEMS[kind];
  const all = items.map((item) => ready(codec, item));
  const [inputs, givens] = [all.map((r) => r.opened), all.map((r) => r.given)];
  const { decode, encode, layout } = codec;
  const what = `${TITLES[kind]} ${subject}`;
  const common = { subject, message: TITLES[kind], mask: items.length - 1, perCall: 1, layout, size: meanSize(all) };
  const decoding = compiled<Operation>({ inputs, decode, read: codec.read }, '(i) => read(decode(inputs[i]))');
  const cases: Case[] = [
    {
      ...common,
      op: 'decode',
      ours: decoding,
      hand: handDecoder(kind),
      verify() {
        for (const [i, item] of items.entries()) verifyFields(`${what}, message ${i}`, codec, item, inputs[i]);
        verifyDecoder(what, items, decoding);
      },
    },
  ];
  if (encode !== null)
    cases.push({
      ...common,
      op: 'encode',
      ours: compiled({ givens, encode, kept }, '(i) => { kept.last = encode(givens[i]); return i; }'),
      hand: handEncoder(kind),
      verify() {
        for (const [i, item] of items.entries()) verifyBytes(`${what}, message ${i}`, codec, item, givens[i]);
      },
    });
  return cases;
}

const arms = (body: (code: number) => string): string => KINDS.map((_, i) => `case ${i}: ${body(i)} break;`).join(' ');

/**
 * M6: the peer is handed each message already cut out of the stream and told its kind, which favours it; the baseline finds both
 * out for itself.
 */
function streamCases(subject: string, codecs: Readonly<Record<Kind, Complete>>): Case[] {
  const all = streamItems.map((item) => ready(codecs[item.kind], item));
  const [inputs, givens] = [all.map((r) => r.opened), all.map((r) => r.given)];
  const codes = Uint8Array.from(streamItems, (item) => KINDS.indexOf(item.kind));
  const list = KINDS.map((k) => codecs[k]);
  const layout = list.every((c) => c.layout === 'wire') ? ('wire' as const) : ('own' as const);
  const common = { subject, message: STREAM, mask: 0, perCall: all.length, layout, size: meanSize(all) };
  const named = (prefix: string, pick: (codec: Complete) => unknown) =>
    Object.fromEntries(list.map((codec, i) => [`${prefix}${i}`, pick(codec)]));
  const decoding = compiled<Operation>(
    { inputs, codes, ...named('decode', (c) => c.decode), ...named('read', (c) => c.read) },
    `() => {
      let sum = 0;
      for (let i = 0; i < codes.length; i++) {
        const input = inputs[i];
        switch (codes[i]) { ${arms((c) => `sum = (sum + read${c}(decode${c}(input))) | 0;`)} }
      }
      return sum;
    }`,
  );
  const cases: Case[] = [
    {
      ...common,
      op: 'decode',
      ours: decoding,
      hand: handStreamDecoder(),
      verify() {
        for (const [i, item] of streamItems.entries())
          verifyFields(`${STREAM} ${subject}, message ${i}`, codecs[item.kind], item, inputs[i]);
        verifyStreamSum(subject, decoding);
      },
    },
  ];
  if (list.every((codec) => codec.encode !== null))
    cases.push({
      ...common,
      op: 'encode',
      ours: compiled(
        { givens, codes, kept, ...named('encode', (c) => c.encode) },
        `() => {
          for (let i = 0; i < codes.length; i++) {
            const given = givens[i];
            switch (codes[i]) { ${arms((c) => `kept.last = encode${c}(given);`)} }
          }
          return codes.length;
        }`,
      ),
      hand: handStreamEncoder(),
      verify() {
        for (const [i, item] of streamItems.entries())
          verifyBytes(`${STREAM} ${subject}, message ${i}`, codecs[item.kind], item, givens[i]);
      },
    });
  return cases;
}

/** Values as text: numbers, bigints and the 64-bit objects of some libraries spell alike, lists element by element. */
function spelled(value: unknown): string {
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<number>, String).join(' ');
  return String(value);
}

/** Refuses a decoder that reads any field otherwise than it stands in the record. */
function verifyFields(what: string, codec: Complete, item: Item, opened: unknown): void {
  const got = codec.plain(codec.decode(opened));
  const record = item.record as unknown as Readonly<Record<string, unknown>>;
  for (const [name] of FIELDS[item.kind])
    if (spelled(got[name]) !== spelled(record[name]))
      throw new WrongSubject(`${what}: ${name} is read as ${spelled(got[name])}, expected ${spelled(record[name])}`);
}

/** Refuses an encoder that writes other bytes than the wire has; with a layout of its own, one that does not read back. */
function verifyBytes(what: string, codec: Complete, item: Item, given: unknown): void {
  const got = Buffer.from(codec.bytes(given));
  if (codec.layout === 'own') verifyFields(what, codec, item, codec.open(got));
  else if (!got.equals(item.bytes))
    throw new WrongSubject(
      `${what}: written as ${got.toString('hex')}, expected ${Buffer.from(item.bytes).toString('hex')}`,
    );
}
