import { toHex } from '../interpret/values.js';
import type { Direction } from '../rules/finding.js';
import type { IrStore } from '../store.js';
import { contextOf, type DecodedEntry, decodeBytes, decodeFrame, entryError } from './decode-entry.js';
import { type Defaults, defaultsFrom, type Entry, textOf } from './entry.js';
import { framesOf } from './frames.js';
import { decodeLayoutEntry, isLayoutEntry } from './layout-entry.js';
import { parseLine } from './parse-line.js';
import { Resolver } from './resolver.js';
import { decodeStructEntry, isStructEntry } from './struct-entry.js';

export interface LineOptions {
  readonly dialect?: string | undefined;
  readonly profile?: string | undefined;
  /** False: shapes only, no findings. */
  readonly rules?: boolean | undefined;
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
  readonly #resolver: Resolver;
  #defaults: Defaults;

  constructor(
    readonly store: IrStore,
    readonly options: LineOptions = {},
  ) {
    this.#resolver = new Resolver(store, options);
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
    return this.#text(parsed.entry);
  }

  /** An entry with everything decoding adds to it. */
  entry(entry: Entry): Entry {
    if (isStructEntry(entry) && 'hex' in entry)
      return Object.assign(
        without(entry, [...OF_ANSWER, 'error']),
        this.#counted(decodeStructEntry(this.store, entry, contextOf(entry, this.#defaults), this.options)),
      );
    if (isLayoutEntry(entry) && 'hex' in entry) {
      const context = contextOf(entry, this.#defaults);
      return merged(entry, this.#counted(decodeLayoutEntry(this.store, entry, this.#defaults, context, this.options)));
    }
    const frames = framesOf(entry);
    const only = frames[0];
    if (only === undefined) {
      if (textOf(entry, 'dialect') !== undefined) this.#defaults = defaultsFrom(entry, this.#defaults);
      return this.#frameless(entry);
    }
    const resolved = this.#resolver.resolve(entry, this.#defaults);
    if ('error' in resolved) {
      this.counts.refused += frames.length;
      return { ...entry, error: resolved.error };
    }
    const context = contextOf(entry, this.#defaults);
    if (frames.length === 1 && only.at === 'hex')
      return merged(entry, this.#counted(decodeFrame(resolved, entry, only.hex, only.direction, context)));
    // Names of a line belong to its request; what the other frames are, their bytes tell.
    return {
      ...entry,
      frames: frames.map((frame) => {
        const decoded = this.#counted(decodeFrame(resolved, NAMELESS, frame.hex, frame.direction, context));
        return {
          at: frame.at,
          ...(frame.direction === null ? {} : { dir: frame.direction }),
          hex: frame.hex,
          ...decoded,
        };
      }),
    };
  }

  /**
   * The text of `entry`. Where decoding only adds to an entry, the two are put together as text: adding eight keys to an
   * object that JSON.parse made costs more than all the rest of a line.
   */
  #text(entry: Entry): string {
    const frames = framesOf(entry);
    const only = frames[0];
    if (
      only === undefined ||
      frames.length > 1 ||
      only.at !== 'hex' ||
      isStructEntry(entry) ||
      isLayoutEntry(entry) ||
      ADDED.some((key) => key in entry)
    )
      return JSON.stringify(this.entry(entry));
    const resolved = this.#resolver.resolve(entry, this.#defaults);
    if ('error' in resolved) return JSON.stringify(this.entry(entry));
    const context = contextOf(entry, this.#defaults);
    const decoded = this.#counted(decodeFrame(resolved, entry, only.hex, only.direction, context));
    return `${JSON.stringify(entry).slice(0, -1)},${JSON.stringify(decoded).slice(1)}`;
  }

  /** What `entry` answers to `{hex, dir}`, for bytes at hand. */
  message(bytes: Uint8Array, direction: Direction | null): Entry {
    const hex = toHex(bytes);
    const dir = direction ?? undefined;
    const resolved = this.#resolver.resolve(NAMELESS, this.#defaults);
    if ('error' in resolved) {
      this.counts.refused++;
      return { hex, dir, error: resolved.error };
    }
    const decoded = this.#counted(decodeBytes(resolved, NAMELESS, bytes, direction, this.#defaults.context));
    const { class: className, message, kind, header, fields, size, surplus, findings, error } = decoded;
    // One shape for all answers, absent parts undefined: spreading gives each its own and costs more than decoding.
    return { hex, dir, class: className, message, kind, header, fields, size, surplus, findings, error };
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

  #counted(decoded: DecodedEntry): DecodedEntry {
    this.counts.frames++;
    if (decoded.error !== undefined) this.counts.refused++;
    this.counts.findings += decoded.findings?.length ?? 0;
    return decoded;
  }
}

function merged(entry: Entry, decoded: DecodedEntry): Entry {
  const { class: className, message, kind, ...rest } = decoded;
  if (className === undefined) return Object.assign(without(entry, OF_ANSWER), rest);
  const whole = without(entry, OF_REFUSAL);
  // An entry keeps the names it came with; where they differ from what the bytes are, that is said beside them.
  whole.class ??= className;
  whole.message ??= message;
  whole.kind ??= kind;
  const differs = whole.class !== className || whole.message !== message || whole.kind !== kind;
  Object.assign(whole, rest);
  if (differs) whole.decoded = { class: className, message, kind };
  return whole;
}

const NAMELESS: Entry = {};

/** Keys that decoding may add to an entry or take from it. */
const ADDED = 'class message kind header fields size surplus findings error decoded'.split(' ');
const OF_ANSWER = ['fields', 'size', 'surplus', 'findings'];
const OF_REFUSAL = ['error', 'surplus', 'findings'];

/** A copy of an entry that lacks what an earlier answer may have left in it. */
export function without(entry: Entry, keys: readonly string[]): Record<string, unknown> {
  const copy = { ...entry };
  for (const key of keys) if (key in copy) delete copy[key];
  return copy;
}
