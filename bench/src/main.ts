import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { chart } from './chart/chart.js';
import { type Machine, machine, machineLine } from './machine.js';
import { LONG, QUICK } from './measure.js';
import type { NodeBinary } from './other-node/node-binary.js';
import { nodeBinary } from './other-node/resolve.js';
import { inFreshProcess, type Missing, type Order, type Told } from './processes.js';
import { record } from './record.js';
import { renderText } from './render-text.js';
import { noRow, select, WrongUse } from './select.js';
import { MESSAGES, subjects } from './subjects.js';
import type { Family, Measured } from './task.js';

export { WrongUse };

export interface Options {
  readonly quick: boolean;
  readonly json: boolean;
  /** The libraries in a quick run too; a long run has them anyway. */
  readonly peers: boolean;
  /** A second pass with everything in one process. */
  readonly together: boolean;
  readonly only: string | null;
  /** Where to draw the ratios. */
  readonly svg: string | null;
  /** Results of an earlier run, to report instead of measuring. */
  readonly from: string | null;
  /** Renew what the repository holds of results: docs/bench, the README's table and that of docs/performance.md. */
  readonly record: boolean;
  /** Another Node to measure under: a path or a version. */
  readonly node: string | null;
}

/** All that a run found out. */
export interface Results {
  readonly machine: Machine;
  /** Pairs of samples that each median is of. */
  readonly pairs: number;
  readonly rows: readonly Measured[];
  readonly unavailable: readonly Missing[];
  /** Subjects that came to a wrong result, and were therefore not measured. */
  readonly wrong: readonly Missing[];
}

/** Measures and prints; false where a subject came to a wrong result. */
export async function run(options: Options): Promise<boolean> {
  if (options.record && options.from === null && (options.only !== null || options.quick))
    throw new WrongUse('--record takes a whole, long run', 'leave out --only and --quick');
  if (options.from !== null && options.node !== null)
    throw new WrongUse('--from measures nothing, so that --node means nothing with it', 'leave out one of them');
  // Before a long run, not after it.
  if (options.svg !== null && !existsSync(dirname(options.svg)))
    throw new WrongUse(`--svg ${options.svg}: there is no folder ${dirname(options.svg)}`, 'make it first');
  const results =
    options.from === null ? await measure(options, await nodeBinary(options.node)) : resultsIn(options.from);
  if (options.svg !== null) writeFileSync(options.svg, chart(results.rows, results.machine));
  if (options.record) record(results);
  if (options.json) {
    // The rows alone are on stdout; what they do not tell is for people.
    complain(machineLine(results.machine));
    for (const { subject, reason } of results.unavailable) complain(`${subject}: not measured: ${reason}`);
    for (const { subject, reason } of results.wrong) complain(`${subject}: wrong, not measured: ${reason}`);
    process.stdout.write(`${JSON.stringify(results.rows, null, 2)}\n`);
  } else process.stdout.write(renderText(results));
  return results.wrong.length === 0;
}

/** What `--record` keeps, read again: pictures and table can be renewed without measuring. */
function resultsIn(path: string): Results {
  const wrong = (what: string): WrongUse => new WrongUse(`${path}: ${what}`, 'give a results.json that --record wrote');
  let found: Partial<Results>;
  try {
    found = JSON.parse(readFileSync(path, 'utf8')) as Partial<Results>;
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const { machine: where, pairs, rows, unavailable, wrong: refused } = found;
  if (
    !where ||
    typeof pairs !== 'number' ||
    !Array.isArray(rows) ||
    !Array.isArray(unavailable) ||
    !Array.isArray(refused)
  )
    throw wrong('no results of a run');
  return { machine: where, pairs, rows, unavailable, wrong: refused };
}

const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** Every subject that is asked for, each in a fresh process; then, where wanted, all in one. */
async function measure({ quick, peers, together, only, record }: Options, node: NodeBinary): Promise<Results> {
  const all = subjects();
  const selection = select(only, all);
  // In a quick run libraries are asked for, by name or as a whole.
  const asked = (name: string, family: Family): boolean =>
    selection.subject(name) && (family !== 'library' || !quick || peers || selection.bySubject);
  const chosen = all.filter(({ name, family }) => asked(name, family));
  const messages = MESSAGES.filter((m) => selection.message(m));
  const common = { messages, operations: selection.operations, quick };
  const rows: Measured[] = [];
  const family = new Map(all.map((s) => [s.name, s.family]));
  const unavailable: Missing[] = [];
  const wrong: Missing[] = [];
  const tty = process.stderr.isTTY === true;
  const hear = (prefix: string) => (told: Told) => {
    if ('row' in told) rows.push({ ...told.row, family: family.get(told.row.subject)! });
    else if ('unavailable' in told) unavailable.push(told.unavailable);
    else if ('wrong' in told) wrong.push(told.wrong);
    else if (tty && 'now' in told) process.stderr.write(`\r\x1b[K${prefix}: ${told.now}`);
  };
  for (const [i, { name }] of chosen.entries()) {
    const order: Order = { subjects: [name], ...common, together: false };
    await inFreshProcess(order, hear(`subject ${i + 1} of ${chosen.length}`), node.path);
  }
  if (together || record) {
    const order: Order = { subjects: chosen.map((s) => s.name), ...common, together: true };
    // What is missing or wrong is told once already; only that the process ended is news.
    const hearAll = hear('all in one process');
    const known = new Set(wrong.map((m) => m.subject));
    const news = (told: Told): void => {
      if (!('unavailable' in told || ('wrong' in told && known.has(told.wrong.subject)))) hearAll(told);
    };
    await inFreshProcess(order, news, node.path);
  }
  if (tty) process.stderr.write('\r\x1b[K');
  if (rows.length + unavailable.length + wrong.length === 0) throw noRow(only);
  return { machine: machine(node), pairs: (quick ? QUICK : LONG).samples, rows, unavailable, wrong };
}
