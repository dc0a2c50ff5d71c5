import { Command } from 'commander';
import { EXIT, UsageError } from '../failure.js';
import { type GenerateOptions, targetsOf } from '../generate/targets.js';

export const generate = (): Command =>
  new Command('generate')
    .description('Regenerate everything that follows from the schema: IR, codecs, message reference, editor schemas.')
    .option('--schema <dir>', 'schema folder (default: the one of this repository); may extend the shipped dialects')
    .option('--out <dir>', 'folder for the codecs (default: generated/ of this repository)')
    .option('--only <dialect>', 'this dialect alone; the files of others stay as they are')
    .option('--watch', 'regenerate whenever a schema file changes')
    .option('--check', 'write nothing; exit 1 and name the first file that would change')
    .option('--json', 'summary as JSON')
    .addHelpText(
      'after',
      `
Examples:
  vwire generate
  vwire generate --check
  vwire generate --schema wire --out src/wire`,
    )
    .action(async (options: GenerateOptions) => {
      if (options.watch === true && options.check === true)
        throw new UsageError('--watch writes and --check does not: choose one');
      const targets = targetsOf(options);
      const [{ generateOnce }, { summarize }] = await Promise.all([
        import('../generate/run.js'),
        import('../generate/summary.js'),
      ]);
      if (options.watch === true) {
        const { watchSchema } = await import('../generate/watch.js');
        await watchSchema(options, targets);
      }
      const outcome = await generateOnce(options, targets);
      if (outcome === null) {
        process.exitCode = EXIT.FINDINGS;
        return;
      }
      await summarize(outcome, options);
      if (options.check === true && outcome.changes.length > 0) process.exitCode = EXIT.FINDINGS;
    });
