import { fromHex } from '../interpret/values.js';
import { type Entry, textOf } from '../jsonl/entry.js';
import { framesOf } from '../jsonl/frames.js';
import { pcapngHead, pcapngPacket } from '../pcapng/writer.js';
import type { IrStore } from '../store.js';
import { timeOf, unitOf } from '../trace/capture.js';
import type { CaptureLine } from './lines.js';

export interface PcapngFile {
  readonly bytes: Uint8Array;
  readonly packets: number;
  /** Frames that are no hexadecimal digits, and lines that could not be read: left out. */
  readonly left: number;
}

/**
 * A capture as a pcapng file: link type USER0, a message per packet, directions in epb_flags as the driver sees them, times
 * in nanoseconds. A frame without a time has that of the frame before it; remarks become comments. The interface's
 * description names the dialect, `virtio-msg/rfc3`: the given one, else the first that a line declares.
 */
export function capturePcapng(store: IrStore, lines: readonly CaptureLine[], dialect?: string): PcapngFile {
  const parts: Uint8Array[] = [pcapngHead(describe(store, dialect ?? declared(lines)))];
  let [time, unit, left] = [0, 1000, 0];
  for (const line of lines) {
    if ('error' in line) {
      left++;
      continue;
    }
    const { entry } = line;
    const frames = framesOf(entry);
    if (frames.length === 0 && textOf(entry, 'dialect') !== undefined) unit = unitOf(entry);
    time = timeOf(entry, unit) ?? time;
    for (const { hex, direction } of frames) {
      const parsed = fromHex(hex);
      if (!('bytes' in parsed)) {
        left++;
        continue;
      }
      const comment = textOf(entry, 'what') ?? textOf(entry, 'note') ?? textOf(entry, 'case') ?? null;
      parts.push(pcapngPacket({ bytes: parsed.bytes, direction, time, comment }));
    }
  }
  return { bytes: Buffer.concat(parts), packets: parts.length - 1, left };
}

const declared = (lines: readonly CaptureLine[]): string | undefined =>
  lines.map((line) => ('entry' in line ? dialectOf(line.entry) : undefined)).find((name) => name !== undefined);

const dialectOf = (entry: Entry): string | undefined => textOf(entry, 'dialect');

function describe(store: IrStore, name: string | undefined): string | null {
  const ir = name === undefined ? undefined : store.dialect(name)?.index.ir;
  return ir === undefined ? null : `${ir.protocol}/${ir.dialect}`;
}
