import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { machine, machineLine } from '../machine.js';
import { nodeBinary } from '../other-node/resolve.js';
import { askChild } from '../processes.js';
import { noRow, select, WrongUse } from '../select.js';
import type { HeapOrder, HeapTold } from './child.js';
import { FEWEST, type HeapRow, messagesFor } from './heap-row.js';
import { countOf } from './message-count.js';
import { type HeapCase, heapCases } from './plan.js';
import { renderHeap } from './render-heap.js';

export { WrongUse };

export interface HeapOptions {
  /** Messages per subject: `100M`. */
  readonly messages: string;
  readonly only: string | null;
  /** A folder for one `.heapprofile` per subject. */
  readonly profiles: string | null;
  readonly json: boolean;
  readonly node: string | null;
}

/** Profiles and prints; false where one allocates that should not, none is seen to where it must, or one is wrong. */
export async function run(options: HeapOptions): Promise<boolean> {
  const messages = countOf(options.messages);
  if (messages === null || messages < FEWEST)
    throw new WrongUse(
      `--messages ${options.messages}: expected a number from ${FEWEST / 1e6}M on`,
      'fewer could allocate a little, over and over, without being noticed',
    );
  const all = heapCases();
  const { subject, message, operations } = select(
    options.only,
    all.map((c) => ({ name: c.subject })),
  );
  const wanted = (c: HeapCase): boolean =>
    subject(c.subject) && message(c.message) && (operations === null || operations.includes(c.op));
  const chosen = [...all.keys()].filter((i) => wanted(all[i]!));
  if (chosen.length === 0) throw noRow(options.only);
  const node = await nodeBinary(options.node);
  if (options.profiles !== null) mkdirSync(options.profiles, { recursive: true });
  const rows: HeapRow[] = [];
  const wrong: string[] = [];
  const hear = (told: HeapTold): void => {
    if ('row' in told) rows.push(told.row);
    else if ('wrong' in told) wrong.push(told.wrong);
  };
  for (const [done, index] of chosen.entries()) {
    const c = all[index]!;
    progress(`${done + 1} of ${chosen.length}: ${c.message} ${c.op}, ${c.subject}`);
    const profile = options.profiles === null ? null : join(options.profiles, profileName(c));
    const order: HeapOrder = { index, messages: messagesFor(c, messages), profile };
    const script = new URL('./child.js', import.meta.url);
    const ended = await askChild<HeapOrder, HeapTold>(script, order, hear, node.path);
    if (ended !== null) wrong.push(`${c.message} ${c.op}, ${c.subject}: ${ended}`);
  }
  progress('');
  const where = machineLine(machine(node));
  if (options.json) {
    complain(where);
    for (const reason of wrong) complain(`wrong, not profiled: ${reason}`);
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  } else process.stdout.write(renderHeap(rows, wrong, where));
  return wrong.length === 0 && rows.every((row) => row.asExpected);
}

const profileName = ({ message, op, subject }: HeapCase): string =>
  `${`${message}-${op}-${subject}`.replace(/[^\w]+/g, '-')}.heapprofile`;

const complain = (line: string): void => void process.stderr.write(`${line}\n`);

const progress = (text: string): void => {
  if (process.stderr.isTTY === true) process.stderr.write(`\r\x1b[K${text}`);
};
