import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { EXIT, UsageError } from '../failure.js';
import { repositoryRoot } from '../workspace.js';

interface Options {
  tools?: boolean;
  card?: boolean;
  check?: boolean;
  sizes?: boolean;
  quick?: boolean;
  json?: boolean;
  peers?: boolean;
  together?: boolean;
  record?: boolean;
  only?: string;
  svg?: string;
  from?: string;
  node?: string;
  heap?: boolean;
  ways?: boolean;
  messages?: string;
  profiles?: string;
}

/** What bench/dist/main.js exports; the generator does not depend on it. */
interface Benchmarks {
  run(options: {
    quick: boolean;
    json: boolean;
    peers: boolean;
    together: boolean;
    record: boolean;
    only: string | null;
    svg: string | null;
    from: string | null;
    node: string | null;
  }): Promise<boolean>;
  WrongUse: new (message: string, hint: string) => Error & { readonly hint: string };
}

type WrongUse = Benchmarks['WrongUse'];

/** What bench/dist/card/main.js exports. */
interface CostCard {
  run(options: { root: string; quick: boolean; check: boolean; sizes: boolean; only: string | null }): Promise<boolean>;
  WrongUse: WrongUse;
}

/** What bench/dist/heap/main.js exports. */
interface HeapProfiles {
  run(options: {
    messages: string;
    only: string | null;
    profiles: string | null;
    json: boolean;
    node: string | null;
  }): Promise<boolean>;
  WrongUse: WrongUse;
}

/** What bench/dist/ways/main.js exports. */
interface WaysOfCalling {
  run(options: { quick: boolean; json: boolean; node: string | null; only: string | null }): Promise<boolean>;
  WrongUse: WrongUse;
}

/** What bench/dist/tools/main.js exports. */
interface ToolBenchmarks {
  run(options: { root: string; quick: boolean; json: boolean }): Promise<void>;
}

/** What is measured instead of the messages, and the options that go with it. */
const MODES = {
  tools: ['quick', 'json'],
  card: ['check', 'sizes', 'quick', 'only'],
  heap: ['messages', 'only', 'profiles', 'node', 'json'],
  ways: ['quick', 'only', 'node', 'json'],
} as const satisfies Record<string, readonly (keyof Options)[]>;
type Mode = keyof typeof MODES;

const listed = (options: readonly string[]): string =>
  options
    .map((name) => `--${name}`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' and $1');

/** The mode that is asked for, null for the messages; nothing may be given that means nothing in it. */
function modeOf(options: Options): Mode | null {
  const given = Object.keys(options);
  const modes = Object.keys(MODES) as Mode[];
  const mode = modes.find((m) => given.includes(m));
  if (mode !== undefined) {
    const known: readonly string[] = [mode, ...MODES[mode]];
    if (given.every((name) => known.includes(name))) return mode;
    throw new UsageError(`--${mode} goes with ${listed(MODES[mode])} only`);
  }
  for (const [only, of] of [
    [['check', 'sizes'], 'card'],
    [['messages', 'profiles'], 'heap'],
  ] as const)
    if (only.some((name) => given.includes(name))) throw new UsageError(`${listed(only)} go with --${of}`);
  return null;
}

export const bench = (): Command =>
  new Command('bench')
    .description(
      'Measure the generated codecs, C and what people use instead against careful hand-written DataView code; ratios only.',
    )
    .option('--quick', 'about a minute: short samples, and of the subjects all but the libraries')
    .option('--peers', 'the libraries too, in a quick run')
    .option(
      '--only <names>',
      'subjects, messages or operations, separated by commas: "flyweight,M1", "C", "avsc,encode"',
    )
    .option('--together', 'afterwards everything again in one process, through one loop')
    .option('--svg <file>', 'draw the ratios')
    .option('--from <file>', 'report the results.json of an earlier run instead of measuring')
    .option(
      '--node <version>',
      'measure under another Node: "24", "24.1.0" (fetched from npm once, and kept), or a path; --record keeps it apart',
    )
    .option('--record', "renew docs/bench and the README's table from a long run, --together included")
    .option(
      '--tools',
      'the command line and the generator themselves: start, generate, watch, captures; with --quick, --json',
    )
    .option(
      '--card',
      'the cost card: every message of every dialect; renews docs/bench/cost-card.md, with --quick, --only DIALECTS',
    )
    .option('--check', 'with --card: compare with the card instead, and exit with 1 where a message costs more')
    .option('--sizes', 'with --card: renew only what needs no measuring')
    .option('--heap', 'what V8 allocates while messages pass: with --messages, --only, --profiles, --node, --json')
    .option('--messages <count>', 'with --heap: messages per subject (default: 100M)')
    .option('--profiles <folder>', 'with --heap: a .heapprofile per subject, for DevTools')
    .option('--ways', 'what each way of calling the codecs costs: with --quick, --only WORDS, --node, --json')
    .option('--json', 'results as JSON: [{subject, message, op, ratio, p25, p75, ns, bytesPerOp, …}]')
    .addHelpText(
      'after',
      '\nEach subject is checked before it is timed and measured in a process of its own; what is missing on this machine is told.' +
        '\nA subject that comes to a wrong result is not measured, and the exit code is 1.' +
        '\n\nExamples:\n  vwire bench --quick\n  vwire bench --quick --only M6,flatbuffers --svg ratios.svg\n  vwire bench --tools --quick\n  vwire bench --quick --node 24\n  vwire bench --heap --only M6\n  vwire bench --ways --only M1,encode',
    )
    .action(async (options: Options) => {
      const { quick = false, json = false, peers = false, together = false, record = false } = options;
      const { only = null, svg = null, from = null, node = null } = options;
      const { check = false, sizes = false, messages = '100M', profiles = null } = options;
      switch (modeOf(options)) {
        case 'tools': {
          const { entry, root } = benchmarks('tools/main.js');
          await ((await import(entry)) as ToolBenchmarks).run({ root, quick, json });
          return;
        }
        case 'card': {
          const { entry, root } = benchmarks('card/main.js');
          const { run, WrongUse } = (await import(entry)) as CostCard;
          await judged(() => run({ root, quick, check, sizes, only }), WrongUse);
          return;
        }
        case 'heap': {
          const { run, WrongUse } = (await import(benchmarks('heap/main.js').entry)) as HeapProfiles;
          await judged(() => run({ messages, only, profiles, json, node }), WrongUse);
          return;
        }
        case 'ways': {
          const { run, WrongUse } = (await import(benchmarks('ways/main.js').entry)) as WaysOfCalling;
          await judged(() => run({ quick, json, node, only }), WrongUse);
          return;
        }
      }
      const { run, WrongUse } = (await import(benchmarks('main.js').entry)) as Benchmarks;
      await judged(() => run({ quick, json, peers, together, record, only, svg, from, node }), WrongUse);
    });

/** Exits with findings where `run` comes to false, and tells wrong use as such. */
async function judged(run: () => Promise<boolean>, WrongUse: WrongUse): Promise<void> {
  try {
    if (!(await run())) process.exitCode = EXIT.FINDINGS;
  } catch (error) {
    if (error instanceof WrongUse) throw new UsageError(error.message, error.hint);
    throw error;
  }
}

/** Where the compiled benchmarks are. */
function benchmarks(main: string): { entry: string; root: string } {
  const entry = repositoryRoot === null ? null : join(repositoryRoot, 'bench', 'dist', main);
  if (repositoryRoot === null || entry === null || !existsSync(entry))
    throw new UsageError('the benchmarks stand in the repository, not in the package', 'clone it, run "npm ci" there');
  return { entry: pathToFileURL(entry).href, root: repositoryRoot };
}
