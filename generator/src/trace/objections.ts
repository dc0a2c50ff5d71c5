import type { DialectIndex } from '../interpret/dialect-index.js';
import type { DecodedEntry } from '../jsonl/decode-entry.js';
import type { Finding } from '../rules/finding.js';
import type { Heard } from './conversation.js';
import type { Envelope } from './envelope.js';

/** Rules about which messages follow which. */

/** The same frame with one more finding. */
export const objecting = (frame: Heard, finding: Finding): Heard => ({
  ...frame,
  decoded: withFindings(frame.decoded, [finding]),
});

export const withFindings = (decoded: DecodedEntry, more: readonly Finding[]): DecodedEntry =>
  more.length === 0 ? decoded : { ...decoded, findings: [...(decoded.findings ?? []), ...more] };

/** A response that no open request asked for: a duplicate, a late one, or one nobody wanted. */
export const unmatched = ({ idField }: DialectIndex): Finding => ({
  rule: 'unmatched',
  layer: 'state',
  field: idField.name,
  offset: idField.offset,
  got: 'a response',
  expected: 'one for each request, with its id, device and token',
  clause: 'R8, R9',
});

/** Two requests wait under one token and device: nobody can tell their answers apart. */
export const tokenReuse = ({ tokenField }: DialectIndex, { token, device }: Envelope): Finding => ({
  rule: 'token-reuse',
  layer: 'state',
  field: tokenField?.name ?? 'token',
  offset: tokenField?.offset ?? 0,
  got: token ?? 0,
  expected: `a token that no open request of device ${device ?? 0} has`,
  clause: 'R6',
});

export const eventAnswered = ({ idField }: DialectIndex): Finding => ({
  rule: 'event-answered',
  layer: 'state',
  field: idField.name,
  offset: idField.offset,
  got: 'an answer to an event',
  expected: 'none',
  clause: 'R9',
});

/** The device has already answered a request that came after this one. */
export const outOfOrder = ({ idField }: DialectIndex, asked: number, later: number): Finding => ({
  rule: 'order',
  layer: 'state',
  field: idField.name,
  offset: idField.offset,
  got: `the answer to frame ${asked}, after that to frame ${later}`,
  expected: 'answers of a device in the order of its requests',
  clause: 'R10',
});
