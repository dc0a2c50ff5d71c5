import { Command } from 'commander';
import type { LineOptions } from '../../jsonl/decode-lines.js';
import { LineEncoder } from '../../jsonl/encode-lines.js';
import { EXIT, UsageError } from '../failure.js';
import { readBytes, readLines } from '../input.js';
import { checkNames } from '../messages.js';
import { note, out, outLine } from '../terminal.js';
import { openStore } from '../workspace.js';

interface Options extends LineOptions {
  readonly jsonl?: boolean;
  readonly json?: boolean;
  readonly ir?: string;
}

export const encode = (): Command =>
  new Command('encode')
    .description('JSON to bytes: names, header and fields in, hexadecimal digits out.')
    .argument('[input...]', 'a JSON object, a file of one, or "-" for standard input')
    .option('-d, --dialect <name>', 'dialect or alias, where the entry does not say')
    .option('--jsonl', 'one JSON object per line in and out')
    .option('--json', 'the whole entry as JSON instead of the hexadecimal digits alone')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      `
Example:
  vwire encode --dialect rfc3 '{"message":"PING","kind":"request","header":{"token":7},"fields":{"data":42}}'`,
    )
    .action(async (inputs: string[], options: Options) => {
      const store = openStore(options.ir);
      checkNames(store, options);
      const encoder = new LineEncoder(store, options);
      if (options.jsonl === true) {
        for (const input of inputs.length === 0 ? ['-'] : inputs) {
          for await (const lines of readLines(input))
            await out(`${lines.map((line) => encoder.line(line)).join('\n')}\n`);
        }
        if (encoder.counts.lines === 0) note('vwire: the input is empty: no line, no answer');
      } else {
        if (inputs.length === 0) throw new UsageError('nothing to encode', 'give a JSON object, a file, or "-"');
        for (const input of inputs) await encodeOne(encoder, input, options);
      }
      if (encoder.counts.refused > 0 || encoder.counts.findings > 0) process.exitCode = EXIT.FINDINGS;
    });

async function encodeOne(encoder: LineEncoder, input: string, options: Options): Promise<void> {
  const text = input.trimStart().startsWith('{') ? input : (await readBytes(input)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError('expected one JSON object with message, kind, header and fields');
  const entry = { fields: {}, ...(value as Record<string, unknown>) };
  const answer = encoder.entry(entry) as { hex?: string; error?: { code: string; message: string } };
  // A name that does not exist is wrong use; a value that does not fit is the answer.
  if (
    answer.error !== undefined &&
    /^(unknown_(dialect|protocol|profile|message)|no_dialect)$/.test(answer.error.code)
  ) {
    throw new UsageError(answer.error.message);
  }
  if (options.json === true || answer.error !== undefined) await outLine(JSON.stringify(answer, null, 2));
  else await outLine(answer.hex ?? '');
}
