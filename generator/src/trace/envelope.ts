import type { DialectIndex } from '../interpret/dialect-index.js';
import { readInt } from '../interpret/int.js';
import { fromHex } from '../interpret/values.js';
import type { BodyKind, IntFieldIR } from '../ir/types.js';
import type { Direction } from '../rules/finding.js';

/** What stands on the outside of a frame, enough to find its partner. */
export interface Envelope {
  /** Class bits of the type field; their name is not needed for pairing. */
  readonly class: number;
  readonly id: number;
  readonly device: number | null;
  readonly token: number | null;
  /** Null where no body has this header, and the response bit is clear. */
  readonly kind: BodyKind | null;
}

/**
 * Reads the header only. A frame whose body is refused still belongs to a conversation: peers answer messages that the
 * text tells them to drop. Null where not even the header is there.
 */
export function envelopeOf(index: DialectIndex, hex: string, direction: Direction | null): Envelope | null {
  const parsed = fromHex(hex);
  if (!('bytes' in parsed) || parsed.bytes.length < index.ir.framing.headerSize) return null;
  const view = new DataView(parsed.bytes.buffer, parsed.bytes.byteOffset, parsed.bytes.byteLength);
  const read = (field: IntFieldIR): number => Number(readInt(view, field.offset, field.type));
  const { type, id } = index.announcedBy(read);
  const { typeMask, responseBit } = index.ir.framing;
  return {
    class: type & typeMask & ~responseBit,
    id,
    device: index.deviceField === null ? null : read(index.deviceField),
    token: index.tokenField === null ? null : read(index.tokenField),
    kind: kindOf(index, type, id, direction),
  };
}

function kindOf(index: DialectIndex, type: number, id: number, direction: Direction | null): BodyKind | null {
  if ((type & index.ir.framing.responseBit) !== 0) return 'response';
  const kinds = new Set(index.at(type, id).map((b) => b.kind));
  const only = [...kinds][0];
  if (only === undefined || kinds.size === 1) return only ?? null;
  // Without a response bit only the direction tells an answer from a question.
  const wanted = direction === 'device->driver' ? 'response' : 'request';
  return direction !== null && kinds.has(wanted) ? wanted : null;
}
