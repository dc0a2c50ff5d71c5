import type { FaultCode } from '../core/fault.js';
import type { Down } from '../medium/medium.js';
import type { Dialect } from '../wire/dialect.js';

/** Says why a bus has ended: the reason of its medium, where that gave one. `maxMessage` in bytes. */
export function whyDown(code: FaultCode, reason: Down | null, dialect: Dialect, maxMessage: number): string {
  if (reason !== null) return reason.message;
  if (code !== 'revision') return `the bus cannot be used: ${code}`;
  const { minMessage, name } = dialect;
  return `no agreement on a revision from 1 on and on messages of ${minMessage} bytes, the least of ${name}; the medium carries ${maxMessage}`;
}
