import type { Paint } from '../diagnostics/render-text.js';
import { flow, words } from '../trace/flow.js';
import type { Bridge, Bridgeable, DialectBridge } from './bridge.js';
import { titleOf } from './render.js';

const MARK: Readonly<Record<Bridgeable, string>> = { exact: '=', depends: '~', impossible: '-' };

/** `30 messages: 24 exact, 5 depend on values, 1 impossible`. */
export function countsOf({ messages }: DialectBridge): string {
  const n = (bridge: Bridgeable): number => messages.filter((m) => m.bridge === bridge).length;
  return `${messages.length} messages: ${n('exact')} exact, ${n('depends')} depend on values, ${n('impossible')} impossible`;
}

const short = (name: string): string => name.slice(name.indexOf('/') + 1);

const INDENT = 2;

/** What of one dialect another one can carry: whole messages together, the others with what it depends on. */
export function renderPair(bridge: DialectBridge, width: number, paint: Paint): string {
  const { messages, from, to } = bridge;
  const rest = messages.filter((m) => m.bridge !== 'exact');
  const widest = Math.max(0, ...rest.map((m) => titleOf(m.from).length));
  const lead = widest + INDENT + 'impossible'.length + INDENT;
  const rows = rest.flatMap((m) => {
    const [title, colour] = [titleOf(m.from).padEnd(widest), m.bridge === 'depends' ? paint.yellow : paint.red];
    const head = `${title}  ${colour(m.bridge)}${' '.repeat('impossible'.length - m.bridge.length + INDENT)}`;
    return flow(head, lead, words(reasonsOf(m)), Math.max(width, lead + 30), lead);
  });
  const title = `${paint.bold(`${short(from)} → ${short(to)}`)}, ${countsOf(bridge)}`;
  return [title, ...(rows.length === 0 ? [] : ['', ...rows])].join('\n');
}

const reasonsOf = ({ because, from, to }: Bridge): string =>
  [...because, ...(to === null || to === from ? [] : [`called ${titleOf(to)} there`])].join(', ');

/** Every message of one dialect against all others: a column each, named above. */
export function renderGrid(bridges: readonly DialectBridge[], paint: Paint): string {
  const [first] = bridges;
  if (first === undefined) return '';
  const letters = bridges.map((_, i) => String.fromCharCode('a'.charCodeAt(0) + (i % 26)));
  const widest = Math.max(...first.messages.map((m) => titleOf(m.from).length));
  const rows = first.messages.map((m, row) => {
    const cells = bridges.map(({ messages }) => MARK[messages[row]?.bridge ?? 'impossible']);
    return `${titleOf(m.from).padEnd(widest)}  ${cells.join(' ')}`;
  });
  return [
    `${paint.bold(`from ${short(first.from)}`)}: ${MARK.exact} exact, ${MARK.depends} depends on values, ${MARK.impossible} impossible`,
    ...bridges.map(({ to }, i) => `  ${letters[i]}  ${short(to)}`),
    '',
    `${' '.repeat(widest)}  ${letters.join(' ')}`,
    ...rows,
  ].join('\n');
}

/** The same as Markdown: with one other dialect a row has its reasons, with several a column each. */
export function renderTableMarkdown(bridges: readonly DialectBridge[]): string {
  const [first] = bridges;
  if (first === undefined) return '';
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
    [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
  if (bridges.length === 1) {
    const rows = first.messages.map((m) => [titleOf(m.from), m.bridge, reasonsOf(m)]);
    return `**${short(first.from)} → ${short(first.to)}**, ${countsOf(first)}\n\n${table(['message', 'bridge', 'because'], rows)}`;
  }
  const rows = first.messages.map((m, row) => [
    titleOf(m.from),
    ...bridges.map(({ messages }) => messages[row]?.bridge ?? 'impossible'),
  ]);
  return `**from ${short(first.from)}**\n\n${table(['message', ...bridges.map(({ to }) => short(to))], rows)}`;
}
