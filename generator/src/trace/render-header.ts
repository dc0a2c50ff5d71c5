import { type Entry, textOf } from '../jsonl/entry.js';
import type { IrStore } from '../store.js';
import type { Conversation } from './conversation.js';
import { duration } from './duration.js';
import type { Figures, RuleCount } from './figures.js';
import { flow, TIE, words } from './flow.js';
import type { RenderOptions } from './render.js';

/** What a capture's first line may tell about itself, under the name a reader looks for. */
const LABELS: readonly (readonly [label: string, keys: readonly string[]])[] = [
  ['peer', ['peer', 'qemu']],
  ['driver', ['driver']],
  ['device', ['device']],
  ['bus', ['bus']],
  ['limit', ['bus_max_msg_size', 'bus_message_limit']],
  ['captured', ['captured']],
  ['left out', ['left_out']],
];

const LABEL_WIDTH = 10;

/** A paragraph about the capture: who speaks with whom, over what, and in which dialect. */
export function renderHeader(
  conversation: Pick<Conversation, 'header' | 'dialect' | 'profile'>,
  /** Null where the capture is told while it is read: nobody knows yet how long it is. */
  figures: Figures | null,
  store: IrStore,
  name: string | undefined,
  options: RenderOptions,
): string[] {
  const { header, dialect, profile } = conversation;
  const { paint, width } = options;
  const say = (label: string, text: string): string[] =>
    flow(paint.dim(label.padEnd(LABEL_WIDTH)), LABEL_WIDTH, words(text), width, LABEL_WIDTH);
  const title = header === null ? 'a capture without a header' : (textOf(header, 'trace') ?? 'a capture');
  const lines = flow('', 0, words(name === undefined ? title : `${name}: ${title}`, paint.bold), width, 2);
  for (const [label, keys] of LABELS) {
    const value =
      header === null ? undefined : keys.map((key) => saidOf(header, key)).find((text) => text !== undefined);
    if (value !== undefined) lines.push(...say(label, label === 'limit' ? `${value} bytes per message` : value));
  }
  if (dialect !== null)
    lines.push(
      ...say(
        'dialect',
        `${dialect}: ${store.dialect(dialect)?.index.ir.title ?? ''}; judged by ${profile === null ? 'no rules' : `the rules of ${profile}`}`,
      ),
    );
  if (figures !== null) {
    const span = figures.span === null ? '' : ` over ${duration(figures.span)}; times in milliseconds`;
    lines.push(...say('frames', `${figures.frames}${span}`));
  }
  return [
    ...lines,
    ...say(
      'reading',
      '“=” leads the answer; fields it repeats are left out, “same” repeats them all, “empty” has none',
    ),
  ];
}

function saidOf(header: Entry, key: string): string | undefined {
  const value = header[key];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** The closing lines: what the conversation comes to. */
export function renderFigures(figures: Figures, options: RenderOptions): string[] {
  const { paint, width } = options;
  const { frames, exchanges, events, unanswered, stray, refused, broken, surplus, findings, latency, rules, errors } =
    figures;
  const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
  const parts = [
    count(frames, 'frame', 'frames'),
    count(exchanges, 'exchange', 'exchanges'),
    count(events, 'event', 'events'),
  ];
  const bad: [number, string][] = [
    [unanswered, 'unanswered'],
    [stray, 'answering nothing'],
    [refused, 'refused'],
    [surplus, 'with surplus'],
    [broken, broken === 1 ? 'broken line' : 'broken lines'],
  ];
  parts.push(...bad.flatMap(([n, name]) => (n === 0 ? [] : [`${n} ${name}`])));
  const lines = flow('', 0, words(parts.join(', '), paint.bold), width, 2);
  if (latency !== null) {
    const { min, median, max, slowest } = latency;
    lines.push(
      ...flow(
        '',
        0,
        words(`answers after ${duration(min)} to ${duration(max)}, median ${duration(median)}; slowest: ${slowest}`),
        width,
        2,
      ),
    );
  }
  for (const each of errors) lines.push(...flow('', 0, words(told(each)), width, 8));
  if (findings === 0) return [...lines, 'no findings'];
  lines.push(paint.yellow(count(findings, 'finding', 'findings')));
  for (const each of rules) lines.push(...flow('', 0, words(told(each)), width, 8));
  return lines;
}

/** Frames that are listed for a rule; JSON has all of them. */
const LISTED = 8;

/** `   3 token (R6), frames 2, 4, 9`. */
function told({ rule, clause, count, frames }: RuleCount): string {
  const list = frames.slice(0, LISTED).join(', ');
  const which = frames.length === 0 ? '' : `, ${frames.length === 1 ? 'frame' : 'frames'} ${list}`;
  const more = frames.length > LISTED ? ', …' : '';
  return `${TIE}${TIE}${String(count).padStart(4, TIE)} ${rule}${clause === '' ? '' : ` (${clause})`}${which}${more}`;
}
