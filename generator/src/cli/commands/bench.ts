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
    .option('--tools', 'the command line and the generator themselves: start, generate, watch, captures')
    .option('--json', 'results as JSON')
    .addHelpText('after', '\nExamples:\n  vwire bench --quick\n  vwire bench --tools --quick')
    .action(async (options: { quick?: boolean; json?: boolean; tools?: boolean }) => {
      const main = options.tools === true ? 'tools/main.js' : 'main.js';
      const entry = repositoryRoot === null ? null : join(repositoryRoot, 'bench', 'dist', main);
      if (repositoryRoot === null || entry === null || !existsSync(entry))
        throw new UsageError(
          'the benchmarks stand in the repository, not in the package',
          'clone it, run "npm ci" there',
        );
      const { run } = (await import(pathToFileURL(entry).href)) as {
        run: (options: { root: string; quick: boolean; json: boolean }) => Promise<void>;
      };
      await run({ root: repositoryRoot, quick: options.quick === true, json: options.json === true });
    });
