import type { Paint } from '../diagnostics/render-text.js';
import { toHex } from '../interpret/values.js';
import { flow, words } from '../trace/flow.js';
import type { Comparison, UnitResult } from './compare.js';
import { AXES, type Directions, type Item, type Outcome, type SideName, type Verdict } from './item.js';
import { type Names, tellOutcome, tellWitness } from './tell.js';
import { nameOf, sidesOf, type UnitView, type View, viewOf } from './view.js';

export interface TextOptions {
  /** Columns a line may have. */
  readonly width: number;
  readonly paint: Paint;
  /** The summary alone, without bytes. */
  readonly summary?: boolean | undefined;
}

const WIDEST_NAME = 40;

/** A comparison for a terminal: figures, a table of what breaks (silent misreadings first), then each difference with its bytes. */
export function renderText(comparison: Comparison, options: TextOptions): string {
  const view = viewOf(comparison);
  const { paint } = options;
  const head = `${paint.bold(`${comparison.a} → ${comparison.b}`)}: ${view.headline}`;
  const lines = [head, ...table(view, options)];
  if (options.summary !== true) lines.push(...details(view, options));
  return lines.join('\n');
}

const colourOf = (outcome: Outcome, paint: Paint): ((text: string) => string) => {
  switch (outcome) {
    case 'misread':
      return (text) => paint.bold(paint.red(text));
    case 'rejected':
      return paint.yellow;
    case 'same':
      return paint.dim;
    default:
      return paint.cyan;
  }
};

/** Who sends to whom, over columns as narrow as their words. */
function table(view: View, { width, paint }: TextOptions): string[] {
  const rows = [
    ...view.units.filter(({ unit }) => unit.differs || unit.aToB !== null),
    ...(view.carried.length > 0 ? view.carried : []),
  ];
  if (rows.length === 0) return [];
  const arrow = arrows(view.names);
  const nameWidth = Math.min(WIDEST_NAME, Math.max(7, ...view.units.map(({ title }) => title.length), 20));
  const [first, second] = [Math.max(8, arrow.a.length), Math.max(8, arrow.b.length)];
  const lead = nameWidth + first + second + 6;
  const line = (
    name: string,
    cells: readonly [string, string],
    painted: readonly [string, string],
    rest: string,
  ): string[] => {
    const pad = (i: 0 | 1, size: number): string => painted[i] + ' '.repeat(size - cells[i].length);
    const shown = name.length > nameWidth ? `${name.slice(0, nameWidth - 1)}…` : name.padEnd(nameWidth);
    const head = `${shown}  ${pad(0, first)}  ${pad(1, second)}  `;
    return lead + 20 > width
      ? [head.trimEnd(), ...flow('    ', 4, words(rest), width, 4)]
      : flow(head, lead, words(rest), width, lead);
  };
  const headings = [arrow.a, arrow.b] as const;
  const out = ['', ...line('', headings, [paint.bold(arrow.a), paint.bold(arrow.b)], 'what changed')];
  for (const { unit, title, gist } of view.units) {
    if (!unit.differs && unit.aToB === null && unit.bToA === null) continue;
    const cells = [cell(unit.aToB), cell(unit.bToA)] as const;
    const colour = (v: Verdict | null, text: string): string =>
      v === null ? paint.dim(text) : colourOf(v.outcome, paint)(text);
    out.push(...line(title, cells, [colour(unit.aToB, cells[0]), colour(unit.bToA, cells[1])], gist || 'header only'));
  }
  for (const { outcomes, names } of view.carried) {
    const painted = [colourOf(outcomes[0], paint)(outcomes[0]), colourOf(outcomes[1], paint)(outcomes[1])] as const;
    out.push(
      ...line(
        `${names.length} ${names.length === 1 ? 'other' : 'others'}`,
        outcomes,
        painted,
        `header only: ${someOf(names)}`,
      ),
    );
  }
  return out;
}

const SHOWN = 3;

const someOf = (names: readonly string[]): string =>
  names.length <= SHOWN + 1 ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;

const cell = (verdict: Verdict | null): string => verdict?.outcome ?? '-';

const arrows = ({ a, b }: Names): Names => ({ a: `${a} → ${b}`, b: `${b} → ${a}` });

function details(view: View, options: TextOptions): string[] {
  const { paint } = options;
  const out: string[] = [];
  if (view.whole.length > 0) {
    out.push('', paint.bold('header, framing and constants'));
    for (const item of view.whole) out.push(...change(item, options), ...directions(item, view.names, options, item));
  }
  for (const unit of view.units) out.push('', paint.bold(unit.title), ...unitDetails(unit, view.names, options));
  if (view.quiet.length > 0) {
    out.push('', paint.bold('without a change of bytes'));
    for (const item of view.quiet) out.push(...change(item, options));
  }
  return out;
}

function unitDetails({ unit, items }: UnitView, names: Names, options: TextOptions): string[] {
  return [...items.flatMap((item) => change(item, options, unit)), ...directions(unit, names, options)];
}

/** `  moved      count: u16 at 10 → u16 at 12 (wire)`. */
function change(item: Item, { width, paint }: TextOptions, unit: UnitResult | null = null): string[] {
  const axes = AXES.filter((axis) => item[axis] !== 'same').join(', ');
  const told = words(`${nameOf(item, unit)}: ${sidesOf(item)} (${axes})`);
  return flow(`  ${paint.cyan(item.kind.padEnd(10))} `, 13, told, width, 13);
}

function directions(of: Directions, names: Names, options: TextOptions, item?: Item): string[] {
  return [...direction('a', of.aToB, names, options, item), ...direction('b', of.bToA, names, options, item)];
}

const LONGEST_HEX = 64;

/** `  rfc3 → v1-2026: misread. 14 bytes 03020000…: …`. */
function direction(
  sender: SideName,
  verdict: Verdict | null,
  names: Names,
  { width, paint }: TextOptions,
  item?: Item,
): string[] {
  if (verdict === null) return [];
  const { witness, outcome } = verdict;
  const hex = toHex(witness.bytes);
  const bytes = hex.length > LONGEST_HEX ? `${hex.slice(0, LONGEST_HEX)}…` : hex;
  const arrow = arrows(names)[sender];
  const what = [
    ...words(`${arrow}:`),
    ...words(`${tellOutcome(verdict)}.`, colourOf(outcome, paint)),
    ...words(`These ${witness.bytes.length} bytes ${bytes}: ${tellWitness(witness, names, item)}`),
  ];
  return flow('    ', 4, outcome === 'same' ? words(`${arrow}: read as sent`) : what, width, 6);
}
