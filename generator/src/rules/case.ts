import type { Decoded } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import type { BodyIR, ProfileIR } from '../ir/types.js';
import type { Context, Direction } from './finding.js';

/** All that a judgement may look at. */
export interface Case {
  readonly index: DialectIndex;
  readonly decoded: Decoded;
  /** The bytes as delivered, carrier padding included. */
  readonly bytes: Uint8Array;
  readonly profile: ProfileIR;
  /** Without it the direction rule is not judged: PING is legal both ways, and some captures do not tell. */
  readonly direction: Direction | null;
  readonly context: Context;
  /** The body the caller named, where the header announces another one. */
  readonly named: BodyIR | null;
}

/** The size limit of the bus, where the entry or the receiver states one. */
export const limitOf = (subject: Case): number | undefined =>
  subject.context.max_msg_size ?? subject.profile.maxMessageSize ?? undefined;
