import { Command, CommanderError } from 'commander';
import { EXIT, UsageError } from './failure.js';

/** Every command, in the order of the help text. Only the one that is asked for is loaded, with what it needs. */
const COMMANDS = new Map<string, () => Promise<() => Command>>([
  ['check', async () => (await import('./commands/check.js')).check],
  ['explain', async () => (await import('./commands/explain.js')).explain],
  ['fmt', async () => (await import('./commands/fmt.js')).fmt],
  ['generate', async () => (await import('./commands/generate.js')).generate],
  ['list', async () => (await import('./commands/list.js')).list],
  ['decode', async () => (await import('./commands/decode.js')).decode],
  ['encode', async () => (await import('./commands/encode.js')).encode],
  ['dump', async () => (await import('./commands/dump.js')).dump],
  ['diff', async () => (await import('./commands/diff.js')).diff],
  ['translate', async () => (await import('./commands/translate.js')).translate],
  ['vectors', async () => (await import('./commands/vectors.js')).vectors],
  ['trace', async () => (await import('./commands/trace.js')).trace],
  ['align', async () => (await import('./commands/align.js')).align],
  ['budget', async () => (await import('./commands/budget.js')).budget],
  ['header', async () => (await import('./commands/header.js')).header],
  ['identify', async () => (await import('./commands/identify.js')).identify],
  ['drift', async () => (await import('./commands/drift.js')).drift],
  ['demo', async () => (await import('./commands/demo.js')).demo],
  ['bench', async () => (await import('./commands/bench.js')).bench],
]);

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
  try {
    // Without a command's name first, help and suggestions need all of them.
    const named = COMMANDS.get(args[0] ?? '');
    const loaded = await Promise.all((named === undefined ? [...COMMANDS.values()] : [named]).map((load) => load()));
    for (const add of loaded) program.addCommand(add().copyInheritedSettings(program));
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
