import { Command } from 'commander';
import { EXIT } from '../failure.js';
import { readBytes } from '../input.js';
import { out, outLine, paintFor, widthOf } from '../terminal.js';
import { openStore } from '../workspace.js';
import { checkNames } from './decode.js';

interface Options {
  readonly dialect?: string;
  readonly profile?: string;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly exitZero?: boolean;
  readonly ir?: string;
}

export const trace = (): Command =>
  new Command('trace')
    .description('A capture as the conversation it was: each response with its request, latency, findings.')
    .argument('<file...>', 'JSONL captures, or "-" for standard input')
    .option('-d, --dialect <name>', 'dialect, where the capture does not say')
    .option('-p, --profile <name>', 'whose rules judge the messages')
    .option('--all', 'do not fold repeated notifications')
    .option('--exit-zero', 'exit 0 even when there are findings')
    .option('--json', 'the conversation as JSON')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText('after', '\nExample:\n  vwire trace test/vectors/traces/qemu-rng.jsonl')
    .action(async (files: string[], options: Options) => {
      const store = openStore(options.ir);
      checkNames(store, options);
      const { traceFile } = await import('../../trace/index.js');
      const json: unknown[] = [];
      for (const [number, file] of files.entries()) {
        const text = (await readBytes(file)).toString('utf8');
        const result = traceFile(store, text, {
          ...options,
          name: file,
          width: widthOf(process.stdout),
          paint: paintFor(process.stdout),
        });
        if (options.json === true) json.push(result.json);
        else await out(`${number === 0 ? '' : '\n'}${result.text}\n`);
        if (options.exitZero !== true && (result.counts.refused > 0 || result.counts.findings > 0))
          process.exitCode = EXIT.FINDINGS;
      }
      if (options.json === true) await outLine(JSON.stringify(files.length === 1 ? json[0] : json, null, 2));
    });
