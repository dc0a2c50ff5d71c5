import type { IrStore } from '../store.js';
import { contextOf, type DecodedEntry, decodeFrame, entryError, resolveEntry } from './decode-entry.js';
import { type Defaults, defaultsFrom, type Entry, textOf } from './entry.js';
import { framesOf } from './frames.js';
import { parseLine } from './parse-line.js';

export interface LineOptions {
  readonly dialect?: string | undefined;
  readonly profile?: string | undefined;
}

/** How many lines held what, for the exit code and the summary. */
export interface LineCounts {
  lines: number;
  frames: number;
  refused: number;
  findings: number;
}

/** Decodes line after line; one line in, one line out, in order, whatever the input. */
export class LineDecoder {
  readonly counts: LineCounts = { lines: 0, frames: 0, refused: 0, findings: 0 };
  #defaults: Defaults;

  constructor(
    readonly store: IrStore,
    readonly options: LineOptions = {},
  ) {
    this.#defaults = { dialect: options.dialect, context: {} };
  }

  /** The line's answer, as JSON text without a line break. */
  line(text: string): string {
    this.counts.lines++;
    const parsed = parseLine(text);
    if (!('entry' in parsed)) {
      this.counts.refused++;
      return JSON.stringify(parsed);
    }
    return JSON.stringify(this.entry(parsed.entry));
  }

  /** An entry with everything decoding adds to it. */
  entry(entry: Entry): Entry {
    const frames = framesOf(entry);
    const only = frames[0];
    if (only === undefined) {
      if (textOf(entry, 'dialect') !== undefined) this.#defaults = defaultsFrom(entry, this.#defaults);
      return this.#frameless(entry);
    }
    const resolved = resolveEntry(this.store, entry, this.#defaults, this.options.profile);
    if ('error' in resolved) {
      this.counts.refused += frames.length;
      return { ...entry, error: resolved.error };
    }
    const context = contextOf(entry, this.#defaults);
    if (frames.length === 1 && only.at === 'hex')
      return this.#merged(entry, decodeFrame(resolved, entry, only.hex, only.direction, context));
    // Names of a line belong to its request; what the other frames are, their bytes tell.
    const unnamed: Entry = {};
    return {
      ...entry,
      frames: frames.map((frame) => {
        const decoded = this.#counted(decodeFrame(resolved, unnamed, frame.hex, frame.direction, context));
        return {
          at: frame.at,
          ...(frame.direction === null ? {} : { dir: frame.direction }),
          hex: frame.hex,
          ...decoded,
        };
      }),
    };
  }

  /** A line that should carry a frame and does not is refused; headers, notes and marks pass through. */
  #frameless(entry: Entry): Entry {
    if (!('hex' in entry)) return entry;
    this.counts.refused++;
    const error = entryError(
      'bad_hex',
      'hex',
      JSON.stringify(entry.hex) ?? 'nothing',
      'a string of hexadecimal digits',
    );
    return { ...entry, error };
  }

  #merged(entry: Entry, decoded: DecodedEntry): Entry {
    this.#counted(decoded);
    const { class: className, message, kind, ...rest } = decoded;
    if (className === undefined) return { ...without(entry, 'fields', 'size', 'surplus', 'findings'), ...rest };
    const names = { class: className, message, kind };
    const given = {
      class: entry.class ?? className,
      message: entry.message ?? message,
      kind: entry.kind ?? kind,
    };
    // An entry keeps the names it came with; where they differ from what the bytes are, that is said beside them.
    const differs = given.class !== className || given.message !== message || given.kind !== kind;
    return {
      ...without(entry, 'error', 'surplus', 'findings'),
      ...given,
      ...rest,
      ...(differs ? { decoded: names } : {}),
    };
  }

  #counted(decoded: DecodedEntry): DecodedEntry {
    this.counts.frames++;
    if (decoded.error !== undefined) this.counts.refused++;
    this.counts.findings += decoded.findings?.length ?? 0;
    return decoded;
  }
}

function without(entry: Entry, ...keys: string[]): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.includes(key)));
}
