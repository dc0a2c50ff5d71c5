import type { Paint } from '../diagnostics/render-text.js';
import { toHex } from '../interpret/values.js';
import { flow, words } from '../trace/flow.js';
import type { Comparison, UnitResult } from './compare.js';
import { AXES, type Directions, type Item, type SideName, type Verdict } from './item.js';
import { arrows, colourOf, renderTable } from './render-table.js';
import { type Names, tellOutcome, tellWitness } from './tell.js';
import { nameOf, sidesOf, type UnitView, type View, viewOf } from './view.js';

export interface TextOptions {
  /** Columns a line may have. */
  readonly width: number;
  readonly paint: Paint;
  /** The summary alone, without bytes. */
  readonly summary?: boolean | undefined;
}

/** A comparison for a terminal: figures, a table of what breaks (silent misreadings first), then each difference with its bytes. */
export function renderText(comparison: Comparison, options: TextOptions): string {
  const view = viewOf(comparison);
  const { paint } = options;
  const names = words(`${comparison.a} → ${comparison.b}:`, paint.bold);
  const lines = [
    ...flow('', 0, [...names, ...words(view.headline)], options.width, 2),
    ...renderTable(view, options.width, paint),
  ];
  if (options.summary !== true) lines.push(...details(view, options));
  return lines.join('\n');
}

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
  const named = nameOf(item, unit);
  const told = words(`${named === '' ? '' : `${named}: `}${sidesOf(item)} (${axes})`);
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
