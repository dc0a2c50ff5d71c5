import { HexScratch } from '../interpret/hex-scratch.js';
import type { Direction } from '../rules/finding.js';
import type { IrStore } from '../store.js';
import { MessageCounter } from '../stream/message-counter.js';
import type { Place, Tally } from '../stream/tally.js';
import { timeOf, unitOf } from '../trace/capture.js';
import { contextOf, decodeFrame, type EntryError, type Resolved } from './decode-entry.js';
import type { LineOptions } from './decode-lines.js';
import { type Defaults, defaultsFrom, type Entry, textOf } from './entry.js';
import { framesOf } from './frames.js';
import { isHexLine } from './hex-line.js';
import { decodeLayoutEntry, findLayout, isLayoutEntry } from './layout-entry.js';
import { parseLine } from './parse-line.js';
import { Resolver } from './resolver.js';
import { decodeStructEntry, findStruct, isStructEntry } from './struct-entry.js';

/** Counts what `LineDecoder` would answer, line after line, and answers nothing. */
export class LineCounter {
  readonly #resolver: Resolver;
  readonly #counters = new WeakMap<Resolved, MessageCounter>();
  readonly #scratch = new HexScratch();
  #defaults: Defaults;
  #input = '';
  #line = 0;
  /** Milliseconds per unit of the input's clock. */
  #unit = 1000;
  readonly #where = (): Place => ({ input: this.#input, line: this.#line });

  constructor(
    readonly store: IrStore,
    readonly options: LineOptions,
    readonly tally: Tally,
  ) {
    this.#resolver = new Resolver(store, options);
    this.#defaults = { dialect: options.dialect, context: {} };
  }

  /** What follows is of another input, from its first line on. */
  begin(input: string): void {
    this.#input = input;
    this.#line = 0;
    this.#unit = 1000;
  }

  line(text: string): void {
    this.#line++;
    this.tally.lines++;
    const parsed = parseLine(text);
    if ('entry' in parsed) this.#entry(parsed.entry);
    else this.tally.refuse(parsed.error.code, this.#where);
  }

  /** Hexadecimal text that is no line of JSON: of an argument, or of a text file. */
  hex(text: string, direction: Direction | null): void {
    this.#line++;
    if (isHexLine(text)) this.#frame(NOTHING, text, direction);
  }

  /** For frames that come as bytes, in the dialect of this name, else in the default one; null where there is none. */
  counterFor(dialect: string | null): MessageCounter | null {
    const named = dialect === null ? null : this.#resolver.resolve({ dialect }, this.#defaults);
    if (named !== null && 'index' in named) return this.#counterOf(named);
    const resolved = this.#resolver.resolve(NOTHING, this.#defaults);
    return 'error' in resolved ? null : this.#counterOf(resolved);
  }

  #entry(entry: Entry): void {
    if ('hex' in entry && (isStructEntry(entry) || isLayoutEntry(entry))) {
      this.#struct(entry);
      return;
    }
    const frames = framesOf(entry);
    if (frames.length === 0) {
      if (textOf(entry, 'dialect') !== undefined) {
        this.#defaults = defaultsFrom(entry, this.#defaults);
        this.#unit = unitOf(entry);
      }
      if ('hex' in entry) this.tally.refuse('bad_hex', this.#where);
      return;
    }
    const { pairs } = this.tally;
    if (pairs !== null) pairs.time = timeOf(entry, this.#unit) ?? Number.NaN;
    // Names of a line with several frames belong to its request alone.
    const named = frames.length === 1 && frames[0]?.at === 'hex';
    for (const { hex, direction } of frames) this.#frame(entry, hex, direction, named);
  }

  #frame(entry: Entry, hex: string, direction: Direction | null, named = false): void {
    const resolved = this.#resolver.resolve(entry, this.#defaults);
    if ('error' in resolved) {
      this.tally.messages++;
      this.tally.refuse(resolved.error.code, this.#where);
      return;
    }
    const context = contextOf(entry, this.#defaults);
    const length = this.#scratch.read(hex);
    if (length < 0 || (named && hasNames(entry))) {
      this.#slowly(resolved, named ? entry : NOTHING, hex, direction, context);
      return;
    }
    this.#counterOf(resolved).count(this.#scratch.view, 0, length, length, direction, context, this.#where);
  }

  #struct(entry: Entry): void {
    const { tally, store, options } = this;
    const context = contextOf(entry, this.#defaults);
    const about = isStructEntry(entry);
    const decoded = about
      ? decodeStructEntry(store, entry, context, options)
      : decodeLayoutEntry(store, entry, this.#defaults, context, options);
    tally.messages++;
    if (isRefusal(decoded)) {
      tally.refuse(decoded.error.code, this.#where);
      return;
    }
    const named = about ? findStruct(store, entry) : findLayout(store, entry, this.#defaults);
    const bytes = (decoded.size ?? 0) + (decoded.surplus?.length ?? 0);
    tally.bytes += bytes;
    if (!('error' in named)) tally.struct(named.index.ir.family, named.shape?.key ?? named.struct.name, bytes);
    for (const { rule } of decoded.findings ?? []) tally.find(rule, this.#where);
  }

  /** Names may select another body than the header does, and odd spellings of digits are for the decoder to judge. */
  #slowly(
    resolved: Resolved,
    entry: Entry,
    hex: string,
    direction: Direction | null,
    context: ReturnType<typeof contextOf>,
  ): void {
    const { tally } = this;
    const decoded = decodeFrame(resolved, entry, hex, direction, context);
    const bytes = decoded.error?.code === 'bad_hex' ? 0 : hex.replace(/0x|[^0-9a-f]/gi, '').length >> 1;
    const { bodies } = resolved.index.ir;
    const body = bodies.findIndex(
      (b) => b.class === decoded.class && b.message === decoded.message && b.kind === decoded.kind,
    );
    tally.messages++;
    tally.bytes += bytes;
    if (decoded.error !== undefined) tally.refuse(decoded.error.code, this.#where);
    else this.#counterOf(resolved).add(body, bytes);
    for (const { rule } of decoded.findings ?? []) tally.find(rule, this.#where);
  }

  #counterOf(resolved: Resolved): MessageCounter {
    let counter = this.#counters.get(resolved);
    if (counter === undefined) {
      counter = new MessageCounter(resolved.index, resolved.profile, this.tally);
      this.#counters.set(resolved, counter);
    }
    return counter;
  }
}

/** A refused entry has nothing but its error. */
const isRefusal = (decoded: object): decoded is { readonly error: EntryError } =>
  'error' in decoded && decoded.error !== undefined;

const NOTHING: Entry = {};

const hasNames = (entry: Entry): boolean =>
  entry.class !== undefined || entry.message !== undefined || entry.kind !== undefined;
