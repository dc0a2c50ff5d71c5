import type { DialectIndex } from '../interpret/dialect-index.js';
import type { ProfileIR } from '../ir/types.js';
import type { Interface } from '../pcapng/interfaces.js';
import { PcapngReader } from '../pcapng/reader.js';
import type { Direction } from '../rules/finding.js';
import type { IrStore } from '../store.js';
import { MessageCounter } from '../stream/message-counter.js';
import { MessageCutter } from '../stream/message-cutter.js';
import type { Place } from '../stream/tally.js';
import { Tally } from '../stream/tally.js';
import { LineCounter } from './count-lines.js';
import type { LineOptions } from './decode-lines.js';

/** Hears of the bytes that were read since it was last told. */
export type Advance = (bytes: number) => void;

/** Counts whole inputs of any form into one tally, in constant memory. */
export class Summarizer {
  readonly tally = new Tally();
  readonly #lines: LineCounter;

  constructor(
    store: IrStore,
    options: LineOptions,
    readonly direction: Direction | null,
  ) {
    this.#lines = new LineCounter(store, options, this.tally);
  }

  /** Raw bytes, messages laid back to back. */
  async bytes(
    input: string,
    chunks: AsyncIterable<Uint8Array>,
    index: DialectIndex,
    profile: ProfileIR | null,
    advance: Advance,
  ): Promise<void> {
    const { direction } = this;
    const context = {};
    let offset = 0;
    const where = (): Place => ({ input, offset });
    const counter = new MessageCounter(index, profile, this.tally);
    const cutter = new MessageCutter(counter.shape, (view, start, end, at, length) => {
      offset = at;
      counter.count(view, start, end, length, direction, context, where);
    });
    for await (const chunk of chunks) {
      cutter.push(chunk);
      advance(chunk.length);
    }
    cutter.end();
  }

  /** Packets of pcapng, in the dialect that their interface's description names, else in that of the options. */
  async pcapng(input: string, chunks: AsyncIterable<Uint8Array>, advance: Advance): Promise<void> {
    const { tally } = this;
    const context = {};
    let counter: MessageCounter | null = null;
    let face: Interface | null = null;
    const where = (): Place => ({ input, offset: reader.at });
    const reader: PcapngReader = new PcapngReader(
      (view, start, end, { interface: own, direction, time }) => {
        if (own !== face) {
          face = own;
          counter = this.#lines.counterFor(own.description);
        }
        if (tally.pairs !== null) tally.pairs.time = time ?? Number.NaN;
        if (counter !== null) counter.count(view, start, end, end - start, direction ?? this.direction, context, where);
        else {
          tally.messages++;
          tally.bytes += end - start;
          tally.refuse('no_dialect', where);
        }
      },
      ({ code, offset }) => tally.find(code, () => ({ input, offset })),
    );
    for await (const chunk of chunks) {
      reader.push(chunk);
      advance(chunk.length);
    }
    reader.end();
  }

  /** Lines of JSON. */
  async entries(input: string, batches: AsyncIterable<readonly string[]>): Promise<void> {
    this.#lines.begin(input);
    for await (const lines of batches) for (const line of lines) this.#lines.line(line);
  }

  /** Lines of hexadecimal digits, a message each. */
  async hex(input: string, batches: AsyncIterable<readonly string[]> | Iterable<readonly string[]>): Promise<void> {
    this.#lines.begin(input);
    for await (const lines of batches) for (const line of lines) this.#lines.hex(line, this.direction);
  }
}
