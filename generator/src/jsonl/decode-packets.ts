import { toHex } from '../interpret/values.js';
import { PcapngReader } from '../pcapng/reader.js';
import type { IrStore } from '../store.js';
import type { EntryError } from './decode-entry.js';
import type { LineDecoder } from './decode-lines.js';
import type { Entry } from './entry.js';

/** A packet with its bytes as `hex`, or a block that could not be read. */
export type Packet = { readonly entry: Entry } | { readonly error: EntryError };

/**
 * The packets of a pcapng file, a batch per chunk and in constant memory: each with its number, time in milliseconds and
 * direction. A packet is in the dialect that its interface's description names.
 */
export async function* packetsOf(
  store: IrStore,
  chunks: AsyncIterable<Uint8Array>,
  advance?: (bytes: number) => void,
): AsyncGenerator<readonly Packet[]> {
  let packets: Packet[] = [];
  const reader: PcapngReader = new PcapngReader(
    (view, start, end, { packet, time, direction, comment, interface: face }) => {
      const entry: Entry = {
        packet,
        ...(time === null ? {} : { t: time }),
        ...(direction === null ? {} : { dir: direction }),
        ...(comment === null ? {} : { note: comment }),
        ...(face.description === null || store.dialect(face.description) === null ? {} : { dialect: face.description }),
        hex: toHex(new Uint8Array(view.buffer, view.byteOffset + start, end - start)),
      };
      packets.push({ entry });
    },
    ({ code, message, offset, expected, got }) =>
      packets.push({ error: { code, message, field: 'block', offset, expected, got } }),
  );
  for await (const chunk of chunks) {
    reader.push(chunk);
    if (packets.length > 0) yield packets;
    packets = [];
    advance?.(chunk.length);
  }
  reader.end();
  if (packets.length > 0) yield packets;
}

/** Answers for packets; a packet whose interface names no dialect is in that of the options. */
export async function* decodePackets(
  decoder: LineDecoder,
  chunks: AsyncIterable<Uint8Array>,
  advance?: (bytes: number) => void,
): AsyncGenerator<readonly Entry[]> {
  for await (const packets of packetsOf(decoder.store, chunks, advance))
    yield packets.map((packet) => {
      if ('entry' in packet) return decoder.entry(packet.entry);
      decoder.counts.refused++;
      return packet;
    });
}
