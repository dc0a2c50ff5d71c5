import pc from 'picocolors';
import { machineLine } from '../machine.js';
import { type Figure, FULL, figures, SHORT } from './figures.js';

/** Measures the command line and the generator themselves and prints a line per figure, with the limit it should keep. */
export async function run({ root, quick, json }: { root: string; quick: boolean; json: boolean }): Promise<void> {
  const found = await figures(root, quick ? SHORT : FULL, (what) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Kmeasuring ${what}`);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  if (json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else
    process.stdout.write(
      `${machineLine()}\ntimes are those of this machine, whatever else it does\n\n${table(found)}\n`,
    );
}

function table(found: readonly Figure[]): string {
  const width = Math.max(...found.map(({ what }) => what.length));
  return found
    .map(({ what, measured, unit, bound, limit, met, samples, processor }) => {
      const value = `${measured.toFixed(measured < 20 ? 2 : 0)} ${unit}`.padStart(10);
      const cpu = processor === undefined ? '' : `, ${processor.toFixed(2)} s of processor time`;
      const rounded = Number(limit.toFixed(1));
      return `${what.padEnd(width)}  ${(met ? pc.green : pc.yellow)(value)}  ${bound} ${rounded} ${unit}${met ? '' : ', missed'}  (${samples} runs${cpu})`;
    })
    .join('\n');
}
