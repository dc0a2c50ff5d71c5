import { machineLine } from '../machine.js';
import { type Card, type CardRow, type Spread, titleOf } from './card.js';
import { WRITTEN_AS } from './control.js';

/** The card as Markdown: what it comes to, and a table per dialect. */
export function renderCard(card: Card): string {
  const dialects = [...new Set(card.bodies.flatMap((row) => row.dialects))].sort();
  const messages = card.bodies.reduce((n, row) => n + row.dialects.length, 0);
  return `${[
    '# What each message costs',
    '',
    '<!-- written by vwire bench --card: do not edit -->',
    '',
    `${messages} messages of ${dialects.length} dialects; ${card.bodies.length} are code of their own, the others are shared and measured once.`,
    `[How it is measured](README.md#the-cost-card). ${machineLine(card.machine)}; esbuild ${card.esbuild}; processes per message: ${card.processes}.`,
    '',
    '* **wire**: bytes of the smallest and largest message; `+`: only the size field of the header, or a limit of the dialect, bounds it.',
    '* **code**: all of the module, imported by its sub-path: minified / gzipped bytes. Readers and encoders that are not used are left out by a bundler.',
    '* **decode**, **encode**: time as a ratio to hand style that checks nothing, below 1 is faster; in brackets the quartiles.',
    '* **allocated**: bytes per decoded / encoded message.',
    '',
    ...summary(card.bodies),
    '',
    'The baseline is derived; for messages that are also written by hand in `bench/src/hand.ts`, that code against the derived one:',
    '',
    '| hand.ts × derived | decode | encode |',
    '| --- | --: | --: |',
    ...[...card.control]
      .sort((a, b) => (WRITTEN_AS[a.name]! < WRITTEN_AS[b.name]! ? -1 : 1))
      .map((row) => `| ${WRITTEN_AS[row.name]} | ${cell(row.decode)} | ${cell(row.encode)} |`),
    '',
    ...dialects.flatMap((dialect) => section(dialect, card.bodies)),
  ].join('\n')}\n`;
}

const OPS = ['decode', 'encode'] as const;

function summary(rows: readonly CardRow[]): string[] {
  const at = (list: readonly number[], q: number): string => ratio(list[Math.floor((list.length - 1) * q)] ?? 0);
  return [
    '| × hand style, over messages with code of their own | least | quartile | median | quartile | most | the most expensive |',
    '| --- | --: | --: | --: | --: | --: | --- |',
    ...OPS.map((op) => {
      const sorted = [...rows].sort((a, b) => a[op].ratio - b[op].ratio);
      const ratios = sorted.map((row) => row[op].ratio);
      const worst = sorted
        .slice(-3)
        .reverse()
        .map((row) => `\`${titleOf(row)}\``);
      return `| ${op} | ${[0, 0.25, 0.5, 0.75, 1].map((q) => at(ratios, q)).join(' | ')} | ${worst.join(', ')} |`;
    }),
  ];
}

function section(dialect: string, rows: readonly CardRow[]): string[] {
  const own = rows.filter((row) => row.dialects.includes(dialect));
  return [
    `<details><summary>${dialect}: ${own.length} messages</summary>`,
    '',
    '| message | wire | code | decode | encode | allocated |',
    '| --- | --: | --: | --: | --: | --: |',
    ...own
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(
        (row) =>
          `| ${row.name} | ${wire(row)} | ${row.minified} / ${row.gzipped} | ${cell(row.decode)} | ${cell(row.encode)} | ${row.decode.bytesPerOp} / ${row.encode.bytesPerOp} |`,
      ),
    '',
    '</details>',
    '',
  ];
}

const wire = ({ wire: { min, max } }: CardRow): string =>
  max === null ? `${min}+` : max === min ? `${min}` : `${min}–${max}`;

const ratio = (value: number): string => (value < 10 ? value.toFixed(2) : value.toPrecision(3));

const cell = (spread: Spread): string => {
  const median = ratio(spread.ratio);
  return `${spread.ratio <= 1 ? `**${median}**` : median} (${ratio(spread.low)}–${ratio(spread.high)})`;
};
