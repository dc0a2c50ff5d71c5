import pc from 'picocolors';
import { machineLine } from './machine.js';
import type { Results } from './main.js';
import type { Row } from './task.js';

const SUBJECT = 30;

/** Results for a terminal: a block per message and direction, the fastest first. */
export function renderText({ machine, rows, unavailable, wrong }: Results): string {
  const lines = [machineLine(machine), 'ratio to hand-written code in the same process: below 1 is faster', ''];
  for (const together of [false, true]) {
    const part = rows.filter((r) => (r.together === true) === together);
    if (part.length === 0) continue;
    if (together) lines.push(pc.bold('everything in one process, through one loop'), '');
    for (const [title, group] of grouped(part)) {
      // Padded before it is painted: the codes of a colour have a length too.
      lines.push(`${pc.bold(title.padEnd(SUBJECT + 12))}${'p25–p75'.padEnd(12)} ${'ns'.padStart(6)}  allocated`);
      for (const r of [...group].sort((a, b) => a.ratio - b.ratio)) lines.push(line(r));
      lines.push('');
    }
  }
  for (const { subject, reason } of unavailable) lines.push(`${subject}: not measured: ${reason}`);
  for (const { subject, reason } of wrong) lines.push(pc.red(`${subject}: wrong, not measured: ${reason}`));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Of refusals the ratio is to something else than what the first line says. */
const titleOf = (r: Row): string => `${r.message} ${r.op}${r.op === 'refuse' ? ', to a good one' : ''}`;

function grouped(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const r of rows) groups.set(titleOf(r), [...(groups.get(titleOf(r)) ?? []), r]);
  return groups;
}

/** A ratio with as many digits as it can bear. */
export const ratioText = (ratio: number): string =>
  ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2);

/** Two threads are timed by the clock on the wall. */
function rateOf({ wall, p99 }: Row, perSecond: number): string {
  if (p99 !== undefined) return `slowest in a hundred ${p99.toFixed(0)} ns`;
  return wall ? `${(perSecond / 1e6).toFixed(2)} M/s` : `${Math.round(perSecond / 1000)} k/s of CPU`;
}

function line(r: Row): string {
  const paint = r.ratio <= 1.05 ? pc.green : pc.yellow;
  const spread = `${ratioText(r.p25)}–${ratioText(r.p75)}`;
  const allocated = r.bytesPerOp === 0 ? 'nothing' : `${r.bytesPerOp} B`;
  const rate = r.perSecond === undefined ? '' : `  ${rateOf(r, r.perSecond)}`;
  const moved = r.bytesPerSecond === undefined ? '' : `, ${Math.round(r.bytesPerSecond / 1e6)} MB/s`;
  const own = r.layout === 'own' ? `  layout: own, ${r.size?.toFixed(0)} bytes` : '';
  const ns = r.ns < 100 ? r.ns.toFixed(1) : r.ns.toFixed(0);
  return `  ${r.subject.padEnd(SUBJECT)} ${paint(`${ratioText(r.ratio)}×`.padStart(6))}  ${spread.padEnd(12)} ${ns.padStart(6)}  ${allocated}${rate}${moved}${own}`;
}
