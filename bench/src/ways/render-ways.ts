import pc from 'picocolors';
import { ratioText } from '../render-text.js';
import type { WayRow } from './measure-way.js';

const WAY = 60;

/** Rows for a terminal: a block per message, direction and code they are compared with. */
export function renderWays(rows: readonly WayRow[], wrong: readonly string[], where: string): string {
  const lines = [where, 'what each way of calling costs: ratio to other code in the same process, below 1 is faster'];
  for (const title of new Set(rows.map(titleOf))) {
    lines.push('', `${pc.bold(title.padEnd(WAY + 8))}  ${'p25–p75'.padEnd(12)}  allocated per message`);
    for (const row of rows.filter((r) => titleOf(r) === title)) lines.push(line(row));
  }
  if (wrong.length > 0) lines.push('');
  for (const reason of wrong) lines.push(pc.red(`wrong, not measured: ${reason}`));
  return `${lines.join('\n')}\n`;
}

const titleOf = ({ message, op, baseline }: WayRow): string => `${message} ${op}, to: ${baseline}`;

function line({ way, ratio, p25, p75, bytesPerOp }: WayRow): string {
  const paint = ratio <= 1.05 ? pc.green : pc.yellow;
  const spread = `${ratioText(p25)}–${ratioText(p75)}`;
  const allocated = bytesPerOp === 0 ? 'nothing' : `${bytesPerOp} B`;
  return `  ${way.padEnd(WAY)} ${paint(`${ratioText(ratio)}×`.padStart(6))} ${spread.padEnd(12)}  ${allocated}`;
}
