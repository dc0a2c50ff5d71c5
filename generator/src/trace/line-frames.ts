import { type DecodedEntry, decodeFrame, type Resolved } from '../jsonl/decode-entry.js';
import { type Entry, textOf } from '../jsonl/entry.js';
import type { Frame } from '../jsonl/frames.js';
import type { Context } from '../rules/finding.js';
import { factsOf } from './capture.js';
import type { Exchange, Heard, Item, Matched } from './conversation.js';
import { type Envelope, envelopeOf } from './envelope.js';
import { eventAnswered, objecting, withFindings } from './objections.js';
import type { Watch } from './watch.js';

export function settle(exchange: Exchange, response: Heard, matched: Matched): void {
  exchange.response = response;
  exchange.matched = matched;
  exchange.latency = latencyOf(exchange.request, response);
}

export const latencyOf = ({ time }: Heard, response: Heard): number | null =>
  time === null || response.time === null ? null : response.time - time;

/** The frames of one line and what the line says about all of them. */
export class LineOfFrames {
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
