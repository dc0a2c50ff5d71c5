import type { CaptureLine } from '../capture/lines.js';
import { contextOf, entryError, type Resolved, resolveEntry } from '../jsonl/decode-entry.js';
import { type Defaults, defaultsFrom, type Entry, textOf } from '../jsonl/entry.js';
import { type Frame, framesOf } from '../jsonl/frames.js';
import type { IrStore } from '../store.js';
import { factsOf, timeOf, unitOf } from './capture.js';
import type { Exchange, Fact, Heard, Item } from './conversation.js';
import type { ConverseOptions } from './converse.js';
import { type Envelope, envelopeOf } from './envelope.js';
import { LineOfFrames, latencyOf, settle } from './line-frames.js';
import { eventAnswered, objecting, outOfOrder, tokenReuse, unmatched } from './objections.js';
import { type Bounds, Waitlist } from './pairing.js';
import { Watch } from './watch.js';

/** Hears a capture line by line, and pairs what it hears. */
export class Listener {
  /** What was heard, in the order of the requests; whoever tells a capture while it is read takes the first of them away. */
  items: Item[] = [];
  /** Exchanges that were told as unanswered. */
  readonly #told = new WeakSet<Exchange>();
  header: Entry | null = null;
  dialect: string | null = null;
  profile: string | null = null;
  readonly #waiting: Waitlist;
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
    bounds?: Bounds,
  ) {
    this.#waiting = new Waitlist(bounds);
    this.#defaults = { dialect: options.dialect, context: {} };
  }

  /** A line of a capture, however it was written. */
  line(line: CaptureLine): void {
    if ('entry' in line) this.hear(line.entry, line.line);
    else this.items.push({ kind: 'broken', line: line.line, error: line.error, frames: 0 });
  }

  /**
   * Items whose telling nothing can change any more, with at most `held` left waiting behind an open request; what is
   * taken away from it as unanswered has its answer later, as an item of its own.
   */
  take(held: number): Item[] {
    let n = 0;
    for (; n < this.items.length; n++) {
      const item = this.items[n] as Item;
      if (item.kind !== 'exchange' || item.response !== null) continue;
      if (this.items.length - n <= held) break;
      this.#told.add(item);
    }
    const taken = this.items.slice(0, n);
    this.items = this.items.slice(n);
    return taken;
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
        const { exchange, matched } = asked;
        const judged = this.#inOrder(line.resolved, answer, exchange.request);
        if (this.#told.has(exchange))
          this.items.push({
            kind: 'late',
            request: exchange.request,
            frame: judged,
            matched,
            latency: latencyOf(exchange.request, judged),
          });
        else settle(exchange, judged, matched);
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
