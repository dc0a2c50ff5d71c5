import type { Dialect } from '../wire/dialect.js';
import type { Message } from '../wire/message.js';
import type { Side } from '../wire/sender.js';
import type { FaultCode } from './fault.js';

/** What one end of a bus knows of its own messages. */
export interface OutgoingRules {
  readonly dialect: Dialect;
  readonly side: Side;
  /** Largest message of the bus in bytes, header included. */
  readonly maxMessage: number;
}

/**
 * Judges a message of ours before it is sent, by the list that incoming ones pass (section 1): null, or what is wrong with
 * it. A failure is ours and stays here; nothing is dropped silently. Token and device number are the caller's business: he
 * knows which devices there are, and the token is given later.
 */
export function outgoing(message: Message, rules: OutgoingRules): FaultCode | null {
  const body = rules.dialect.bodyOf(message.name, message.kind);
  if (body === undefined) return 'unknown_msg';
  if (body.sender !== rules.side && body.sender !== 'either') return 'wrong_dir';
  if (body.bus ? message.device !== 0 : (message.device & 0xffff) !== message.device) return 'no_device';
  if (body.minSize + body.tailOf(message.fields as never) > rules.maxMessage) return 'too_big';
  return null;
}
