import { type Machine, machineLine } from '../machine.js';
import { ratioText } from '../render-text.js';
import type { Measured } from '../task.js';
import { logScale, type Scale } from './scale.js';
import { element, escapeXml, text } from './svg.js';

const COLUMNS = 3;
const LABELS = 188;
const PLOT = 150;
const VALUES = 46;
const GAP = 14;
const ROW = 16;
const TITLE = 34;
const AXIS = 26;
const MARGIN = 16;
const WIDTH = MARGIN + LABELS + COLUMNS * (PLOT + VALUES + GAP) + MARGIN;

/**
 * Colours for light and for dark pages. The picture has a ground of its own, so that it can be read even where the page and the
 * reader's system disagree.
 */
const STYLE = `
text { font: 11px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328; }
.ground { fill: #ffffff; }
.head { font-size: 15px; font-weight: 600; }
.panel { font-size: 12px; font-weight: 600; }
.dim { fill: #59636e; }
.label, .value { text-anchor: end; }
.value { font-size: 10px; font-variant-numeric: tabular-nums; }
.tick { font-size: 9px; text-anchor: middle; fill: #59636e; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.one { stroke: #59636e; stroke-width: 1.5; }
.stripe { fill: #f6f8fa; }
.ours { color: #0969da; } .native { color: #1a7f37; } .library { color: #bc4c00; } .hand { color: #59636e; }
.dot { fill: currentColor; } .ring { fill: none; stroke: currentColor; stroke-width: 1.2; }
.whisker { stroke: currentColor; stroke-width: 2; }
text.ours { fill: #0969da; font-weight: 600; } text.native { fill: #1a7f37; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .ground { fill: #0d1117; }
  .dim, .tick { fill: #9198a1; }
  .grid { stroke: #3d444d; }
  .one { stroke: #9198a1; }
  .stripe { fill: #151b23; }
  .ours { color: #4493f8; } .native { color: #3fb950; } .library { color: #f0883e; } .hand { color: #9198a1; }
  text.ours { fill: #4493f8; } text.native { fill: #3fb950; }
}`;

const DIRECTIONS = ['decode', 'encode'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Ratios as a picture: a panel per message, a line per subject, whiskers from the first to the third quartile. */
export function chart(
  rows: readonly Measured[],
  machine: Machine,
  directions: readonly Direction[] = DIRECTIONS,
): string {
  const parts: string[] = [];
  let y = MARGIN;
  for (const op of directions) {
    const section = rows.filter((r) => r.op === op && r.family !== 'runtime');
    if (section.length === 0) continue;
    const drawn = drawSection(op, section, y);
    parts.push(drawn.svg);
    y += drawn.height;
  }
  if (parts.length === 0) {
    parts.push(text(MARGIN, y + 12, 'dim', 'No codec was measured.'));
    y += 24;
  }
  parts.push(text(MARGIN, y + 10, 'dim', machineLine(machine)));
  const height = y + 10 + MARGIN;
  const title = 'Time per message as a ratio to hand-written DataView code, logarithmic';
  const size = { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, role: 'img' };
  const svg = element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', ...size },
    element('title', {}, title),
    element('style', {}, escapeXml(STYLE)),
    element('rect', { class: 'ground', width: WIDTH, height, rx: 6 }),
    ...parts,
  );
  return `${svg.replace(/(?=<g|<text class)/g, '\n')}\n`;
}

function drawSection(op: Direction, rows: readonly Measured[], top: number): { svg: string; height: number } {
  const names = ordered(rows);
  const messages = [...new Set(rows.map((r) => r.message))].sort();
  const scale = logScale(
    rows.flatMap((r) => [r.p25, r.ratio, r.p75]),
    PLOT,
  );
  const head = `${op === 'decode' ? 'Decode, every field read' : 'Encode'}: time as a ratio to hand-written DataView code`;
  const more = rows.some((r) => r.together) ? '; ring: everything in one process' : '';
  const parts = [
    text(MARGIN, top + 13, 'head', head),
    text(MARGIN, top + 29, 'dim', `left is faster; dot: median, bar: quartiles${more}; *: a layout of its own`),
  ];
  const panel = TITLE + names.length * ROW + AXIS;
  let y = top + 36;
  for (let i = 0; i < messages.length; i += COLUMNS) {
    for (const [line, name] of names.entries()) {
      const middle = y + TITLE + line * ROW + ROW / 2;
      if (line % 2 === 0)
        parts.push(
          element('rect', { class: 'stripe', x: MARGIN, y: middle - ROW / 2, width: WIDTH - 2 * MARGIN, height: ROW }),
        );
      const family = rows.find((r) => r.subject === name)!.family;
      const own = rows.some((r) => r.subject === name && r.layout === 'own') ? ' *' : '';
      parts.push(text(MARGIN + LABELS - 10, middle + 4, `label ${family}`, `${name}${own}`));
    }
    for (const [column, message] of messages.slice(i, i + COLUMNS).entries()) {
      const x = MARGIN + LABELS + column * (PLOT + VALUES + GAP);
      parts.push(drawPanel(message, names, rows, scale, x, y));
    }
    y += panel;
  }
  return { svg: parts.join(''), height: y - top + 8 };
}

const FAMILIES = ['ours', 'hand', 'native', 'library'];

/** Families in order; libraries the fastest first, by the geometric mean of what was measured, all others as they come. */
function ordered(rows: readonly Measured[]): string[] {
  const mean = (name: string): number => {
    const logs = rows.filter((r) => r.subject === name && !r.together).map((r) => Math.log(Math.max(r.ratio, 1e-6)));
    return logs.reduce((sum, l) => sum + l, 0) / Math.max(1, logs.length);
  };
  const family = new Map(rows.map((r) => [r.subject, FAMILIES.indexOf(r.family)]));
  const libraries = FAMILIES.indexOf('library');
  return [...family.keys()].sort(
    (a, b) => family.get(a)! - family.get(b)! || (family.get(a) === libraries ? mean(a) - mean(b) : 0),
  );
}

function drawPanel(
  message: string,
  names: readonly string[],
  rows: readonly Measured[],
  scale: Scale,
  x: number,
  top: number,
): string {
  const start = top + TITLE;
  const end = start + names.length * ROW;
  const parts = [text(x, top + 22, 'panel', message)];
  for (const decade of scale.decades) {
    const at = x + scale.at(decade);
    parts.push(element('line', { class: decade === 1 ? 'one' : 'grid', x1: at, x2: at, y1: start - 4, y2: end }));
    parts.push(text(at, end + 12, 'tick', decade >= 1000 ? `${decade / 1000}k` : String(decade)));
  }
  for (const r of rows) {
    if (r.message !== message) continue;
    const y = start + names.indexOf(r.subject) * ROW + ROW / 2;
    const cx = x + scale.at(r.ratio);
    const tip = `${r.subject}, ${message} ${r.op}: ${ratioText(r.ratio)} (${ratioText(r.p25)} to ${ratioText(r.p75)})`;
    const mark = r.together
      ? [element('circle', { class: 'ring', cx, cy: y, r: 3.5 })]
      : [
          element('line', { class: 'whisker', x1: x + scale.at(r.p25), x2: x + scale.at(r.p75), y1: y, y2: y }),
          element('circle', { class: 'dot', cx, cy: y, r: 3 }),
          text(x + PLOT + VALUES - 4, y + 3.5, 'value', `${ratioText(r.ratio)}×`),
        ];
    parts.push(element('g', { class: r.family }, element('title', {}, escapeXml(tip)), ...mark));
  }
  return parts.join('');
}
