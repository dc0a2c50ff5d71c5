import type { CountCode } from '../core/fault.js';

/** Hears what one end of a bus does. Nothing it is given may be kept or changed; nothing it throws is caught. */
export interface Tracer {
  /** A message as it is on the wire. */
  frame?(direction: 'sent' | 'received', bytes: Uint8Array): void;
  /** A message that was thrown away, or something else that was counted. */
  count?(code: CountCode): void;
  /** A machine changed its state; `device` is null for those of the bus. */
  state?(machine: string, device: number | null, before: string, after: string): void;
}
