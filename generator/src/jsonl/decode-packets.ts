import { toHex } from '../interpret/values.js';
import { PcapngReader } from '../pcapng/reader.js';
import type { LineDecoder } from './decode-lines.js';
import type { Entry } from './entry.js';

/**
 * Answers for the packets of a pcapng file, a batch per chunk and in constant memory: each with its number, time in
 * milliseconds and direction. A packet is in the dialect that its interface's description names, else in that of the options.
 */
export async function* decodePackets(
  decoder: LineDecoder,
  chunks: AsyncIterable<Uint8Array>,
  advance?: (bytes: number) => void,
): AsyncGenerator<readonly Entry[]> {
  let answers: Entry[] = [];
  const reader: PcapngReader = new PcapngReader(
    (view, start, end, { packet, time, direction, comment, interface: face }) => {
      answers.push(
        decoder.entry({
          packet,
          ...(time === null ? {} : { t: time }),
          ...(direction === null ? {} : { dir: direction }),
          ...(comment === null ? {} : { note: comment }),
          ...(face.description === null || decoder.store.dialect(face.description) === null
            ? {}
            : { dialect: face.description }),
          hex: toHex(new Uint8Array(view.buffer, view.byteOffset + start, end - start)),
        }),
      );
    },
    ({ code, message, offset, expected, got }) =>
      answers.push({ error: { code, message, field: 'block', offset, expected, got } }),
  );
  for await (const chunk of chunks) {
    reader.push(chunk);
    if (answers.length > 0) yield answers;
    answers = [];
    advance?.(chunk.length);
  }
  reader.end();
  if (answers.length > 0) yield answers;
}
