import { decode, isRefused } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { fromHex, spellAll, toHex } from '../interpret/values.js';
import type { Direction } from '../rules/finding.js';
import type { IrStore } from '../store.js';
import { chain } from '../translate/chain.js';
import type { Translation } from '../translate/translation.js';
import { type EntryError, entryError, resolveEntry, selection } from './decode-entry.js';
import { without } from './decode-lines.js';
import { type Defaults, defaultsFrom, type Entry, textOf } from './entry.js';
import { framesOf } from './frames.js';
import { isLayoutEntry } from './layout-entry.js';
import { parseLine } from './parse-line.js';
import { withoutReserved } from './spell-header.js';
import { isStructEntry } from './struct-entry.js';

/** A dialect under the name that it was asked for by. */
export interface NamedDialect {
  readonly name: string;
  readonly index: DialectIndex;
}

export interface TranslateLineOptions {
  /** Dialect of entries that name none. */
  readonly from?: string | undefined;
  readonly to: NamedDialect;
  /** Dialects to go by, in order. */
  readonly via?: readonly NamedDialect[] | undefined;
}

/** Translates line after line; one line in, one line out, in order, whatever the input. */
export class LineTranslator {
  readonly counts = { lines: 0, exact: 0, lossy: 0, impossible: 0, refused: 0 };
  #defaults: Defaults;

  constructor(
    readonly store: IrStore,
    readonly options: TranslateLineOptions,
  ) {
    this.#defaults = { dialect: options.from, context: {} };
  }

  /** The line's answer, as JSON text without a line break. */
  line(text: string): string {
    this.counts.lines++;
    const parsed = parseLine(text);
    if ('entry' in parsed) return JSON.stringify(this.entry(parsed.entry));
    this.counts.refused++;
    return JSON.stringify(parsed);
  }

  /**
   * An entry of the other dialect, with `verdict`, `lost`, `assumed`, and `from` for what it was. One that cannot be translated
   * stays what it is, with `why`. Lines without a frame pass through; several frames in a line give `frames`.
   */
  entry(entry: Entry): Entry {
    const frames = framesOf(entry);
    const [only] = frames;
    if ('hex' in entry && (isStructEntry(entry) || isLayoutEntry(entry)))
      return this.#refused(entry, entryError('not_a_message', 'hex', 'a struct', 'messages are translated'));
    if (only === undefined) {
      if (textOf(entry, 'dialect') !== undefined) this.#defaults = defaultsFrom(entry, this.#defaults);
      if (!('hex' in entry)) return entry;
      const got = JSON.stringify(entry.hex) ?? 'nothing';
      return this.#refused(entry, entryError('bad_hex', 'hex', got, 'a string of hexadecimal digits'));
    }
    const resolved = resolveEntry(
      this.store,
      without(entry, ['profile']),
      { ...this.#defaults, profile: undefined },
      undefined,
    );
    if ('error' in resolved) return this.#refused(entry, resolved.error);
    const { index } = resolved;
    const name = textOf(entry, 'dialect') ?? this.#defaults.dialect ?? index.ir.dialect;
    if (frames.length === 1 && only.at === 'hex') return this.#frame(entry, only.hex, only.direction, { name, index });
    return {
      ...entry,
      // Names of a line belong to its request; what the other frames are, their bytes tell.
      frames: frames.map(({ at, hex, direction }) =>
        this.#frame({ at, ...(direction === null ? {} : { dir: direction }), hex }, hex, direction, { name, index }),
      ),
    };
  }

  /** One message that is at hand as bytes. */
  message(bytes: Uint8Array, from: NamedDialect, direction: Direction | null): Translation {
    return this.#counted(chain(this.#way(from), bytes, { direction }).translation);
  }

  #way({ index }: NamedDialect): DialectIndex[] {
    return [index, ...(this.options.via ?? []).map((hop) => hop.index), this.options.to.index];
  }

  #frame(entry: Entry, hex: string, direction: Direction | null, from: NamedDialect): Entry {
    const parsed = fromHex(hex);
    if ('problem' in parsed) {
      const error = entryError('bad_hex', 'hex', hex.slice(0, 32), parsed.problem);
      return this.#refused(entry, { ...error, offset: parsed.at >> 1 });
    }
    const select = selection(from.index, entry);
    const { translation } = chain(this.#way(from), parsed.bytes, { direction, select });
    return translatedEntry(entry, this.#counted(translation), from.name, this.options.to);
  }

  #refused(entry: Entry, error: EntryError): Entry {
    this.counts.refused++;
    return { ...without(entry, OF_ANSWER), verdict: 'impossible', error };
  }

  #counted(translation: Translation): Translation {
    this.counts[translation.verdict]++;
    return translation;
  }
}

/** What an answer says anew, or what belonged to the dialect that the entry had. */
const OF_ANSWER = 'profile header fields size surplus findings error decoded verdict lost assumed why from'.split(' ');

/** An entry as the dialect `to` has it; `dialect` names the one that its bytes speak. */
export function translatedEntry(entry: Entry, translation: Translation, dialect: string, to: NamedDialect): Entry {
  if (translation.verdict === 'impossible') {
    const { verdict, why, error } = translation;
    const kept = without(entry, ['error', 'verdict', 'lost', 'assumed', 'why', 'from']);
    return { ...kept, dialect, verdict, why, ...(error === undefined ? {} : { error }) };
  }
  const { verdict, bytes, lost, assumed } = translation;
  const body = to.index.byKey(translation.to);
  const decoded = decode(to.index, bytes, () => (body === undefined ? [] : [body]));
  const { class: className, message, kind } = body ?? {};
  return {
    ...without(entry, OF_ANSWER),
    dialect: to.name,
    class: className,
    message,
    kind,
    ...(isRefused(decoded)
      ? {}
      : { header: withoutReserved(to.index.ir.header, spellAll(decoded.header)), fields: spellAll(decoded.fields) }),
    hex: toHex(bytes),
    size: bytes.length,
    verdict,
    ...(lost.length === 0 ? {} : { lost }),
    ...(assumed.length === 0 ? {} : { assumed }),
    from: { dialect, message: translation.from, hex: entry.hex },
  };
}
