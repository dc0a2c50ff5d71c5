import os from 'node:os';
import pc from 'picocolors';
import { cases } from './cases.js';
import { compare, LONG, QUICK, type Ratio } from './measure.js';

export interface Result extends Ratio {
  readonly subject: string;
  readonly message: string;
  readonly op: string;
}

/** Measures every case and prints one line each; progress on a terminal, results on stdout. */
export async function run({ quick, json }: { quick: boolean; json: boolean }): Promise<void> {
  const effort = quick ? QUICK : LONG;
  const list = cases();
  for (const c of list) c.verify();
  const results: Result[] = [];
  for (const [i, c] of list.entries()) {
    if (process.stderr.isTTY)
      process.stderr.write(`\r\x1b[Kmeasuring ${i + 1} of ${list.length}: ${c.message} ${c.op}`);
    results.push({
      subject: c.subject,
      message: c.message,
      op: c.op,
      ...compare(c.ours, c.hand, c.mask, c.perCall, effort),
    });
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (json) {
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${machine()}\nratio to hand-written DataView code in the same process: below 1 is faster\n\n`);
  for (const r of results) process.stdout.write(`${row(r)}\n`);
}

const machine = (): string =>
  `node ${process.version}, V8 ${process.versions.v8}, ${os.cpus()[0]?.model.trim() ?? 'unknown processor'}, ${os.cpus().length} cores`;

function row(r: Result): string {
  const ratio = `${r.ratio.toFixed(2)}×`;
  const paint = r.ratio <= 1.05 ? pc.green : pc.yellow;
  const spread = `${r.p25.toFixed(2)}–${r.p75.toFixed(2)}`;
  const allocated = r.bytesPerOp === 0 ? 'allocates nothing' : `${r.bytesPerOp} B/message`;
  return `${r.message.padEnd(16)} ${r.op.padEnd(7)} ${r.subject.padEnd(24)} ${paint(ratio.padStart(6))}  ${spread.padEnd(11)} ${allocated}`;
}
