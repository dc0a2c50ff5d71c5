import { Command, Option } from 'commander';
import { LineDecoder, type LineOptions } from '../../jsonl/decode-lines.js';
import { isHexLine } from '../../jsonl/hex-line.js';
import type { Direction } from '../../rules/finding.js';
import type { IrStore } from '../../store.js';
import { EXIT } from '../failure.js';
import { linesOf, readLines, sizeOf } from '../input.js';
import { checkNames, isHex, sniffMessages, spoken } from '../messages.js';
import { note, out, progressOf } from '../terminal.js';
import { openStore } from '../workspace.js';

interface Options extends LineOptions {
  readonly jsonl?: boolean;
  readonly json?: boolean;
  readonly summary?: boolean;
  readonly ir?: string;
  readonly dir?: Direction;
}

export const decode = (): Command =>
  new Command('decode')
    .description(
      'Bytes to JSON: hexadecimal digits, a file of them, of raw bytes or pcapng, or with --jsonl one entry per line.',
    )
    .argument('[input...]', 'hexadecimal digits of a message, a file, or "-" for standard input')
    .option('-d, --dialect <name>', 'dialect or alias the bytes speak')
    .option('-p, --profile <name>', 'whose rules judge them (default: the entry’s, else the dialect’s)')
    .addOption(
      new Option('--dir <direction>', 'who sent them, enables the direction rule').choices([
        'driver->device',
        'device->driver',
      ]),
    )
    .option('--no-rules', 'shapes only: no rules, no findings')
    .option('--jsonl', 'one JSON object per line in and out')
    .option('--summary', 'counts per message body, error and rule instead of an answer per message')
    .option('--json', 'one line of JSON per message instead of indented JSON; the summary as JSON')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      `
Examples:
  vwire decode --dialect rfc3 0002000003000800
  vwire decode --jsonl test/vectors/traces/qemu-rng.jsonl
  vwire decode --jsonl --summary test/vectors/traces/optee-device.jsonl`,
    )
    .action(async (inputs: string[], options: Options) => {
      const store = openStore(options.ir);
      checkNames(store, options);
      if (options.summary === true) {
        const { summarize } = await import('../summarize.js');
        return summarize(store, inputs, options);
      }
      const decoder = new LineDecoder(store, options);
      if (options.jsonl === true) await decodeLines(decoder, inputs);
      else await decodeMessages(decoder, store, inputs, options);
      if (decoder.counts.refused > 0 || decoder.counts.findings > 0) process.exitCode = EXIT.FINDINGS;
    });

async function decodeLines(decoder: LineDecoder, inputs: readonly string[]): Promise<void> {
  const progress = progressOf(sizeOf(inputs), !process.stdout.isTTY);
  for (const input of inputs.length === 0 ? ['-'] : inputs) {
    const batches = readLines(input, (bytes) => progress.advance(bytes, decoder.counts.lines));
    for await (const lines of batches) await out(`${lines.map((line) => decoder.line(line)).join('\n')}\n`);
  }
  progress.done(decoder.counts.lines, false);
  if (decoder.counts.lines === 0) note('vwire: the input is empty: no line, no answer');
}

/** Answers of raw bytes take many times their room, so that a chunk of them is small. */
const ANSWERED = 1 << 16;

async function decodeMessages(
  decoder: LineDecoder,
  store: IrStore,
  inputs: readonly string[],
  options: Options,
): Promise<void> {
  const direction = options.dir ?? null;
  const spelled = (answer: unknown): string => `${JSON.stringify(answer, null, options.json === true ? 0 : 2)}\n`;
  const hex = (line: string) =>
    spelled(decoder.entry({ hex: line, ...(direction === null ? {} : { dir: direction }) }));
  const progress = progressOf(sizeOf(inputs), !process.stdout.isTTY);
  const advance = (bytes: number): void => progress.advance(bytes, decoder.counts.frames);
  if (inputs.length === 0) spoken(store, inputs, options);
  for (const input of inputs) {
    if (isHex(input)) {
      spoken(store, inputs, options);
      await out(hex(input));
      continue;
    }
    const { kind, chunks } = await sniffMessages(input, ANSWERED);
    if (kind === 'pcapng') {
      const { decodePackets } = await import('../../jsonl/decode-packets.js');
      for await (const answers of decodePackets(decoder, chunks, advance)) await out(answers.map(spelled).join(''));
      continue;
    }
    const { index } = spoken(store, inputs, options);
    if (kind === 'text') {
      for await (const lines of linesOf(chunks, advance)) await out(lines.filter(isHexLine).map(hex).join(''));
    } else {
      const { decodeChunks } = await import('../../jsonl/decode-bytes.js');
      for await (const answers of decodeChunks(decoder, index, chunks, direction, advance))
        await out(answers.map(spelled).join(''));
    }
  }
  progress.done(decoder.counts.frames, false);
  if (decoder.counts.frames + decoder.counts.refused === 0) note('vwire: the input holds no message');
}
