import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { formOf, LOOKED_AT } from '../../capture/form.js';
import { readCapture } from '../../capture/lines.js';
import type { Entry } from '../../jsonl/entry.js';
import type { IrStore } from '../../store.js';
import { passedText } from '../../write/passed.js';
import { EXIT, UsageError } from '../failure.js';
import { readBytes } from '../input.js';
import { checkForm } from '../messages.js';
import { columns, note, outLine } from '../terminal.js';
import { openStore } from '../workspace.js';
import type { MutateOptions } from './vectors-mutate.js';

export const vectors = (): Command =>
  new Command('vectors')
    .description('Run vector files and captures through the generated codecs and the interpreter; all must agree.')
    .argument('<file...>', 'JSON lists of vectors, or captures: JSONL or pcapng')
    .option('--json', 'counts and failures as JSON')
    .option('--record <file>', 'where all pass, write how many each dialect passed, for the table of what is covered')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .option('--mutate', 'change the IR in one place after another; tell which changes no vector notices')
    .option('--only <name>', 'with --mutate: one dialect or family of structs')
    .option(
      '--equivalents <file>',
      'with --mutate: known survivors (default: equivalent-mutants.yaml beside the vectors)',
    )
    .addHelpText(
      'after',
      '\nExample:\n  vwire vectors test/vectors/virtio-msg.json test/vectors/virtio-msg-malformed.json' +
        '\n  vwire vectors --mutate --only v1-2026 test/vectors/virtio-msg.json test/vectors/virtio-msg-malformed.json test/vectors/virtio-msg-layouts.json' +
        '\n\nWith --mutate, a file may also be a list of layouts: what states offsets, types and ids beside the bytes.' +
        '\nConstraints, enumerations and reserved values have no target: the last column tells how many mutants of them' +
        '\nthe malformed messages notice.',
    )
    .action(async (files: string[], options: MutateOptions & { ir?: string; mutate?: boolean; record?: string }) => {
      const store = openStore(options.ir);
      if (options.mutate === true) {
        await mutate(store, files, options);
        return;
      }
      if (options.only !== undefined || options.equivalents !== undefined)
        throw new UsageError('--only and --equivalents need --mutate');
      const [{ VectorRunner }, { StaleCodecs }] = await Promise.all([
        import('../../vectors/run-vectors.js'),
        import('../../vectors/codec-module.js'),
      ]);
      const runner = new VectorRunner(store);
      try {
        for (const file of files) await runner.file(file, entriesIn(file, await readBytes(file)));
      } catch (error) {
        if (!(error instanceof StaleCodecs)) throw error;
        note(`vwire: ${error.message}`);
        process.exitCode = EXIT.FINDINGS;
        return;
      }
      const { dialects, failures, unknown } = runner.run;
      if (options.json === true) {
        await outLine(
          JSON.stringify(
            { dialects: Object.fromEntries(dialects), failures, unknown: Object.fromEntries(unknown) },
            null,
            2,
          ),
        );
      } else {
        const rows = [...dialects].map(([name, c]) => [name, String(c.vectors), String(c.checks), String(c.failed)]);
        await outLine(columns([['dialect', 'vectors', 'comparisons', 'failed'], ...rows], [1, 2, 3]));
        for (const f of failures.slice(0, 50)) await outLine(`failed  ${f.vector}: ${f.subject} ${f.what}`);
        if (failures.length > 50) await outLine(`… and ${failures.length - 50} more`);
        if (unknown.size > 0) {
          const total = [...unknown.values()].reduce((a, b) => a + b, 0);
          await outLine(
            `not run: ${total} entries of dialects or structs this schema does not have (${[...unknown.keys()].slice(0, 8).join(', ')}${unknown.size > 8 ? ', …' : ''})`,
          );
        }
      }
      if (failures.length > 0 || dialects.size === 0) process.exitCode = EXIT.FINDINGS;
      else if (options.record !== undefined) writeFileSync(options.record, passedText(runner.run));
    });

async function mutate(store: IrStore, files: string[], options: MutateOptions): Promise<void> {
  const [{ MutationRunner }, { isLayoutSheet }, { mutateVectors }] = await Promise.all([
    import('../../vectors/mutate/mutation-runner.js'),
    import('../../vectors/mutate/layout-trial.js'),
    import('./vectors-mutate.js'),
  ]);
  const runner = new MutationRunner(store);
  for (const file of files) {
    const bytes = await readBytes(file);
    const whole = wholeObject(textOf(bytes));
    if (isLayoutSheet(whole)) runner.layouts(file, whole);
    else runner.file(file, entriesIn(file, bytes));
  }
  await mutateVectors(store, runner, files, options);
}

/** A file that is one JSON object, which no list of vectors is. */
function wholeObject(text: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

const textOf = (bytes: Buffer): string => bytes.toString('utf8').replace(/^\uFEFF/, '');

/** The entries of a JSON list, of one object per line, or the packets of pcapng. */
function entriesIn(file: string, bytes: Buffer): Entry[] {
  const form = formOf(bytes.subarray(0, LOOKED_AT));
  checkForm(file, form);
  if (form !== 'pcapng') return parseEntries(file, textOf(bytes));
  return readCapture(bytes).lines.map((line) => {
    if ('entry' in line) return line.entry;
    throw new UsageError(`"${file}" is broken: ${line.error.message}`, '"vwire trace" reads what is left of it');
  });
}

/** The entries of a JSON list, or of one object per line. */
function parseEntries(file: string, text: string): Entry[] {
  if (text.trim() === '') throw new UsageError(`"${file}" is empty`);
  try {
    if (text.trimStart().startsWith('[')) return JSON.parse(text) as Entry[];
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Entry);
  } catch (error) {
    throw new UsageError(
      `"${file}" is neither a JSON list nor one JSON object per line: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
