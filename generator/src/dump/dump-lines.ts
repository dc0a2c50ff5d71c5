import type { DecodedStruct } from '../interpret/structs/decode-struct.js';
import { fromHex } from '../interpret/values.js';
import { contextOf, type EntryError, entryError, selection } from '../jsonl/decode-entry.js';
import type { LineOptions } from '../jsonl/decode-lines.js';
import { type Defaults, defaultsFrom, type Entry, textOf } from '../jsonl/entry.js';
import { type Frame, framesOf } from '../jsonl/frames.js';
import { findLayout, isLayoutEntry } from '../jsonl/layout-entry.js';
import { parseLine } from '../jsonl/parse-line.js';
import { Resolver } from '../jsonl/resolver.js';
import { findStruct, isStructEntry, unknownProfile } from '../jsonl/struct-entry.js';
import type { Direction, Finding } from '../rules/finding.js';
import { judgeStruct } from '../rules/judge-struct.js';
import type { IrStore } from '../store.js';
import { dumpMessage } from './dump-message.js';
import { dumpStruct } from './dump-struct.js';
import type { DumpRow } from './row.js';

/** One frame, dumped, or why it could not be. */
export type Dumped = { readonly at: string; readonly direction: Direction | null } & Told;

export type Told =
  | {
      /** Name of the dialect, or of a struct's protocol and family. */
      readonly dialect: string;
      /** Whose rules judged it. */
      readonly profile: string | null;
      /** The struct, spelled as its shape is where it has several; a message is named by its rows. */
      readonly struct: string | null;
      readonly rows: DumpRow[];
    }
  | { readonly error: EntryError };

/** Dumps the frames of line after line; a trace's header tells the dialect of what follows it. */
export class LineDumper {
  readonly #resolver: Resolver;
  readonly #store: IrStore;
  readonly #options: LineOptions;
  #defaults: Defaults;

  constructor(
    store: IrStore,
    options: LineOptions,
    readonly all: boolean,
  ) {
    this.#store = store;
    this.#options = options;
    this.#resolver = new Resolver(store, options);
    this.#defaults = { dialect: options.dialect, context: {} };
  }

  /** The frames of a line; a line that is no JSON gives one error, a line without a frame gives nothing. */
  line(text: string): Dumped[] {
    const parsed = parseLine(text);
    if (!('entry' in parsed)) return [{ at: 'line', direction: null, error: parsed.error }];
    return this.entry(parsed.entry);
  }

  /** The frames of an entry; a trace's header has none. */
  entry(entry: Entry): Dumped[] {
    if ('hex' in entry && (isStructEntry(entry) || isLayoutEntry(entry))) return [this.struct(entry)];
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

  /** An entry of a struct or memory layout: its names as in a vector file, and `hex`. */
  struct(entry: Entry): Dumped {
    const frame = { at: 'hex', direction: null };
    const parsed = bytesOf(textOf(entry, 'hex') ?? '');
    if ('error' in parsed) return { ...frame, ...parsed };
    return { ...frame, ...this.structBytes(entry, parsed.bytes) };
  }

  /** The same for bytes at hand. */
  structBytes(entry: Entry, bytes: Uint8Array): Told {
    const named = isStructEntry(entry)
      ? findStruct(this.#store, entry)
      : findLayout(this.#store, entry, this.#defaults);
    if ('error' in named) return named;
    const unknown = unknownProfile(this.#store, this.#options.profile ?? textOf(entry, 'profile'));
    if (unknown !== null) return { error: unknown };
    const { index, struct, shape } = named;
    const context = contextOf(entry, this.#defaults);
    const judge = (decoded: DecodedStruct): Finding[] => judgeStruct(index, named, bytes, decoded, context);
    const judged = this.#options.rules !== false;
    const rows = dumpStruct(index, named, bytes, { all: this.all, ...(judged ? { judge } : {}) });
    const { protocol, family } = index.ir;
    return { dialect: `${protocol}/${family}`, profile: null, struct: shape?.key ?? struct.name, rows };
  }

  #frame({ at, hex, direction }: Frame, entry: Entry, named: boolean): Dumped {
    const resolved = this.#resolver.resolve(entry, this.#defaults);
    if ('error' in resolved) return { at, direction, error: resolved.error };
    const parsed = bytesOf(hex);
    if ('error' in parsed) return { at, direction, ...parsed };
    const { index, profile } = resolved;
    const rows = dumpMessage(index, profile, parsed.bytes, {
      direction,
      context: contextOf(entry, this.#defaults),
      select: selection(index, named ? entry : {}),
      all: this.all,
    });
    return { at, direction, dialect: index.ir.dialect, profile: profile?.name ?? null, struct: null, rows };
  }
}

function bytesOf(hex: string): { readonly bytes: Uint8Array } | { readonly error: EntryError } {
  const parsed = fromHex(hex);
  if ('bytes' in parsed) return { bytes: parsed.bytes };
  return { error: entryError('bad_hex', 'hex', hex.slice(0, 32), parsed.problem) };
}
