import { fromHex } from '../interpret/values.js';
import { framesOf } from '../jsonl/frames.js';
import type { Direction } from '../rules/finding.js';
import type { CaptureLine } from './lines.js';

/** Bytes that went over a bus, and nothing of what the capture says about them but the way they went. */
export interface BareFrame {
  /** Counted from 1, in the order of the capture. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly direction: Direction | null;
  /** The capture begins anew here: what was asked before is not answered any more. */
  readonly fresh: boolean;
}

/** The frames of a capture, stripped of every name, dialect and context that its lines declare. */
export function bareFrames(lines: readonly CaptureLine[]): BareFrame[] {
  const frames: BareFrame[] = [];
  let session: unknown;
  for (const line of lines) {
    if ('error' in line) continue;
    const { entry } = line;
    let fresh = entry.case !== undefined || entry.session !== session;
    session = entry.session;
    for (const { hex, direction } of framesOf(entry)) {
      const parsed = fromHex(hex);
      if (!('bytes' in parsed) || parsed.bytes.length === 0) continue;
      frames.push({ number: frames.length + 1, bytes: parsed.bytes, direction, fresh });
      fresh = false;
    }
  }
  return frames;
}
