import pc from 'picocolors';
import { cases } from './cases.js';
import { machine } from './machine.js';
import { compare, LONG, QUICK, type Ratio } from './measure.js';
import { compareAsync } from './runtime/async-case.js';
import { busCases } from './runtime/bus-cases.js';
import { queueCases } from './runtime/queue-cases.js';

export interface Result extends Ratio {
  readonly subject: string;
  readonly message: string;
  readonly op: string;
  /** Operations in a second of processor time, where that is what one wants to know. */
  readonly perSecond?: number;
  readonly bytesPerSecond?: number;
}

/** Measures every case and prints one line each; progress on a terminal, results on stdout. */
export async function run({ quick, json }: { quick: boolean; json: boolean }): Promise<void> {
  const effort = quick ? QUICK : LONG;
  const list = [...cases(), ...queueCases()];
  const turning = await busCases();
  for (const c of list) c.verify();
  for (const c of turning) await c.verify();
  const total = list.length + turning.length;
  const results: Result[] = [];
  const progress = ({ message, op }: { readonly message: string; readonly op: string }): void => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r\x1b[Kmeasuring ${results.length + 1} of ${total}: ${message} ${op}`);
  };
  for (const c of list) {
    progress(c);
    const { subject, message, op } = c;
    results.push({ subject, message, op, ...compare(c.ours, c.hand, c.mask, c.perCall, effort) });
  }
  for (const c of turning) {
    progress(c);
    const { subject, message, op } = c;
    const ratio = await compareAsync(c, effort);
    const moved = c.bytes === 0 ? {} : { bytesPerSecond: Math.round((c.bytes * 1e9) / ratio.ns) };
    results.push({ subject, message, op, ...ratio, perSecond: Math.round(1e9 / ratio.ns), ...moved });
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (json) {
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${machine()}\nratio to hand-written code in the same process: below 1 is faster\n\n`);
  for (const r of results) process.stdout.write(`${row(r)}\n`);
}

function row(r: Result): string {
  const ratio = `${r.ratio.toFixed(2)}×`;
  const paint = r.ratio <= 1.05 ? pc.green : pc.yellow;
  const spread = `${r.p25.toFixed(2)}–${r.p75.toFixed(2)}`;
  const allocated = r.bytesPerOp === 0 ? 'allocates nothing' : `${r.bytesPerOp} B/message`;
  const rate = r.perSecond === undefined ? '' : `, ${thousands(r.perSecond)}/s of CPU`;
  const bytes = r.bytesPerSecond === undefined ? '' : `, ${Math.round(r.bytesPerSecond / 1e6)} MB/s`;
  return `${r.message.padEnd(18)} ${r.op.padEnd(12)} ${r.subject.padEnd(24)} ${paint(ratio.padStart(6))}  ${spread.padEnd(11)} ${allocated}${rate}${bytes}`;
}

const thousands = (n: number): string => `${Math.round(n / 1000)} k`;
