import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Milliseconds from the moment a schema file is written to the moment `generate --watch` says that it is done, for each of
 * `turns` edits of a text in it.
 */
export function watchTurns(vwire: string, args: readonly string[], file: string, turns: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vwire, 'generate', '--watch', '--json', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const times: number[] = [];
    const original = readFileSync(file, 'utf8');
    let told = '';
    let wrong = '';
    let edited = Number.NaN;
    const edit = (): void => {
      told = '';
      edited = performance.now();
      writeFileSync(file, original.replace('doc: "', `doc: "turn ${times.length}: `));
    };
    child.stderr.on('data', (chunk: Buffer) => {
      wrong += chunk.toString('utf8');
    });
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString('utf8');
      const watching = told.includes('watching');
      if (Number.isNaN(edited)) {
        if (watching) setTimeout(edit, 200);
        return;
      }
      if (!/\n}\n/.test(told)) return;
      times.push(performance.now() - edited);
      if (times.length < turns) setTimeout(edit, 200);
      else child.kill();
    });
    child.on('error', reject);
    child.on('close', () => {
      if (times.length === turns) resolve(times);
      else reject(new Error(`generate --watch ended after ${times.length} of ${turns} turns: ${wrong}`));
    });
  });
}
