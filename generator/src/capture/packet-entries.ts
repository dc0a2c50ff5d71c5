import { toHex } from '../interpret/values.js';
import type { Entry } from '../jsonl/entry.js';
import { PcapngReader } from '../pcapng/reader.js';
import type { CaptureLine } from './lines.js';

/** A calendar's clock stands beyond this many milliseconds (1973); a capture's own begins near 0. */
const CALENDAR = 1e11;

/** Anybody may describe an interface in words; a dialect is one word. */
const DIALECT = /^virtio-[\w-]+\/[\w.+-]+$/;

/**
 * Packets in the spelling of JSONL, times in seconds: since the first packet where the clock is a calendar's. A packet's
 * comment is its note. The description of an interface that names a dialect, as ours do, becomes a header.
 */
export function packetLines(hear: (line: CaptureLine) => void): PcapngReader {
  let origin: number | null = null;
  let described: string | null = null;
  const reader: PcapngReader = new PcapngReader(
    (view, start, end, { packet, direction, time, comment, interface: face }) => {
      if (face.description !== described) {
        described = face.description;
        if (described !== null && DIALECT.test(described))
          hear({ line: packet, entry: { trace: face.name ?? 'pcapng', dialect: described } });
      }
      if (time !== null && origin === null) origin = time > CALENDAR ? time : 0;
      const entry: Entry = {
        ...(time === null ? {} : { t: (time - (origin ?? 0)) / 1000 }),
        ...(direction === null ? {} : { dir: direction }),
        hex: toHex(new Uint8Array(view.buffer, view.byteOffset + start, end - start)),
        ...(comment === null ? {} : { note: comment }),
      };
      hear({ line: packet, entry });
    },
    ({ code, message, offset, expected, got }) =>
      hear({ line: reader.packet, error: { code, message, field: 'block', offset, expected, got } }),
  );
  return reader;
}
