import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { knownNames } from '../../diagnostics/did-you-mean.js';
import { splitMessages } from '../../interpret/split.js';
import { toHex } from '../../interpret/values.js';
import { LineDecoder, type LineOptions } from '../../jsonl/decode-lines.js';
import type { IrStore } from '../../store.js';
import { EXIT, UsageError } from '../failure.js';
import { readBytes, readLines } from '../input.js';
import { note, out, outLine } from '../terminal.js';
import { openStore } from '../workspace.js';

interface Options extends LineOptions {
  readonly jsonl?: boolean;
  readonly json?: boolean;
  readonly ir?: string;
  readonly dir?: string;
}

export const decode = (): Command =>
  new Command('decode')
    .description(
      'Bytes to JSON: hexadecimal digits, a file of them or of raw bytes, or with --jsonl one entry per line.',
    )
    .argument('[input...]', 'hexadecimal digits of a message, a file, or "-" for standard input')
    .option('-d, --dialect <name>', 'dialect or alias the bytes speak')
    .option('-p, --profile <name>', 'whose rules judge them (default: the entry’s, else the dialect’s)')
    .option('--dir <direction>', 'driver->device or device->driver, enables the direction rule')
    .option('--jsonl', 'one JSON object per line in and out')
    .option('--json', 'one line of JSON per message instead of indented JSON')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      `
Examples:
  vwire decode --dialect rfc3 0002000003000800
  vwire decode --jsonl test/vectors/traces/qemu-rng.jsonl`,
    )
    .action(async (inputs: string[], options: Options) => {
      const store = openStore(options.ir);
      checkNames(store, options);
      const decoder = new LineDecoder(store, options);
      if (options.jsonl === true) await decodeLines(decoder, inputs);
      else await decodeMessages(decoder, store, inputs, options);
      if (decoder.counts.refused > 0 || decoder.counts.findings > 0) process.exitCode = EXIT.FINDINGS;
    });

/** Unknown names on the command line are wrong use, told with the nearest names; in a line they are that line's error. */
export function checkNames(store: IrStore, options: LineOptions): void {
  if (options.dialect !== undefined && store.dialect(options.dialect) === null) {
    throw new UsageError(`unknown dialect "${options.dialect}"`, knownNames(options.dialect, store.names));
  }
  if (options.profile !== undefined && !store.profileNames.includes(options.profile)) {
    throw new UsageError(`unknown profile "${options.profile}"`, knownNames(options.profile, store.profileNames));
  }
}

async function decodeLines(decoder: LineDecoder, inputs: readonly string[]): Promise<void> {
  for (const input of inputs.length === 0 ? ['-'] : inputs) {
    for await (const lines of readLines(input)) await out(`${lines.map((line) => decoder.line(line)).join('\n')}\n`);
  }
  if (decoder.counts.lines === 0) note('vwire: the input is empty: no line, no answer');
}

async function decodeMessages(
  decoder: LineDecoder,
  store: IrStore,
  inputs: readonly string[],
  options: Options,
): Promise<void> {
  if (inputs.length === 0) throw new UsageError('nothing to decode', 'give hexadecimal digits, a file, or "-"');
  if (options.dialect === undefined)
    throw new UsageError('which dialect do the bytes speak?', `give --dialect: ${store.names.join(', ')}`);
  const fixed = store.dialect(options.dialect)?.index;
  for (const input of inputs) {
    for (const hex of await messagesOf(input, (bytes) =>
      fixed === undefined ? [bytes] : splitMessages(fixed, bytes),
    )) {
      const answer = decoder.entry({ hex, ...(options.dir === undefined ? {} : { dir: options.dir }) });
      await outLine(JSON.stringify(answer, null, options.json === true ? 0 : 2));
    }
  }
}

const isText = (bytes: Uint8Array): boolean =>
  bytes.every((b) => (b >= 0x20 && b < 0x7f) || b === 0x09 || b === 0x0a || b === 0x0d);

/** The hexadecimal texts of an argument: itself, the lines of a text file, or the messages of a binary file. */
async function messagesOf(input: string, split: (bytes: Uint8Array) => Uint8Array[]): Promise<string[]> {
  if (input !== '-' && !existsSync(input) && /^(0x)?[0-9a-fA-F\s:_,-]+$/.test(input)) return [input];
  const bytes = await readBytes(input);
  if (bytes.length === 0) throw new UsageError(`"${input}" is empty: there is nothing to decode`);
  const text = bytes.toString('latin1');
  if (isText(bytes)) {
    if (text.trimStart().startsWith('{')) throw new UsageError(`"${input}" holds JSON`, 'add --jsonl');
    return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  }
  return split(bytes).map(toHex);
}
