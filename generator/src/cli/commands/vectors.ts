import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Entry } from '../../jsonl/entry.js';
import { passedText } from '../../write/passed.js';
import { EXIT, UsageError } from '../failure.js';
import { readBytes } from '../input.js';
import { columns, note, outLine } from '../terminal.js';
import { openStore } from '../workspace.js';

export const vectors = (): Command =>
  new Command('vectors')
    .description('Run vector files and captures through the generated codecs and the interpreter; all must agree.')
    .argument('<file...>', 'JSON lists of vectors, or JSONL captures')
    .option('--json', 'counts and failures as JSON')
    .option('--record <file>', 'where all pass, write how many each dialect passed, for the table of what is covered')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      '\nExample:\n  vwire vectors test/vectors/virtio-msg.json test/vectors/virtio-msg-malformed.json',
    )
    .action(async (files: string[], options: { json?: boolean; record?: string; ir?: string }) => {
      const store = openStore(options.ir);
      const [{ VectorRunner }, { StaleCodecs }] = await Promise.all([
        import('../../vectors/run-vectors.js'),
        import('../../vectors/codec-module.js'),
      ]);
      const runner = new VectorRunner(store);
      try {
        for (const file of files) await runner.file(file, parseEntries(file, (await readBytes(file)).toString('utf8')));
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
