import { duration } from '../trace/duration.js';
import type { Pairs } from './pairs.js';
import type { Place, Tally } from './tally.js';

/** A tally as JSON. */
export function summaryJson(tally: Tally): Record<string, unknown> {
  return {
    messages: tally.messages,
    bytes: tally.bytes,
    ...(tally.lines === 0 ? {} : { lines: tally.lines }),
    bodies: tally.bodies,
    refused: [...tally.refused].map(([code, { count, first }]) => ({ code, count, first })),
    findings: [...tally.findings].map(([rule, { count, first }]) => ({ rule, count, first })),
    ...(tally.pairs === null ? {} : { pairs: pairsJson(tally.pairs) }),
  };
}

/** Milliseconds; shares of the answers are rounded up to at most a tenth more. */
function pairsJson(pairs: Pairs): Record<string, unknown> {
  const { exchanges, unanswered, stray, reused, min, max } = pairs;
  const median = pairs.within(0.5);
  const latency = median === null ? null : { min, median, p99: pairs.within(0.99), max };
  return { exchanges, unanswered, stray, reused, latency };
}

/** Requests, responses and latency in words. */
export function pairsLine(pairs: Pairs): string {
  const { exchanges, unanswered, stray, reused, min, max } = pairs;
  const told = [
    count(exchanges, 'request'),
    `${grouped(unanswered)} unanswered`,
    `${grouped(stray)} answers to nothing`,
    ...(reused === 0 ? [] : [`${grouped(reused)} under a token in use`]),
  ].join(', ');
  const [median, most] = [pairs.within(0.5), pairs.within(0.99)];
  if (median === null || most === null) return told;
  return `${told}; answers after ${duration(min)} to ${duration(max)}, half within ${duration(median)}, 99 % within ${duration(most)}`;
}

/** A table of the summary as people read it; the columns in `right` align at their right edge. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly right: readonly number[];
}

const grouped = (n: number): string => n.toLocaleString('en-US');

export function summaryLine({ messages, bytes, lines }: Tally): string {
  const told = `${count(messages, 'message')}, ${count(bytes, 'byte')}`;
  return lines === 0 ? told : `${told} in ${count(lines, 'line')}`;
}

const count = (n: number, unit: string): string => `${grouped(n)} ${unit}${n === 1 ? '' : 's'}`;

/** What was counted: bodies, then refusals and findings where there are any. */
export function summaryTables(tally: Tally): Table[] {
  const { bodies } = tally;
  const several = new Set(bodies.map((b) => b.dialect)).size > 1;
  const tables: Table[] = [
    {
      head: ['body', 'messages', 'share', 'bytes'],
      rows: bodies.map((b) => [
        several ? `${b.dialect} ${b.key}` : b.key,
        grouped(b.messages),
        `${((100 * b.messages) / tally.messages).toFixed(1)} %`,
        grouped(b.bytes),
      ]),
      right: [1, 2, 3],
    },
    seenTable('refused', tally.refused),
    seenTable('finding', tally.findings),
  ];
  return tables.filter((t) => t.rows.length > 0);
}

const seenTable = (name: string, seen: Tally['refused']): Table => ({
  head: [name, 'times', 'first at'],
  rows: [...seen].sort(([, a], [, b]) => b.count - a.count).map(([code, s]) => [code, grouped(s.count), at(s.first)]),
  right: [1],
});

function at({ input, offset, line }: Place): string {
  const where = offset === undefined ? (line === undefined ? '' : `line ${line}`) : `byte ${offset}`;
  return `${where} of ${input === '-' ? 'standard input' : input}`;
}
