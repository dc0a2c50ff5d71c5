import { ErrorCode, EVENT_AVAIL_event, SET_CONFIG_request } from '@virtio-wire/codecs/virtio-msg/rfc3';
import {
  type Case,
  mixed,
  named,
  sizeOf,
  type ViewDecode,
  verifyDecoder,
  verifyStreamSum,
  viewDecoder,
  WrongSubject,
} from './codec-case.js';
import { compiled } from './compiled.js';
import { m6, POOL } from './corpus.js';
import type { Operation } from './measure.js';
import { ITEMS, POOLS, type Single, TITLES } from './messages.js';
import * as ours from './ours.js';
import * as control from './ours-control.js';
import * as stream from './ours-stream.js';

/**
 * What a bad message costs: a ratio to our own decoding of the same message where nothing is wrong with it. Whoever can send
 * bytes must not be able to make a receiver work harder by sending bad ones.
 */
interface Bad {
  readonly name: string;
  readonly kind: Single;
  readonly code: number;
  /** What is wrong with the message at `p`. */
  readonly spoil: (view: DataView, p: number) => void;
  /** Bytes of each message that are there, where that is what is wrong. */
  readonly length?: number;
}

const sized = (bytes: number) => (view: DataView, p: number) => view.setUint16(p + 6, bytes, true);

const BAD: readonly Bad[] = [
  { name: 'short header', kind: 'EVENT_AVAIL', code: ErrorCode.SHORT_HEADER, spoil() {}, length: 7 },
  { name: 'size below header', kind: 'EVENT_AVAIL', code: ErrorCode.SIZE_BELOW_HEADER, spoil: sized(4) },
  { name: 'truncated', kind: 'EVENT_AVAIL', code: ErrorCode.TRUNCATED, spoil: sized(17) },
  {
    name: 'wrong message',
    kind: 'EVENT_AVAIL',
    code: ErrorCode.WRONG_MESSAGE,
    spoil: (view, p) => view.setUint8(p + 1, 0x42),
  },
  { name: 'short body', kind: 'EVENT_AVAIL', code: ErrorCode.SHORT_BODY, spoil: sized(12) },
  // A count of more bytes than the message has.
  {
    name: 'short tail',
    kind: 'SET_CONFIG',
    code: ErrorCode.SHORT_TAIL,
    spoil: (view, p) => view.setUint32(p + 16, 65, true),
  },
];

const CODECS: { readonly [K in Single]?: { readonly check: ViewDecode; readonly decode: ViewDecode } } = {
  EVENT_AVAIL: { check: EVENT_AVAIL_event.check, decode: ours.decodeEventAvail },
  SET_CONFIG: { check: SET_CONFIG_request.check, decode: control.decodeConfig },
};

const subjectOf = (name: string): string => `bad: ${name}`;

export function refusedCases(): Case[] {
  return [...BAD.map(refusedCase), unknownIds()];
}

function refusedCase({ name, kind, code, spoil, length }: Bad): Case {
  const { check, decode } = CODECS[kind]!;
  const size = sizeOf(kind);
  const view = new DataView(POOLS[kind].buffer.slice(0));
  for (let p = 0; p < view.byteLength; p += size) spoil(view, p);
  const refuse = compiled<Operation>(
    { check, view, size, length: length ?? size },
    '(i) => { const p = i * size; return check(view, p, p + length); }',
  );
  const good = viewDecoder(kind, decode);
  return {
    ...named(subjectOf(name), kind),
    op: 'refuse',
    ours: refuse,
    hand: good,
    verify() {
      for (let i = 0; i < POOL; i++) {
        const got = refuse(i);
        if (got !== code)
          throw new WrongSubject(`${TITLES[kind]} ${name}, message ${i}: refused as ${got}, expected ${code}`);
      }
      verifyDecoder(`${TITLES[kind]} ${name}, the good ones`, ITEMS[kind], good);
    },
  };
}

/** M6 with an id that nobody knows in every message: each is told to the handler and skipped. */
function unknownIds(): Case {
  const subject = subjectOf('unknown id');
  const view = new DataView(m6.view.buffer.slice(0));
  for (let p = 0; p < m6.bytes; p += view.getUint16(p + 6, true)) view.setUint8(p + 1, 0x7f);
  const scope = { count: stream.countRefused, decode: stream.decodeWholeStream, bad: view, view: m6.view };
  const refuse = compiled<Operation>({ ...scope, end: m6.bytes }, '() => count(bad, end)');
  const good = compiled<Operation>({ ...scope, end: m6.bytes }, '() => decode(view, end)');
  return {
    ...mixed(subject),
    op: 'refuse',
    ours: refuse,
    hand: good,
    verify() {
      const refused = refuse(0);
      if (refused !== m6.messages)
        throw new WrongSubject(`M6 ${subject}: ${refused} messages are refused, expected ${m6.messages}`);
      verifyStreamSum(`${subject}, the good ones`, good);
    },
  };
}
