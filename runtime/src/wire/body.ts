import type { WireError } from '@virtio-wire/codecs/support/v1';
import type { Kind, Message, Name } from './message.js';
import { type Sender, senderOf } from './sender.js';

/** The fields of one message, as the runtime speaks of them. */
export type FieldsOf<N extends Name, K extends Kind> = Extract<Message, { name: N; kind: K }>['fields'];

/** How the fields of a message get out of and into the bytes of one dialect. */
export interface Fill<F> {
  /** Reads a message that `check` has passed. What it returns owns its bytes. */
  readonly read: (view: DataView, p: number) => F;
  /** Writes a whole message and returns its size in bytes, or 0 for a value the dialect has no room or word for. */
  readonly write: (view: DataView, p: number, device: number, token: number, fields: F) => number;
  /** Bytes of the array at the end, in a message that `check` has passed. */
  readonly tail?: (view: DataView, p: number) => number;
  /** Bytes of the array at the end that `write` would write. */
  readonly tailOf?: (fields: F) => number;
}

/** One message body of one dialect. */
export interface Body extends Required<Fill<never>> {
  readonly name: Name;
  readonly kind: Kind;
  readonly bus: boolean;
  /** Bits 0 and 1 of the header's type. */
  readonly type: number;
  readonly id: number;
  readonly sender: Sender;
  /** Bytes of header and fixed part. */
  readonly minSize: number;
  /** 0, or the ErrorCode of the shape of bytes p..end-1. Never throws. */
  readonly check: (view: DataView, p: number, end: number) => number;
  readonly describe: (view: DataView, p: number, end: number, code: number) => WireError;
}

/** What is used of a generated module. */
interface Codec<N extends Name, K extends Kind> {
  readonly BODY: { message: N; kind: K; class: string; type: number; id: number; minSize: number };
  readonly check: Body['check'];
  readonly describe: Body['describe'];
}

/** The readers and the writer of a generated module, which are alike in all dialects that have the fields. */
export type Parts<M> = Omit<M, 'BODY' | 'View' | 'check' | 'decode' | 'decodeExact' | 'describe' | 'encode_message'>;

const none = (): number => 0;

/**
 * One entry of a dialect. `fill` takes the generated functions out of their namespace once, when the dialect is made: an
 * engine looks a function up anew at every call through a namespace.
 */
export function body<N extends Name, K extends Kind, C>(
  codec: C & Codec<N, K>,
  fill: (codec: C) => Fill<FieldsOf<N, K>>,
): Body {
  const { BODY, check, describe } = codec;
  const { read, write, tail = none, tailOf = none } = fill(codec);
  return {
    name: BODY.message,
    kind: BODY.kind,
    bus: BODY.class === 'bus',
    type: BODY.type,
    id: BODY.id,
    sender: senderOf(BODY.message, BODY.kind),
    minSize: BODY.minSize,
    check,
    describe,
    read: read as never,
    write: write as never,
    tail,
    tailOf: tailOf as never,
  };
}
