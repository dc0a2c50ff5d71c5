import { readCapture } from '../capture/lines.js';
import { textLines } from '../capture/reader.js';
import {
  contextOf,
  type DecodedEntry,
  decodeFrame,
  entryError,
  type Resolved,
  resolveEntry,
} from '../jsonl/decode-entry.js';
import { type Defaults, defaultsFrom, type Entry, textOf } from '../jsonl/entry.js';
import { type Frame, framesOf } from '../jsonl/frames.js';
import type { Context } from '../rules/finding.js';
import type { IrStore } from '../store.js';
import { factsOf, timeOf, unitOf } from './capture.js';
import type { Conversation, Exchange, Fact, Heard, Item, Matched } from './conversation.js';
import { type Envelope, envelopeOf } from './envelope.js';
import { eventAnswered, objecting, outOfOrder, tokenReuse, unmatched, withFindings } from './objections.js';
import { Waitlist } from './pairing.js';
import { Watch } from './watch.js';

export interface ConverseOptions {
  /** Dialect of frames that neither their line nor the capture's header names. */
  readonly dialect?: string | undefined;
  /** Rule profile to judge by, whatever the capture says. */
  readonly profile?: string | undefined;
}

/**
 * Turns a capture into a conversation: text, or the bytes of a file in any form. Raw bytes are cut into messages by the
 * dialect of `options`. Whatever the capture holds, it is described and never thrown.
 */
export function converse(store: IrStore, capture: string | Uint8Array, options: ConverseOptions = {}): Conversation {
  const listener = new Listener(store, options);
  const { index } = store.dialect(options.dialect ?? '') ?? {};
  const { lines, counted } =
    typeof capture === 'string'
      ? { lines: textLines(capture), counted: 'line' as const }
      : readCapture(capture, { index });
  for (const line of lines) {
    if ('entry' in line) listener.hear(line.entry, line.line);
    else listener.items.push({ kind: 'broken', line: line.line, error: line.error, frames: 0 });
  }
  return {
    header: listener.header,
    dialect: listener.dialect,
    profile: listener.profile,
    items: listener.items,
    lines: lines.length,
    counted,
  };
}

class Listener {
  readonly items: Item[] = [];
  header: Entry | null = null;
  dialect: string | null = null;
  profile: string | null = null;
  readonly #waiting = new Waitlist();
  readonly #watch = new Watch();
  /** Per device the latest of its requests that has an answer. */
  #answered = new Map<number, number>();
  #frames = 0;
  #defaults: Defaults;
  #unit = 1000;
  #session: string | undefined;

  constructor(
    readonly store: IrStore,
    readonly options: ConverseOptions,
  ) {
    this.#defaults = { dialect: options.dialect, context: {} };
  }

  hear(entry: Entry, line: number): void {
    const frames = framesOf(entry);
    const time = timeOf(entry, this.#unit);
    this.#open(entry, line, time);
    if (frames.length === 0) {
      if (textOf(entry, 'dialect') !== undefined && !('hex' in entry)) this.#header(entry, line);
      else this.#frameless(entry, line, time);
      return;
    }
    const resolved = resolveEntry(this.store, entry, this.#defaults, this.options.profile);
    if ('error' in resolved) {
      this.items.push({ kind: 'broken', line, error: resolved.error, frames: frames.length });
      return;
    }
    this.dialect ??= resolved.index.ir.dialect;
    this.profile ??= resolved.profile?.name ?? null;
    const context = contextOf(entry, this.#defaults);
    const heard = new LineOfFrames(entry, line, time, resolved, context, this.#watch, () => ++this.#frames);
    const paired = frames.find((f) => f.at === 'req');
    if (paired !== undefined)
      this.items.push(
        heard.pair(
          paired,
          frames.find((f) => f.at === 'resp'),
        ),
      );
    else for (const frame of frames) this.#frame(heard, frame);
    if (textOf(entry, 'case') !== undefined) {
      this.#forget();
      this.#outcome(entry, line, time);
    }
  }

  /** A capture of sessions or cases meets a fresh peer in each: no answer crosses from one to the next. */
  #open(entry: Entry, line: number, time: number | null): void {
    const session = textOf(entry, 'session');
    const pre = textOf(entry, 'pre');
    const named = textOf(entry, 'case');
    const text = named === undefined ? session : pre === undefined ? named : `${named}  [${pre}]`;
    if (text === undefined || (named === undefined && session === this.#session)) return;
    this.#session = session;
    this.#forget();
    this.items.push({ kind: 'section', line, time, text });
  }

  #forget(): void {
    this.#waiting.forget();
    this.#watch.forget();
    this.#answered = new Map();
  }

  #header(entry: Entry, line: number): void {
    this.#defaults = defaultsFrom(entry, this.#defaults);
    this.#unit = unitOf(entry);
    this.#forget();
    if (this.header === null) this.header = entry;
    else
      this.items.push({
        kind: 'section',
        line,
        time: null,
        text: `${textOf(entry, 'trace') ?? 'capture'}: ${textOf(entry, 'dialect') ?? ''}`,
      });
  }

  #frameless(entry: Entry, line: number, time: number | null): void {
    if ('hex' in entry) {
      const got = JSON.stringify(entry.hex) ?? 'nothing';
      this.items.push({
        kind: 'broken',
        line,
        error: entryError('bad_hex', 'hex', got.slice(0, 64), 'a string of hexadecimal digits'),
        frames: 0,
      });
      return;
    }
    const note = textOf(entry, 'note');
    if (note !== undefined) this.items.push({ kind: 'note', line, time, text: note });
    const facts = factsOf(entry);
    if (facts.length > 0) this.items.push({ kind: 'facts', line, time, facts });
  }

  /** What became of a case is about all of its frames, so that it follows them. */
  #outcome(entry: Entry, line: number, time: number | null): void {
    const note = textOf(entry, 'note');
    const facts: Fact[] = [...(note === undefined ? [] : [['note', note] as const]), ...factsOf(entry)];
    if (facts.length > 0) this.items.push({ kind: 'facts', line, time, facts });
  }

  /** R10: where the text wants answers in the order of the requests, what overtook this one is named. */
  #inOrder({ index, profile }: Resolved, answer: Heard, request: Heard): Heard {
    if (request.device === null || request.body?.class !== 'transport') return answer;
    const last = this.#answered.get(request.device) ?? 0;
    this.#answered.set(request.device, Math.max(last, request.number));
    if (profile?.answers !== 'in_order' || request.number > last) return answer;
    return objecting(answer, outOfOrder(index, request.number, last));
  }

  #stray(line: LineOfFrames, frame: Frame, envelope: Envelope): Heard {
    const { index } = line.resolved;
    const asked = index.at(envelope.class, envelope.id);
    const event = asked.length > 0 && asked.every((body) => body.kind === 'event');
    return objecting(line.heard(frame, envelope), event ? eventAnswered(index) : unmatched(index));
  }

  #frame(line: LineOfFrames, frame: Frame): void {
    const envelope = envelopeOf(line.resolved.index, frame.hex, frame.direction);
    if (envelope?.kind === 'response') {
      const asked = this.#waiting.answer(envelope, frame.direction);
      if (asked === null) this.items.push({ kind: 'stray', frame: this.#stray(line, frame, envelope) });
      else {
        const answer = line.answer(frame, envelope, asked.exchange.request);
        settle(asked.exchange, this.#inOrder(line.resolved, answer, asked.exchange.request), asked.matched);
      }
      return;
    }
    const heard = line.heard(frame, envelope);
    if (envelope?.kind === 'request') {
      const { index, profile } = line.resolved;
      const reused = profile?.token === 'correlation' && this.#waiting.waits(envelope, frame.direction);
      const request = reused ? objecting(heard, tokenReuse(index, envelope)) : heard;
      const exchange: Exchange = { kind: 'exchange', request, response: null, matched: null, latency: null };
      this.#waiting.ask(exchange, envelope);
      this.items.push(exchange);
    } else this.items.push({ kind: envelope?.kind === 'event' ? 'event' : 'unknown', frame: heard });
  }
}

function settle(exchange: Exchange, response: Heard, matched: Matched): void {
  const { time } = exchange.request;
  exchange.response = response;
  exchange.matched = matched;
  exchange.latency = time === null || response.time === null ? null : response.time - time;
}

/** The frames of one line and what the line says about all of them. */
class LineOfFrames {
  constructor(
    readonly entry: Entry,
    readonly line: number,
    readonly time: number | null,
    readonly resolved: Resolved,
    readonly context: Context,
    readonly watch: Watch,
    /** The number of the next frame. */
    readonly next: () => number,
  ) {}

  heard(frame: Frame, envelope: Envelope | null, request: Context = {}): Heard {
    const { index, profile } = this.resolved;
    const number = this.next();
    const context = { ...request, ...this.watch.context(envelope?.device ?? null, this.context) };
    // Names of a line belong to its one frame; a kind alone settles what a header without response bit leaves open.
    const names: Entry = frame.at === 'hex' ? this.entry : {};
    const entry = envelope?.kind != null && names.kind === undefined ? { ...names, kind: envelope.kind } : names;
    const alone: DecodedEntry = decodeFrame(this.resolved, entry, frame.hex, frame.direction, context);
    const { direction } = frame;
    const device = envelope?.device ?? null;
    const heard = this.watch.hear({ index, decoded: alone, direction, device, profile });
    const decoded = profile === null ? alone : withFindings(alone, heard);
    const { line, time } = this;
    const own = frame.at !== 'resp' && textOf(this.entry, 'case') === undefined;
    return {
      number,
      line,
      at: frame.at,
      hex: frame.hex,
      direction: frame.direction,
      time,
      index,
      body: index.byKey(`${decoded.class}.${decoded.message}.${decoded.kind}`) ?? null,
      decoded,
      device: envelope?.device ?? null,
      token: envelope?.token ?? null,
      note: own ? (textOf(this.entry, 'what') ?? textOf(this.entry, 'note') ?? null) : null,
      facts: own ? factsOf(this.entry) : [],
    };
  }

  /** A response, judged with the request it answers in sight. */
  answer(frame: Frame, envelope: Envelope | null, request: Heard): Heard {
    const { index } = this.resolved;
    const id = request.decoded.header?.[index.idField.name];
    const asked = id === undefined ? undefined : { ...request.decoded.header, fields: request.decoded.fields };
    return this.heard(frame, envelope, asked === undefined ? {} : { request: asked });
  }

  /** Two frames that the capture itself pairs. */
  pair(request: Frame, response: Frame | undefined): Item {
    const { index } = this.resolved;
    const envelope = envelopeOf(index, request.hex, request.direction);
    const asked = this.heard(request, envelope);
    if (response === undefined && envelope?.kind !== 'request')
      return { kind: envelope?.kind === 'event' ? 'event' : 'unknown', frame: asked };
    const exchange: Exchange = { kind: 'exchange', request: asked, response: null, matched: null, latency: null };
    if (response !== undefined) {
      const answer = this.answer(response, envelopeOf(index, response.hex, response.direction), asked);
      settle(exchange, asked.body?.kind === 'event' ? objecting(answer, eventAnswered(index)) : answer, 'line');
    }
    return exchange;
  }
}
