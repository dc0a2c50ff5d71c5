import { Command } from 'commander';
import { EXIT } from '../failure.js';
import { readHead } from '../input.js';
import { checkForm } from '../messages.js';
import { out, outLine, paintFor, widthOf } from '../terminal.js';
import { openStore } from '../workspace.js';

interface Options {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly ir?: string;
}

/** Enough for the bring-up of a bus, in whatever form. */
const LOOKED_AT = 1 << 22;
const TOP = 6;

export const identify = (): Command =>
  new Command('identify')
    .description(
      'Which dialect do these bytes speak? All dialects, ranked, with what speaks for and against each. What a capture says about itself is no evidence.',
    )
    .argument(
      '<file...>',
      'captures: JSONL, lines of hexadecimal digits, raw messages or pcapng; "-" for standard input',
    )
    .option('--all', 'show every dialect, not only the best')
    .option('--json', 'the answer as JSON')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      '\nThe first 2000 frames within 4 MiB are judged.\n\nExample:\n  vwire identify test/vectors/traces/qemu-rng.jsonl',
    )
    .action(async (files: string[], options: Options) => {
      const store = openStore(options.ir);
      const { identifiedJson, identify: judge, renderIdentified } = await import('../../identify/index.js');
      const json: unknown[] = [];
      for (const [number, file] of files.entries()) {
        const { bytes, partial } = await readHead(file, LOOKED_AT);
        const found = judge(store, bytes, { partial });
        checkForm(file, found.form);
        if (found.verdict === 'none') process.exitCode = EXIT.FINDINGS;
        const shown = {
          name: file === '-' ? 'standard input' : file,
          width: widthOf(process.stdout),
          paint: paintFor(process.stdout),
          top: options.all === true ? Number.POSITIVE_INFINITY : TOP,
        };
        if (options.json === true) json.push({ file, ...identifiedJson(found) });
        else await out(`${number === 0 ? '' : '\n'}${renderIdentified(found, shown)}\n`);
      }
      if (options.json === true) await outLine(JSON.stringify(files.length === 1 ? json[0] : json, null, 2));
    });
