import { hexId } from '../ir/spell-id.js';
import { Latencies } from '../stream/latencies.js';
import { type Conversation, framesIn, type Heard, type Item } from './conversation.js';

/** What a conversation comes to. */
export interface Figures {
  readonly lines: number;
  readonly frames: number;
  readonly exchanges: number;
  readonly events: number;
  readonly unanswered: number;
  /** Responses that answer nothing. */
  readonly stray: number;
  /** Frames without a body: refused by the codec, or standing in a line that could not be read. */
  readonly refused: number;
  /** Lines that could not be read; each is a finding too, under the code of its error. */
  readonly broken: number;
  readonly surplus: number;
  readonly findings: number;
  /** Findings by rule, the most frequent first. */
  readonly rules: readonly RuleCount[];
  /** Frames without a body by error code, the most frequent first; the clause is the rule that they break. */
  readonly errors: readonly RuleCount[];
  /** Milliseconds from request to response. */
  readonly latency: {
    readonly min: number;
    readonly median: number;
    readonly max: number;
    readonly slowest: string;
  } | null;
  /** Milliseconds from first to last frame. */
  readonly span: number | null;
}

/** How often a rule was broken, and by which frames. */
export interface RuleCount {
  readonly rule: string;
  readonly clause: string;
  readonly count: number;
  /** Numbers of the frames, each once; empty for lines that could not be read. */
  readonly frames: readonly number[];
}

/** What the codec refuses, as the rules say it (virtio-msg-wire, section 8). */
const CLAUSES: Readonly<Record<string, string>> = {
  unknown_id: 'R1, R11',
  ambiguous: 'R1',
  short_header: 'R3',
  size_below_header: 'R3',
  truncated: 'R3',
  frame_size: 'R3',
  short_body: 'R3, R11',
  short_tail: 'R3, R11',
};

/** What a counter keeps of what it counts. */
export interface Kept {
  /** Frames listed per rule. */
  readonly frames: number;
  /** Whether every latency is kept, for a median that is exact, or counted, for one that is at most a tenth too high. */
  readonly latencies: 'all' | 'counted';
}

const ALL: Kept = { frames: Number.POSITIVE_INFINITY, latencies: 'all' };

export function figuresOf({ items, lines }: Pick<Conversation, 'items' | 'lines'>): Figures {
  const counter = new FigureCounter(ALL);
  counter.add(items);
  return counter.figures(lines);
}

/** Counts items as they come; none of them is kept. */
export class FigureCounter {
  #frames = 0;
  #exchanges = 0;
  #events = 0;
  #unanswered = 0;
  #stray = 0;
  #refused = 0;
  #broken = 0;
  #surplus = 0;
  readonly #rules = new Map<string, RuleEntry>();
  readonly #errors = new Map<string, RuleEntry>();
  readonly #counted = new Latencies();
  readonly #all: number[] = [];
  #slowest = '';
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #times = 0;

  constructor(readonly kept: Kept) {}

  add(items: readonly Item[]): void {
    for (const item of items) {
      for (const frame of framesIn(item)) this.#frame(frame);
      if (item.kind === 'exchange') {
        if (item.request.body?.kind !== 'event') this.#exchanges++;
        if (item.response === null) this.#unanswered++;
        this.#took(item.latency, item.request);
      } else if (item.kind === 'late') {
        this.#unanswered--;
        this.#took(item.latency, item.request);
      } else if (item.kind === 'stray') this.#stray++;
      else if (item.kind === 'broken') {
        this.#broken++;
        this.#frames += item.frames;
        this.#refused += item.frames;
        this.#count(this.#rules, item.error.code, '', null);
      }
    }
  }

  figures(lines: number): Figures {
    const rules = sorted(this.#rules);
    return {
      lines,
      frames: this.#frames,
      exchanges: this.#exchanges,
      events: this.#events,
      unanswered: this.#unanswered,
      stray: this.#stray,
      refused: this.#refused,
      broken: this.#broken,
      surplus: this.#surplus,
      findings: rules.reduce((sum, r) => sum + r.count, 0),
      rules,
      errors: sorted(this.#errors),
      latency: this.#latency(),
      span: this.#times < 2 ? null : this.#last - this.#first,
    };
  }

  #frame({ body, decoded, number, time }: Heard): void {
    this.#frames++;
    if (body?.kind === 'event') this.#events++;
    if (decoded.surplus !== undefined) this.#surplus++;
    const { error, findings } = decoded;
    if (error !== undefined) {
      this.#refused++;
      this.#count(this.#errors, error.code, CLAUSES[error.code] ?? '', number);
    }
    for (const { rule, clause } of findings ?? []) this.#count(this.#rules, rule, clause, number);
    if (time === null) return;
    this.#times++;
    this.#first = Math.min(this.#first, time);
    this.#last = Math.max(this.#last, time);
  }

  #count(into: Map<string, RuleEntry>, rule: string, clause: string, frame: number | null): void {
    const key = `${rule} ${clause}`;
    const there = into.get(key) ?? { rule, clause, count: 0, frames: [] };
    into.set(key, there);
    there.count++;
    if (frame !== null && there.frames.length < this.kept.frames) there.frames.push(frame);
  }

  #took(latency: number | null, request: Heard): void {
    if (latency === null) return;
    if (latency >= this.#counted.max) this.#slowest = nameOfFrame(request);
    this.#counted.add(latency);
    if (this.kept.latencies === 'all') this.#all.push(latency);
  }

  #latency(): Figures['latency'] {
    const { min, max, count } = this.#counted;
    if (count === 0) return null;
    const median =
      this.kept.latencies === 'all' ? this.#all.sort((a, b) => a - b)[count >> 1] : this.#counted.within(0.5);
    return { min, median: median ?? max, max, slowest: this.#slowest };
  }
}

type RuleEntry = { -readonly [K in keyof RuleCount]: RuleCount[K] } & { readonly frames: number[] };

/** Answers are told with their requests, so that frames do not come in their order. */
function sorted(found: ReadonlyMap<string, RuleEntry>): RuleCount[] {
  return [...found.values()]
    .map((r) => ({ ...r, frames: [...new Set(r.frames)].sort((a, b) => a - b) }))
    .sort((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0));
}

/** `GET_VQUEUE`, `bus PING`: the class is said where it is not the usual one; ids alone where nothing has them. */
export function nameOfFrame(frame: Heard): string {
  const { decoded, index } = frame;
  if (frame.body !== null)
    return frame.body.class === 'transport' ? frame.body.message : `${frame.body.class} ${frame.body.message}`;
  const { header } = decoded;
  if (header === undefined) return '(no header)';
  const { type, id } = index.announcedBy((field) => Number(header[field.name]));
  const known = index.at(type, id)[0];
  const name = index.classOf(type);
  const text = known?.message ?? hexId(id);
  return name === 'transport' ? text : `${name} ${text}`;
}
