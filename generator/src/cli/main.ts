import { Command, CommanderError } from 'commander';
import { bench } from './commands/bench.js';
import { check } from './commands/check.js';
import { decode } from './commands/decode.js';
import { encode } from './commands/encode.js';
import { generate } from './commands/generate.js';
import { list } from './commands/list.js';
import { trace } from './commands/trace.js';
import { vectors } from './commands/vectors.js';
import { EXIT, UsageError } from './failure.js';

/** Runs one command line. The process's exit code says how it went: 0 fine, 1 findings, 2 usage, 3 internal. */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader went away, as `vwire list | head` does. That is its right.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.OK);
    throw error;
  });
  const program = new Command('vwire')
    .description('Wire formats of virtio-msg: check and generate from the schema, decode, encode and compare bytes.')
    .version('0.1.0')
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ outputError: (text, write) => write(`vwire: ${text.replace(/^error: /, '')}`) })
    .addHelpText(
      'after',
      '\nExit codes: 0 fine, 1 findings, 2 wrong use, 3 a fault of vwire itself. "-" is standard input.',
    );
  for (const add of [check, generate, list, decode, encode, vectors, trace, bench])
    program.addCommand(add().exitOverride());
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE;
  if (error instanceof UsageError) {
    process.stderr.write(`vwire: ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}\n`);
    return EXIT.USAGE;
  }
  process.stderr.write(
    `vwire: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.INTERNAL;
}
