import { framesIn, type Item } from './conversation.js';
import { nameOfFrame } from './figures.js';

/** Widths of the columns before a message's fields; a column that nothing needs is 0 wide. They depend on the capture. */
export interface Columns {
  readonly time: number;
  readonly arrow: number;
  readonly name: number;
  readonly device: number;
  readonly token: number;
  /** Where the fields begin. */
  readonly fields: number;
}

export const GAP = 2;
/** A longer name pushes its own line only. */
const LONGEST_NAME = 24;
/** Room that fields get at least, even below their own message in a narrow terminal. */
const ROOM = 30;

export const clock = (ms: number): string => ms.toFixed(3);
export const deviceCell = (device: number | null): string => (device === null ? '' : `dev ${device}`);
export const tokenCell = (token: number | null): string => (token === null ? '' : `#${token}`);

/** `before`: columns of what was told already; they only grow, so that lines stay below each other where they can. */
export function columnsOf(items: readonly Item[], width: number, before?: Columns): Columns {
  const heads = items.flatMap((item) => framesIn(item).slice(0, 1));
  const widest = (texts: readonly string[]): number => texts.reduce((max, t) => Math.max(max, t.length), 0);
  const times = [...heads.map((f) => f.time), ...items.map((i) => ('time' in i ? i.time : null))];
  const columns = {
    time: Math.max(before?.time ?? 0, widest(times.flatMap((t) => (t === null ? [] : [clock(t)])))),
    arrow: 'drv → dev'.length,
    name: Math.max(before?.name ?? 0, Math.min(widest(heads.map(nameOfFrame)), LONGEST_NAME)),
    device: Math.max(before?.device ?? 0, widest(heads.map((f) => deviceCell(f.device)))),
    token: Math.max(before?.token ?? 0, widest(heads.map((f) => tokenCell(f.token)))),
  };
  const used = Object.values(columns).reduce((sum, w) => (w === 0 ? sum : sum + w + GAP), 0);
  return { ...columns, fields: Math.min(used, Math.max(4, width - ROOM)) };
}
