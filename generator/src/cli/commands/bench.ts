import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { UsageError } from '../failure.js';
import { repositoryRoot } from '../workspace.js';

export const bench = (): Command =>
  new Command('bench')
    .description(
      'Measure the generated codecs against careful hand-written DataView code in the same process; ratios only.',
    )
    .option('--quick', 'a few seconds per message instead of a long run')
    .option('--json', 'results as JSON')
    .addHelpText('after', '\nExample:\n  vwire bench --quick')
    .action(async (options: { quick?: boolean; json?: boolean }) => {
      const entry = repositoryRoot === null ? null : join(repositoryRoot, 'bench', 'dist', 'main.js');
      if (entry === null || !existsSync(entry))
        throw new UsageError(
          'the benchmarks stand in the repository, not in the package',
          'clone it, run "npm ci" there',
        );
      const { run } = (await import(pathToFileURL(entry).href)) as {
        run: (options: { quick: boolean; json: boolean }) => Promise<void>;
      };
      await run({ quick: options.quick === true, json: options.json === true });
    });
