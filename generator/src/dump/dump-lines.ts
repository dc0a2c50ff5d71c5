import { fromHex } from '../interpret/values.js';
import type { ProfileIR } from '../ir/types.js';
import { contextOf, type EntryError, entryError, selection } from '../jsonl/decode-entry.js';
import type { LineOptions } from '../jsonl/decode-lines.js';
import { type Defaults, defaultsFrom, type Entry, textOf } from '../jsonl/entry.js';
import { type Frame, framesOf } from '../jsonl/frames.js';
import { parseLine } from '../jsonl/parse-line.js';
import { Resolver } from '../jsonl/resolver.js';
import type { Direction } from '../rules/finding.js';
import type { IrStore } from '../store.js';
import { dumpMessage } from './dump-message.js';
import type { DumpRow } from './row.js';

/** One frame, dumped, or why it could not be. */
export type Dumped = { readonly at: string; readonly direction: Direction | null } & (
  | { readonly dialect: string; readonly profile: ProfileIR | null; readonly rows: DumpRow[] }
  | { readonly error: EntryError }
);

/** Dumps the frames of line after line; a trace's header tells the dialect of what follows it. */
export class LineDumper {
  readonly #resolver: Resolver;
  #defaults: Defaults;

  constructor(
    store: IrStore,
    options: LineOptions,
    readonly all: boolean,
  ) {
    this.#resolver = new Resolver(store, options);
    this.#defaults = { dialect: options.dialect, context: {} };
  }

  /** The frames of a line; a line that is no JSON gives one error, a line without a frame gives nothing. */
  line(text: string): Dumped[] {
    const parsed = parseLine(text);
    if (!('entry' in parsed)) return [{ at: 'line', direction: null, error: parsed.error }];
    const { entry } = parsed;
    const frames = framesOf(entry);
    if (frames.length === 0 && textOf(entry, 'dialect') !== undefined)
      this.#defaults = defaultsFrom(entry, this.#defaults);
    const named = frames.length === 1 && frames[0]?.at === 'hex';
    return frames.map((frame) => this.#frame(frame, entry, named));
  }

  /** Hexadecimal text of one message. */
  hex(hex: string, direction: Direction | null): Dumped {
    return this.#frame({ at: 'hex', hex, direction }, {}, false);
  }

  #frame({ at, hex, direction }: Frame, entry: Entry, named: boolean): Dumped {
    const resolved = this.#resolver.resolve(entry, this.#defaults);
    if ('error' in resolved) return { at, direction, error: resolved.error };
    const parsed = fromHex(hex);
    if (!('bytes' in parsed)) {
      const error = entryError('bad_hex', 'hex', hex.slice(0, 32), parsed.problem);
      return { at, direction, error };
    }
    const { index, profile } = resolved;
    const rows = dumpMessage(index, profile, parsed.bytes, {
      direction,
      context: contextOf(entry, this.#defaults),
      select: selection(index, named ? entry : {}),
      all: this.all,
    });
    return { at, direction, dialect: index.ir.dialect, profile, rows };
  }
}
