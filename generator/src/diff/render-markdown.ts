import { toHex } from '../interpret/values.js';
import type { Comparison, UnitResult } from './compare.js';
import { AXES, type Directions, type Item, type SideName, type Verdict } from './item.js';
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
  const { a, b } = view.names;
  const rows = [
    ...view.units
      .filter(({ unit }) => unit.differs || unit.aToB !== null || unit.bToA !== null)
      .map(({ unit, title, gist }) => [title, cell(unit.aToB), cell(unit.bToA), gist || 'header only']),
    ...view.carried.map(({ outcomes, names }) => [
      `${names.length} ${names.length === 1 ? 'other' : 'others'}`,
      ...outcomes,
      `header only: ${names.join(', ')}`,
    ]),
  ];
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`;
  return ['', line(['', `${a} → ${b}`, `${b} → ${a}`, 'what changed']), '| --- | --- | --- | --- |', ...rows.map(line)];
}

const cell = (verdict: Verdict | null): string => {
  const outcome = verdict?.outcome ?? '-';
  return outcome === 'misread' ? `**${outcome}**` : outcome;
};

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
  return `* **${item.kind}** \`${nameOf(item, unit)}\`: ${sidesOf(item)} (${axes})`;
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
