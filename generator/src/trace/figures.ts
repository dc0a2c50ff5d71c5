import { hexId } from '../ir/spell-id.js';
import { type Conversation, framesIn, type Heard } from './conversation.js';

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

export function figuresOf({ items, lines }: Conversation): Figures {
  const frames = items.flatMap(framesIn);
  const exchanges = items.filter((i) => i.kind === 'exchange');
  const broken = items.filter((i) => i.kind === 'broken');
  const unread = broken.reduce((sum, b) => sum + b.frames, 0);
  const rules = rulesOf([
    ...frames.flatMap((f) => (f.decoded.findings ?? []).map(({ rule, clause }) => ({ rule, clause, frame: f.number }))),
    ...broken.map((b) => ({ rule: b.error.code, clause: '', frame: null })),
  ]);
  const errors = rulesOf(
    frames.flatMap(({ decoded: { error }, number }) =>
      error === undefined ? [] : [{ rule: error.code, clause: CLAUSES[error.code] ?? '', frame: number }],
    ),
  );
  const times = frames.flatMap((f) => f.time ?? []);
  return {
    lines,
    frames: frames.length + unread,
    exchanges: exchanges.filter((e) => e.request.body?.kind !== 'event').length,
    events: frames.filter((f) => f.body?.kind === 'event').length,
    unanswered: exchanges.filter((e) => e.response === null).length,
    stray: items.filter((i) => i.kind === 'stray').length,
    refused: frames.filter((f) => f.decoded.error !== undefined).length + unread,
    broken: broken.length,
    surplus: frames.filter((f) => f.decoded.surplus !== undefined).length,
    findings: rules.reduce((sum, r) => sum + r.count, 0),
    rules,
    errors,
    latency: latencyOf(
      exchanges.flatMap((e) => (e.latency === null ? [] : [{ ms: e.latency, name: nameOfFrame(e.request) }])),
    ),
    span: times.length < 2 ? null : times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b)),
  };
}

function rulesOf(findings: readonly { rule: string; clause: string; frame: number | null }[]): RuleCount[] {
  const found = new Map<string, { rule: string; clause: string; count: number; frames: number[] }>();
  for (const { rule, clause, frame } of [...findings].sort((a, b) => (a.frame ?? 0) - (b.frame ?? 0))) {
    const key = `${rule} ${clause}`;
    const there = found.get(key) ?? { rule, clause, count: 0, frames: [] };
    there.count++;
    if (frame !== null && there.frames.at(-1) !== frame) there.frames.push(frame);
    found.set(key, there);
  }
  return [...found.values()].sort((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1));
}

function latencyOf(all: { ms: number; name: string }[]): Figures['latency'] {
  const sorted = all.sort((a, b) => a.ms - b.ms);
  const [first, middle, last] = [sorted[0], sorted[sorted.length >> 1], sorted[sorted.length - 1]];
  if (first === undefined || middle === undefined || last === undefined) return null;
  return { min: first.ms, median: middle.ms, max: last.ms, slowest: last.name };
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
