import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { knownNames } from '../../diagnostics/did-you-mean.js';
import { LineDecoder, type LineOptions } from '../../jsonl/decode-lines.js';
import { isHexLine } from '../../jsonl/hex-line.js';
import type { Direction } from '../../rules/finding.js';
import type { Found, IrStore } from '../../store.js';
import { EXIT, UsageError } from '../failure.js';
import { linesOf, readLines, type Sniffed, sizeOf, sniff } from '../input.js';
import { columns, note, out, outLine, paintFor, progressOf } from '../terminal.js';
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
      'Bytes to JSON: hexadecimal digits, a file of them or of raw bytes, or with --jsonl one entry per line.',
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
      if (options.summary === true) return summarize(store, inputs, options);
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
const COUNTED = 1 << 20;

async function decodeMessages(
  decoder: LineDecoder,
  store: IrStore,
  inputs: readonly string[],
  options: Options,
): Promise<void> {
  const { index } = spoken(store, inputs, options);
  const direction = options.dir ?? null;
  const spelled = (answer: unknown): string => `${JSON.stringify(answer, null, options.json === true ? 0 : 2)}\n`;
  const hex = (line: string) =>
    spelled(decoder.entry({ hex: line, ...(direction === null ? {} : { dir: direction }) }));
  const progress = progressOf(sizeOf(inputs), !process.stdout.isTTY);
  const advance = (bytes: number): void => progress.advance(bytes, decoder.counts.frames);
  for (const input of inputs) {
    if (isHex(input)) {
      await out(hex(input));
      continue;
    }
    const { kind, chunks } = await sniffMessages(input, ANSWERED);
    if (kind === 'text') {
      for await (const lines of linesOf(chunks, advance)) await out(lines.filter(isHexLine).map(hex).join(''));
    } else {
      const { decodeChunks } = await import('../../jsonl/decode-bytes.js');
      for await (const answers of decodeChunks(decoder, index, chunks, direction, advance))
        await out(answers.map(spelled).join(''));
    }
  }
  progress.done(decoder.counts.frames, false);
}

async function summarize(store: IrStore, inputs: readonly string[], options: Options): Promise<void> {
  const { Summarizer } = await import('../../jsonl/summarize.js');
  const { summaryJson, summaryLine, summaryTables } = await import('../../stream/summary.js');
  const summarizer = new Summarizer(store, options, options.dir ?? null);
  const { tally } = summarizer;
  const progress = progressOf(sizeOf(inputs), true);
  const advance = (bytes: number): void => progress.advance(bytes, tally.messages);
  if (options.jsonl === true) {
    for (const input of inputs.length === 0 ? ['-'] : inputs)
      await summarizer.entries(input, readLines(input, advance));
  } else {
    const { index, profile: own } = spoken(store, inputs, options);
    const name = options.profile ?? own;
    const profile = options.rules === false ? null : store.profile(index.ir.protocol, name);
    for (const input of inputs) {
      if (isHex(input)) {
        await summarizer.hex(input, [[input]]);
        continue;
      }
      const { kind, chunks } = await sniffMessages(input, COUNTED);
      if (kind === 'text') await summarizer.hex(input, linesOf(chunks, advance));
      else await summarizer.bytes(input, chunks, index, profile, advance);
    }
  }
  progress.done(tally.messages, true);
  if (options.json === true) await outLine(JSON.stringify(summaryJson(tally), null, 2));
  else {
    const paint = paintFor(process.stdout);
    await outLine(summaryLine(tally));
    for (const { head, rows, right } of summaryTables(tally))
      await outLine(`\n${columns([head, ...rows], right).replace(/^.*/, paint.bold)}`);
  }
  if (!tally.clean) process.exitCode = EXIT.FINDINGS;
}

/** The dialect that inputs without names speak. */
export function spoken(
  store: IrStore,
  inputs: readonly string[],
  options: { readonly dialect?: string | undefined },
): Found {
  if (inputs.length === 0) throw new UsageError('nothing to decode', 'give hexadecimal digits, a file, or "-"');
  const found = options.dialect === undefined ? null : store.dialect(options.dialect);
  if (found === null)
    throw new UsageError('which dialect do the bytes speak?', `give --dialect: ${store.names.join(', ')}`);
  return found;
}

/** Whether an argument is the digits of a message rather than the name of a file. */
export const isHex = (input: string): boolean =>
  input !== '-' && !existsSync(input) && /^(0x)?[0-9a-fA-F\s:_,-]+$/.test(input);

/** An input of digits or raw bytes, neither empty nor JSON. */
export async function sniffMessages(input: string, size: number): Promise<Sniffed> {
  const sniffed = await sniff(input, size);
  if (sniffed.kind === 'empty') throw new UsageError(`"${input}" is empty: there is nothing to decode`);
  if (sniffed.kind === 'json') throw new UsageError(`"${input}" holds JSON`, 'add --jsonl');
  return sniffed;
}
