import type { Kind, Name } from './message.js';

/** The two ends of a bus. */
export type Side = 'driver' | 'device';

/** Who may send a message: one side, or both. */
export type Sender = Side | 'either';

/**
 * Who sends what. PING is the one message of the standard that both sides may send; the response bit alone does not tell
 * the direction. Spec: transport-msg.tex, tables of transport and bus messages.
 */
export function senderOf(name: Name, kind: Kind): Sender {
  switch (name) {
    case 'PING':
      return 'either';
    case 'EVENT_AVAIL':
      return 'driver';
    case 'EVENT_CONFIG':
    case 'EVENT_USED':
    case 'EVENT_DEVICE':
      return 'device';
    default:
      return kind === 'request' ? 'driver' : 'device';
  }
}
