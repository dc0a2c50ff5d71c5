import type { DialectIndex } from '../interpret/dialect-index.js';
import type { Direction } from '../rules/finding.js';
import { MessageCutter } from '../stream/message-cutter.js';
import { ShapeTable } from '../stream/shape-table.js';
import type { LineDecoder } from './decode-lines.js';
import type { Entry } from './entry.js';

/**
 * Answers for raw bytes, messages laid back to back, a batch per chunk and in constant memory. Of a message whose size
 * leads nowhere only the first bytes are shown; `omitted` counts the others.
 */
export async function* decodeChunks(
  decoder: LineDecoder,
  index: DialectIndex,
  chunks: AsyncIterable<Uint8Array>,
  direction: Direction | null,
  advance?: (bytes: number) => void,
): AsyncGenerator<readonly Entry[]> {
  let answers: Entry[] = [];
  const cutter = new MessageCutter(new ShapeTable(index), (view, start, end, _at, length) => {
    const answer = decoder.message(new Uint8Array(view.buffer, start, end - start), direction);
    answers.push(length === end - start ? answer : { ...answer, omitted: length - (end - start) });
  });
  for await (const chunk of chunks) {
    cutter.push(chunk);
    if (answers.length > 0) yield answers;
    answers = [];
    advance?.(chunk.length);
  }
  cutter.end();
  if (answers.length > 0) yield answers;
}
