import type { Paint } from '../diagnostics/render-text.js';
import { flow, words } from '../trace/flow.js';
import type { Outcome, Verdict } from './item.js';
import type { Names } from './tell.js';
import type { View } from './view.js';

/** What becomes of one message, or of several alike, in both directions. */
export interface Row {
  readonly title: string;
  readonly cells: readonly [Outcome | null, Outcome | null];
  readonly gist: string;
}

const SHOWN = 3;

/** The table of what breaks, worst first: messages that differ themselves, then those only the header changes. */
export function rowsOf(view: View): Row[] {
  const own = view.units.filter(({ unit }) => unit.differs || unit.aToB !== null || unit.bToA !== null);
  return [
    ...own.map(
      ({ unit, title, gist }): Row => ({
        title,
        cells: [outcome(unit.aToB), outcome(unit.bToA)],
        gist: gist || 'header only',
      }),
    ),
    ...view.carried.map(({ outcomes, names }): Row => {
      const more = names.length > SHOWN + 1;
      const told = more ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more` : names.join(', ');
      const title = `${names.length} ${names.length === 1 ? 'other' : 'others'}`;
      return { title, cells: outcomes, gist: `header only: ${told}` };
    }),
  ];
}

const outcome = (verdict: Verdict | null): Outcome | null => verdict?.outcome ?? null;

export const colourOf = (of: Outcome | null, paint: Paint): ((text: string) => string) => {
  switch (of) {
    case 'misread':
      return (text) => paint.bold(paint.red(text));
    case 'rejected':
      return paint.yellow;
    case 'same':
    case null:
      return paint.dim;
    default:
      return paint.cyan;
  }
};

export const arrows = ({ a, b }: Names): Names => ({ a: `${a} → ${b}`, b: `${b} → ${a}` });

const WIDEST_TITLE = 40;
/** Columns that "what changed" gets at least. */
const ROOM = 20;
const CELL = 'misread '.length;

/** The rows for a terminal. Where it is too narrow for the names of both sides, they are A and B there. */
export function renderTable(view: View, width: number, paint: Paint): string[] {
  const rows = rowsOf(view);
  if (rows.length === 0) return [];
  const widest = Math.max(...rows.map(({ title }) => title.length));
  const lead = (names: Names, title: number): number =>
    title + 2 + Math.max(CELL, names.a.length) + 2 + Math.max(CELL, names.b.length) + 2;
  const long = arrows(view.names);
  const full = Math.min(WIDEST_TITLE, widest);
  const fits = lead(long, full) + ROOM <= width;
  const heads = fits ? long : arrows({ a: 'A', b: 'B' });
  const legend = fits ? [] : flow('', 0, words(`A is ${view.names.a}, B is ${view.names.b}.`), width, 0);
  const titleWidth = Math.max(8, Math.min(full, width - lead(heads, 0)));
  const indent = lead(heads, titleWidth);
  const sizes = [Math.max(CELL, heads.a.length), Math.max(CELL, heads.b.length)] as const;
  const line = (
    title: string,
    texts: readonly [string, string],
    colours: readonly (Outcome | null)[] | null,
    gist: string,
  ): string[] => {
    const shown = title.length > titleWidth ? `${title.slice(0, titleWidth - 1)}…` : title;
    const cells = texts.map((text, i) => {
      const painted = colours === null ? paint.bold(text) : colourOf(colours[i] ?? null, paint)(text);
      return painted + ' '.repeat((sizes[i] as number) - text.length);
    });
    const head = `${shown.padEnd(titleWidth)}  ${cells.join('  ')}  `;
    return indent + ROOM <= width
      ? flow(head, indent, words(gist), width, indent)
      : [head.trimEnd(), ...flow('    ', 4, words(gist), width, 4)];
  };
  return [
    ...legend,
    '',
    ...line('', [heads.a, heads.b], null, 'what changed'),
    ...rows.flatMap(({ title, cells, gist }) => line(title, [cells[0] ?? '-', cells[1] ?? '-'], cells, gist)),
  ];
}
