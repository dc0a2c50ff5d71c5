import type { Body } from '../wire/body.js';
import { type Dialect, isEventId } from '../wire/dialect.js';
import type { Message, Name } from '../wire/message.js';
import type { Side } from '../wire/sender.js';
import type { CountCode, FaultCode } from './fault.js';

/** What one end of a bus knows when it judges messages. */
export interface IntakeRules {
  readonly dialect: Dialect;
  /** Which side we are. */
  readonly side: Side;
  /** Largest message of the bus in bytes, header included. */
  readonly maxMessage: number;
  /** Whether a device number is validated on this bus (section 6). */
  readonly knows: (device: number) => boolean;
  /** Told about oddities that are tolerated. */
  readonly count: (code: CountCode) => void;
}

/** Where a dropped message seemed to belong. */
export interface Head {
  readonly name: Name;
  readonly device: number;
  readonly token: number;
}

/** A message that is discarded without producing traffic (S4). */
export interface Dropped {
  readonly kind: 'dropped';
  readonly code: FaultCode;
  /** Of a response whose body alone is bad: the request it answers need not wait for its timer. Else null. */
  readonly head: Head | null;
}

const dropped = (code: FaultCode, head: Head | null = null): Dropped => ({ kind: 'dropped', code, head });

/**
 * Judges one candidate message: bytes p..p+n-1, a private copy (the peer must not be able to change them between two
 * steps), and returns it decoded, or why it is dropped. Never throws; looks at each byte at most a few times.
 *
 * Section 1 of the tables; the comments are its steps.
 */
export function intake(view: DataView, p: number, n: number, rules: IntakeRules): Message | Dropped {
  const { dialect, side } = rules;
  // 1
  if (n < dialect.headerSize) return dropped('bad_header');
  // 2
  const size = dialect.messageSize(view, p);
  if (size < dialect.headerSize) return dropped('bad_header');
  if (size > n) return dropped('bad_size');
  // 3
  if (size > rules.maxMessage) return dropped('too_big');
  // 4
  if (n > size && hasNonzero(view, p + size, p + n)) rules.count('nonzero_padding');
  // 5: only bits 0 and 1 of the type are looked at, here and in bodyAt.
  const type = view.getUint8(p);
  const isResponse = (type & 1) !== 0;
  const isBus = (type & 2) !== 0;
  const device = dialect.deviceOf(view, p);
  // 6
  if (isBus && device !== 0) return dropped('no_device');
  // 7: an event is found whatever its response bit says, else step 8 could never speak.
  const body = dialect.bodyAt(view, p);
  if (body === undefined) return dropped('unknown_msg');
  // 8
  if (isResponse && isEventId(body.id)) return dropped('wrong_dir');
  // 9
  if (body.sender === side) return dropped('wrong_dir');
  // 10
  if (body.check(view, p, p + size) !== 0) return dropped('bad_size', headOf(dialect, view, p, body, rules));
  if (size > body.minSize + body.tail(view, p)) rules.count('surplus');
  // 11
  if (dialect.tokens === 'checked') {
    const token = dialect.tokenOf(view, p);
    if (body.kind === 'request' && token === 0) return dropped('bad_header');
    if (body.kind === 'event' && token !== 0) rules.count('nonzero_event_token');
  }
  // 12: GET_DEVICE_INFO is how a number gets validated (9.2).
  if (!isBus && body.name !== 'GET_DEVICE_INFO' && !rules.knows(device)) return dropped('no_device');
  return dialect.read(view, p, body);
}

function headOf(dialect: Dialect, view: DataView, p: number, body: Body, rules: IntakeRules): Head | null {
  if (body.kind !== 'response') return null;
  const device = dialect.deviceOf(view, p);
  // Step 12 holds for what is told about a bad message, too.
  if (!body.bus && body.name !== 'GET_DEVICE_INFO' && !rules.knows(device)) return null;
  return { name: body.name, device, token: dialect.tokenOf(view, p) };
}

function hasNonzero(view: DataView, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (view.getUint8(i) !== 0) return true;
  return false;
}
