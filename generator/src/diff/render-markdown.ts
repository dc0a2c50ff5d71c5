import { toHex } from '../interpret/values.js';
import type { Comparison, UnitResult } from './compare.js';
import { AXES, type Directions, type Item, type Outcome, type SideName, type Verdict } from './item.js';
import { arrows, rowsOf } from './render-table.js';
import { type Names, tellOutcome, tellWitness } from './tell.js';
import { nameOf, sidesOf, type View, viewOf } from './view.js';

/** A comparison as Markdown that survives a mail: a table of what breaks, then each difference with its bytes. */
export function renderMarkdown(
  comparison: Comparison,
  options: { readonly summary?: boolean | undefined } = {},
): string {
  const view = viewOf(comparison);
  const head = [`## ${comparison.a} → ${comparison.b}`, '', `${sentence(view.headline)}`];
  const details = options.summary === true ? [] : [...whole(view), ...units(view), ...quiet(view)];
  return `${[...head, ...table(view), ...details].join('\n')}\n`;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function table(view: View): string[] {
  const rows = rowsOf(view);
  if (rows.length === 0) return [];
  const { a, b } = arrows(view.names);
  const line = (cells: readonly string[]): string => `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`;
  const cell = (outcome: Outcome | null): string => (outcome === 'misread' ? '**misread**' : (outcome ?? '-'));
  return [
    '',
    line(['', a, b, 'what changed']),
    '| --- | --- | --- | --- |',
    ...rows.map(({ title, cells, gist }) => line([title, cell(cells[0]), cell(cells[1]), gist])),
  ];
}

function whole({ whole: items, names }: View): string[] {
  if (items.length === 0) return [];
  const told = items.flatMap((item) => [bullet(item, null), ...directions(item, names, item)]);
  return ['', '### Header, framing and constants', '', ...told];
}

const units = ({ units: all, names }: View): string[] =>
  all.flatMap(({ unit, title, items }) => [
    '',
    `### ${title}`,
    '',
    ...items.map((item) => bullet(item, unit)),
    ...directions(unit, names),
  ]);

const quiet = ({ quiet: items }: View): string[] =>
  items.length === 0 ? [] : ['', '### Without a change of bytes', '', ...items.map((item) => bullet(item, null))];

function bullet(item: Item, unit: UnitResult | null): string {
  const axes = AXES.filter((axis) => item[axis] !== 'same').join(', ');
  const name = nameOf(item, unit);
  return `* **${item.kind}** ${name === '' ? '' : `\`${name}\`: `}${sidesOf(item)} (${axes})`;
}

const directions = (of: Directions, names: Names, item?: Item): string[] => [
  ...direction('a', of.aToB, names, item),
  ...direction('b', of.bToA, names, item),
];

function direction(sender: SideName, verdict: Verdict | null, names: Names, item?: Item): string[] {
  if (verdict === null) return [];
  const { witness, outcome } = verdict;
  const [from, to] = sender === 'a' ? [names.a, names.b] : [names.b, names.a];
  if (outcome === 'same') return [`  * ${from} → ${to}: read as sent`];
  const bytes = `these ${witness.bytes.length} bytes \`${toHex(witness.bytes)}\``;
  return [`  * ${from} → ${to}: **${tellOutcome(verdict)}**; ${bytes}: ${tellWitness(witness, names, item)}`];
}
