import type { Decoded } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import type { BodyIR, ProfileIR } from '../ir/types.js';
import { judgeConstraints } from './constraints.js';
import { judgeEnums } from './enums.js';
import type { Context, Direction, Finding } from './finding.js';
import { judgeHeader } from './header.js';
import { judgeReserved } from './reserved.js';
import { judgeSize } from './size.js';
import { judgeState } from './state.js';

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

/** Every finding of the rules and state layers, in the order of the bytes. */
export function judge(subject: Case): Finding[] {
  return [
    ...judgeHeader(subject),
    ...judgeSize(subject),
    ...judgeReserved(subject),
    ...judgeEnums(subject),
    ...judgeConstraints(subject),
    ...judgeState(subject),
  ].sort((a, b) => a.offset - b.offset);
}

/** The size limit of the bus, where the entry or the receiver states one. */
export const limitOf = (subject: Case): number | undefined =>
  subject.context.max_msg_size ?? subject.profile.maxMessageSize ?? undefined;
