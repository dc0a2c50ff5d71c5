import { machine, machineLine } from '../machine.js';
import { nodeBinary } from '../other-node/resolve.js';
import { askChild } from '../processes.js';
import { noRow, WrongUse } from '../select.js';
import type { WayOrder, WayTold } from './child.js';
import type { WayRow } from './measure-way.js';
import { ways } from './plan.js';
import { renderWays } from './render-ways.js';
import { nameOf, type Way } from './way.js';

export { WrongUse };

export interface WaysOptions {
  readonly quick: boolean;
  readonly json: boolean;
  readonly node: string | null;
  /** Words, separated by commas, that a row has all of. */
  readonly only: string | null;
}

/** Measures and prints what each way of calling costs; false where one comes to a wrong result, or its process ends. */
export async function run({ quick, json, node: asked, only }: WaysOptions): Promise<boolean> {
  const all = ways();
  const chosen = chosenOf(all, only);
  const node = await nodeBinary(asked);
  const rows: WayRow[] = [];
  const wrong: string[] = [];
  const hear = (told: WayTold): void => {
    if ('row' in told) rows.push(told.row);
    else if ('wrong' in told) wrong.push(told.wrong);
  };
  for (const [done, index] of chosen.entries()) {
    progress(`${done + 1} of ${chosen.length}: ${nameOf(all[index]!)}`);
    const script = new URL('./child.js', import.meta.url);
    const ended = await askChild<WayOrder, WayTold>(script, { index, quick }, hear, node.path);
    if (ended !== null) wrong.push(`${nameOf(all[index]!)}: ${ended}`);
  }
  progress('');
  const where = machineLine(machine(node));
  if (json) {
    complain(where);
    for (const reason of wrong) complain(`wrong, not measured: ${reason}`);
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  } else process.stdout.write(renderWays(rows, wrong, where));
  return wrong.length === 0;
}

/** Places in `all` of the rows that have every word of `only`. */
export function chosenOf(all: readonly Way[], only: string | null): number[] {
  const words = (only ?? '').split(',').map((word) => word.trim().toLowerCase());
  const chosen = [...all.keys()].filter((i) => words.every((word) => nameOf(all[i]!).toLowerCase().includes(word)));
  if (chosen.length === 0) throw noRow(only);
  return chosen;
}

const complain = (line: string): void => void process.stderr.write(`${line}\n`);

const progress = (text: string): void => {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\x1b[K${text}`);
};
