import { machineLine } from './machine.js';
import type { Results } from './main.js';
import { majorOf } from './other-node/node-binary.js';
import { ratioText } from './render-text.js';
import type { Measured } from './task.js';

/** A row of the table in docs/performance.md. */
interface Goal {
  readonly what: string;
  /** The most it should be on Node 20, and from Node 24 on; null where nothing was set. */
  readonly goal: readonly [number, number] | null;
  readonly figure: (rows: readonly Measured[]) => number | undefined;
  /** What measures it, as `--only` takes it. */
  readonly only: string;
}

const both = (ratio: number): readonly [number, number] => [ratio, ratio];

/** The ratio to hand-written code of one row; `message` is its number. */
const ratio =
  (message: string, op: string, subject: string): Goal['figure'] =>
  (rows) =>
    rows.find((r) => r.subject === subject && r.op === op && r.message.startsWith(`${message} `))?.ratio;

/** The ratio of a row to C, both being told as ratios to hand-written code. */
const toC =
  (message: string, op: string, subject: string): Goal['figure'] =>
  (rows) => {
    const [ours, native] = [subject, 'C'].map((name) => ratio(message, op, name)(rows));
    return ours === undefined || native === undefined ? undefined : ours / native;
  };

const worstRefusal: Goal['figure'] = (rows) => {
  const refused = rows.filter((r) => r.op === 'refuse').map((r) => r.ratio);
  return refused.length === 0 ? undefined : Math.max(...refused);
};

const row = (
  what: string,
  goal: Goal['goal'],
  [message, op, subject]: readonly [string, string, string],
  word = subject,
): Goal => ({ what, goal, figure: ratio(message, op, subject), only: `${message},${word},${op}` });

const FUNCTIONS = 'free functions';
const DISPATCH = 'stream dispatch';
const M1: readonly [number, number] = [1, 0.9];

const GOALS: readonly Goal[] = [
  row('M1 EVENT_AVAIL, every field, no check', M1, ['M1', 'decode', `${FUNCTIONS}, no check`], 'no check'),
  row('M1, checked', M1, ['M1', 'decode', FUNCTIONS]),
  row('M1 by `View`, no check', [1.25, 1.1], ['M1', 'decode', 'flyweight, no check'], 'no check'),
  row('M1 by `View`, checked', null, ['M1', 'decode', 'flyweight']),
  row('M1 encode', [0.65, 0.8], ['M1', 'encode', FUNCTIONS]),
  row('M2 SET_VQUEUE decode, halves', both(0.25), ['M2', 'decode', `${FUNCTIONS}, lo/hi`], 'lo/hi'),
  row('M2 decode, bigint', both(1), ['M2', 'decode', `${FUNCTIONS}, bigint`], 'bigint'),
  row('M2 encode, halves', both(0.25), ['M2', 'encode', `${FUNCTIONS}, lo/hi`], 'lo/hi'),
  row('M2 encode, bigint', both(1), ['M2', 'encode', `${FUNCTIONS}, bigint`], 'bigint'),
  row('M3 GET_DEVICE_FEATURES decode', null, ['M3', 'decode', FUNCTIONS]),
  row('M3 encode', null, ['M3', 'encode', FUNCTIONS]),
  row('M4 SET_CONFIG, 64 bytes, decode without a view', both(0.25), ['M4', 'decode', FUNCTIONS]),
  row('M4 encode from a Uint8Array', both(0.9), ['M4', 'encode', FUNCTIONS]),
  row('M5 GET_DEVICE_INFO decode', null, ['M5', 'decode', FUNCTIONS]),
  row('M5 encode', null, ['M5', 'encode', FUNCTIONS]),
  row('M6 by `decodeStream`, halves, no views', both(0.75), ['M6', 'decode', `${DISPATCH}, lo/hi`], 'dispatch'),
  row('M6 with bigints and views', both(1), ['M6', 'decode', `${DISPATCH}, bigint, views`], 'dispatch'),
  row('M6 by one `View` per body', both(1.2), ['M6', 'decode', `${DISPATCH}, flyweight`], 'dispatch'),
  {
    what: 'M6 over the time of C (unchecked)',
    goal: [5, 3.5],
    figure: toC('M6', 'decode', `${DISPATCH}, lo/hi`),
    only: 'M6,dispatch,C',
  },
  { what: 'bad message over a good one, the worst kind', goal: both(2), figure: worstRefusal, only: 'bad' },
];

const goalText = (goal: Goal['goal']): string =>
  goal === null ? '' : [...new Set(goal)].map((most) => `${most}`).join(' / ');

/** Which command makes a run on the Node it is of. */
export const commandFor = (major: number): string => `npx vwire bench --record --node ${major}`;

/** The goals, and what each of the runs came to, as Markdown; in bold what is above its goal. One run per major version of Node. */
export function goalsTable(runs: readonly Results[]): string {
  const sorted = [...runs].sort((a, b) => majorOf(a.machine.node) - majorOf(b.machine.node));
  const cell = ({ machine, rows }: Results, { goal, figure }: Goal): string => {
    const found = figure(rows.filter((r) => !r.together));
    if (found === undefined) return '';
    const most = goal?.[majorOf(machine.node) < 24 ? 0 : 1] ?? Number.POSITIVE_INFINITY;
    return found > most ? `**${ratioText(found)}**` : ratioText(found);
  };
  return [
    `| | goal 20 / 24 | ${sorted.map(({ machine }) => `Node ${majorOf(machine.node)}`).join(' | ')} | \`--only\` |`,
    `|---|${'--:|'.repeat(sorted.length + 1)}---|`,
    ...GOALS.map(
      (goal) =>
        `| ${goal.what} | ${goalText(goal.goal)} | ${sorted.map((run) => cell(run, goal)).join(' | ')} | \`${goal.only}\` |`,
    ),
    '',
    'In bold what is above its goal. The columns are the runs of:',
    '',
    ...sorted.map(
      ({ machine, pairs }) =>
        `* \`${commandFor(majorOf(machine.node))}\`: medians of ${pairs} pairs; ${machineLine(machine)}`,
    ),
  ].join('\n');
}
