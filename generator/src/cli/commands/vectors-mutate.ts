import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { didYouMean } from '../../diagnostics/did-you-mean.js';
import type { IrStore } from '../../store.js';
import type { KnownSurvivors, Settled } from '../../vectors/mutate/known-survivors.js';
import type { MutationReport, MutationRunner } from '../../vectors/mutate/mutation-runner.js';
import { EXIT, UsageError } from '../failure.js';
import { readBytes } from '../input.js';
import { columns, outLine } from '../terminal.js';

export interface MutateOptions {
  readonly json?: boolean | undefined;
  readonly only?: string | undefined;
  readonly equivalents?: string | undefined;
}

/** What stands beside vector files where nobody says otherwise. */
const LIST = 'equivalent-mutants.yaml';

/** A dialect or family, and what the list of known survivors says of it. */
type Outcome = MutationReport & Settled;

/** Changes the IR in one place after another, and tells which changes no vector notices. */
export async function mutateVectors(store: IrStore, runner: MutationRunner, files: string[], options: MutateOptions) {
  const known = await knownSurvivors(files, options.equivalents);
  const names = chosen(store, runner, options.only);
  const strangers = known.names.filter((name) => store.dialect(name) === null && !families(store).includes(name));
  const show = progress(names.length);
  const outcomes: Outcome[] = names.map((name, i) => {
    const report = runner.report(name, () => show.one(i, name));
    return { ...report, ...known.settle(report) };
  });
  show.done();
  const stale = strangers.map((name) => `${name}: there is no such dialect or family`);
  if (options.json === true) await outLine(JSON.stringify(asJson(outcomes, stale), null, 2));
  else await tell(outcomes, stale);
  const faults = outcomes.some((o) => o.survived.length + o.stale.length + o.broken.length > 0);
  if (faults || stale.length > 0 || outcomes.length === 0) process.exitCode = EXIT.FINDINGS;
}

async function knownSurvivors(files: readonly string[], named: string | undefined): Promise<KnownSurvivors> {
  const { BadList, KnownSurvivors } = await import('../../vectors/mutate/known-survivors.js');
  const beside = files.filter((file) => file !== '-').map((file) => join(dirname(file), LIST));
  const path = named ?? beside.find((candidate) => existsSync(candidate));
  if (path === undefined) return KnownSurvivors.none;
  try {
    return KnownSurvivors.parse((await readBytes(path)).toString('utf8'));
  } catch (error) {
    throw error instanceof BadList ? new UsageError(`"${path}" is no list of mutants: ${error.message}`) : error;
  }
}

const families = (store: IrStore): string[] =>
  Object.keys(store.index.protocols).flatMap((protocol) => store.families(protocol));

/** Everything that has vectors, or what is named of it. */
function chosen(store: IrStore, runner: MutationRunner, only: string | undefined): readonly string[] {
  if (only === undefined) return runner.names;
  const name = store.dialect(only)?.index.ir.dialect ?? only;
  if (runner.names.includes(name)) return [name];
  throw new UsageError(`these files have no vectors of "${only}"`, didYouMean(only, runner.names));
}

/** A line on a terminal: which of how many it is at, and how many mutants it has tried. */
function progress(of: number) {
  const { stderr } = process;
  let mutants = 0;
  let shown = performance.now();
  return {
    one(i: number, name: string): void {
      mutants++;
      if (!stderr.isTTY || performance.now() - shown < 200) return;
      shown = performance.now();
      stderr.write(`\r\u001b[K${i + 1} of ${of}, ${name}; ${mutants} mutants`);
    },
    done(): void {
      if (stderr.isTTY) stderr.write('\r\u001b[K');
    },
  };
}

async function tell(outcomes: readonly Outcome[], stale: readonly string[]): Promise<void> {
  const head = ['', 'vectors', 'mutants', 'by bytes', 'by layout', 'equivalent', 'unpinned', 'survived', 'rules'];
  const rows = outcomes.map((o) => [
    o.name,
    ...[o.vectors, o.wire.mutants, o.wire.byBytes, o.wire.byLayout, o.equivalent, o.unpinned, o.survived.length].map(
      String,
    ),
    o.rules === null ? '-' : `${o.rules.killed.length} of ${o.rules.mutants}`,
  ]);
  await outLine(columns([head, ...rows], [1, 2, 3, 4, 5, 6, 7, 8]));
  for (const o of outcomes) {
    for (const mutant of o.survived) await outLine(`survived  ${o.name}: ${mutant}`);
    for (const vector of o.broken) await outLine(`wrong     ${o.name}: ${vector} does not hold before any mutation`);
  }
  for (const line of [...outcomes.flatMap((o) => o.stale.map((s) => `${o.name}: ${s}`)), ...stale])
    await outLine(`stale     ${line}`);
}

const asJson = (outcomes: readonly Outcome[], stale: readonly string[]) => ({
  subjects: outcomes.map(({ name, vectors, wire, rules, equivalent, unpinned, survived, broken }) => ({
    name,
    vectors,
    mutants: wire.mutants,
    killed: { bytes: wire.byBytes, layout: wire.byLayout },
    equivalent,
    unpinned,
    survived,
    broken,
    rules: rules === null ? null : { mutants: rules.mutants, killed: rules.killed.length, survived: rules.survivors },
  })),
  stale: [...outcomes.flatMap((o) => o.stale.map((s) => `${o.name}: ${s}`)), ...stale],
});
