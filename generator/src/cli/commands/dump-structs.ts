import { LineDumper } from '../../dump/dump-lines.js';
import { isHexLine } from '../../jsonl/hex-line.js';
import { findLayout } from '../../jsonl/layout-entry.js';
import { findStruct } from '../../jsonl/struct-entry.js';
import type { IrStore } from '../../store.js';
import { UsageError } from '../failure.js';
import { linesOf } from '../input.js';
import { isHex, sniffMessages } from '../messages.js';
import type { Shown } from './shown-frames.js';

export interface StructOptions {
  readonly protocol?: string;
  readonly struct?: string;
  readonly part?: string;
  readonly layout?: string;
  readonly dialect?: string;
  readonly profile?: string;
  readonly rules: boolean;
  readonly all?: boolean;
}

/** Whether a struct or a memory layout is asked for, and not messages. */
export const isAboutStructs = ({ struct, layout }: StructOptions): boolean =>
  struct !== undefined || layout !== undefined;

/** Dumps each input as the struct or memory layout the options name: a line of digits, or all of a raw file. */
export async function dumpStructs(
  store: IrStore,
  inputs: readonly string[],
  options: StructOptions,
  shown: Shown,
): Promise<void> {
  const entry = entryOf(options);
  const named = options.layout === undefined ? findStruct(store, entry) : findLayout(store, entry, { context: {} });
  if ('error' in named) throw new UsageError(named.error.message);
  if (inputs.length === 0) throw new UsageError('nothing to dump', 'give hexadecimal digits, a file, or "-"');
  const dumper = new LineDumper(store, options, options.all === true);
  for (const input of inputs) {
    if (isHex(input)) {
      await shown.frame(dumper.struct({ ...entry, hex: input }), {});
      continue;
    }
    const { kind, chunks } = await sniffMessages(input, CHUNK);
    if (kind === 'pcapng') throw new UsageError(`"${input}" is pcapng: it has messages, not structs`);
    if (kind === 'text') {
      let line = 0;
      for await (const lines of linesOf(chunks))
        for (const hex of lines) {
          line++;
          if (isHexLine(hex)) await shown.frame(dumper.struct({ ...entry, hex }), { line });
        }
      continue;
    }
    const bytes = await wholeOf(input, chunks);
    await shown.frame({ at: 'hex', direction: null, ...dumper.structBytes(entry, bytes) }, {});
  }
}

/** The names of a vector file's entry. */
function entryOf({ protocol, struct, part, layout, dialect, profile }: StructOptions): Record<string, string> {
  const names =
    layout === undefined ? { protocol, struct, part } : { dialect, class: 'layout', message: layout, kind: 'struct' };
  return Object.fromEntries(
    Object.entries({ ...names, profile }).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

const CHUNK = 1 << 16;

/** Larger than any region of memory a text describes, and small enough to be kept whole. */
const MOST = 1 << 24;

async function wholeOf(input: string, chunks: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MOST)
      throw new UsageError(`"${input}" has more than ${MOST} bytes`, 'cut out what the struct begins with');
    // The chunk is overwritten by the next one.
    pieces.push(Buffer.from(chunk));
  }
  return Buffer.concat(pieces);
}
