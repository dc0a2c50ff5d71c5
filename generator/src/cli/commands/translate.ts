import { Command, Option } from 'commander';
import { knownNames } from '../../diagnostics/did-you-mean.js';
import { fromHex, toHex } from '../../interpret/values.js';
import { type Packet, packetsOf } from '../../jsonl/decode-packets.js';
import { directionOf, textOf } from '../../jsonl/entry.js';
import { isHexLine } from '../../jsonl/hex-line.js';
import { LineTranslator, type NamedDialect, translatedEntry } from '../../jsonl/translate-lines.js';
import type { Direction } from '../../rules/finding.js';
import type { IrStore } from '../../store.js';
import { MessageCutter } from '../../stream/message-cutter.js';
import { ShapeTable } from '../../stream/shape-table.js';
import { renderTranslation } from '../../translate/render.js';
import { EXIT, UsageError } from '../failure.js';
import { linesOf, readLines, sizeOf } from '../input.js';
import { isHex, sniffMessages } from '../messages.js';
import { note, out, paintFor, progressOf } from '../terminal.js';
import { openStore } from '../workspace.js';
import { printTable } from './translate-table.js';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly via: readonly string[];
  readonly dir?: Direction;
  readonly jsonl?: boolean;
  readonly table?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly ir?: string;
}

const collect = (name: string, names: readonly string[]): string[] => [...names, name];

export const translate = (): Command =>
  new Command('translate')
    .description('A message of one dialect as another one says it: exact, lossy, or impossible, and why.')
    .argument(
      '[input...]',
      'hexadecimal digits of a message, a file of them, of raw bytes or pcapng, or "-" for standard input',
    )
    .option(
      '-f, --from <name>',
      'dialect or alias the bytes speak; with --jsonl and pcapng that of entries that name none',
    )
    .option('-t, --to <name>', 'dialect or alias to translate into')
    .option('--via <name>', 'a dialect to go by; may be repeated, in order', collect, [])
    .addOption(new Option('--dir <direction>', 'who sent them').choices(['driver->device', 'device->driver']))
    .option('--jsonl', 'one JSON object per line in and out')
    .option('--table', 'which messages can be translated at all; without --from and --to for all dialects')
    .option('--json', 'one line of JSON per message; the table as JSON')
    .addOption(new Option('--markdown', 'the table as Markdown').conflicts('json'))
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      `
Fields are told by name, through the renames that the schema states, never by place.
  exact       everything the message says is said; translating back gives the same bytes
  lossy       the message is there, without the fields that are named
  impossible  no such message there, or a value that does not fit or is not allowed

Exit codes: 0 all exact (or a table), 1 anything lossy, impossible or refused.

Examples:
  vwire translate --from rfc3 --to v1-2026 03020000010010000000100000000500
  vwire translate --from rfc3 --to v1-2026 --table
  vwire translate --to rfc2 --jsonl test/vectors/traces/optee-device.jsonl`,
    )
    .action(async (inputs: string[], options: Options) => {
      const store = openStore(options.ir);
      if (options.table === true) return await printTable(store, inputs, options);
      if (options.markdown === true) throw new UsageError('--markdown goes with --table');
      if (options.to === undefined)
        throw new UsageError('translate into which dialect?', `give --to: ${store.names.join(', ')}`);
      const to = dialectOf(store, options.to);
      const via = options.via.map((name) => dialectOf(store, name));
      const from = options.from === undefined ? null : dialectOf(store, options.from);
      const translator = new LineTranslator(store, { from: options.from, to, via });
      if (options.jsonl === true) await translateLines(translator, inputs);
      else await translateMessages(translator, inputs, from, options);
      const { lossy, impossible, refused } = translator.counts;
      if (lossy + impossible + refused > 0) process.exitCode = EXIT.FINDINGS;
    });

export function dialectOf(store: IrStore, name: string): NamedDialect {
  const found = store.dialect(name);
  if (found === null) throw new UsageError(`unknown dialect "${name}"`, knownNames(name, store.names));
  return { name, index: found.index };
}

async function translateLines(translator: LineTranslator, inputs: readonly string[]): Promise<void> {
  const progress = progressOf(sizeOf(inputs), !process.stdout.isTTY);
  for (const input of inputs.length === 0 ? ['-'] : inputs) {
    const batches = readLines(input, (bytes) => progress.advance(bytes, translator.counts.lines));
    for await (const lines of batches) await out(`${lines.map((line) => translator.line(line)).join('\n')}\n`);
  }
  progress.done(translator.counts.lines, false);
  if (translator.counts.lines === 0) note('vwire: the input is empty: no line, no answer');
}

/** Answers of raw bytes take many times their room, so that a chunk of them is small. */
const ANSWERED = 1 << 16;

async function translateMessages(
  translator: LineTranslator,
  inputs: readonly string[],
  from: NamedDialect | null,
  { dir, json }: Options,
): Promise<void> {
  if (inputs.length === 0) throw new UsageError('nothing to translate', 'give hexadecimal digits, a file, or "-"');
  const { to } = translator.options;
  const paint = paintFor(process.stdout);
  const named = (): NamedDialect => {
    if (from !== null) return from;
    throw new UsageError('which dialect do the bytes speak?', `give --from: ${translator.store.names.join(', ')}`);
  };
  const bytesAnswer = (bytes: Uint8Array): string => {
    const translation = translator.message(bytes, named(), dir ?? null);
    if (json !== true) return `${renderTranslation(translation, named().name, to.name, paint)}\n`;
    return `${JSON.stringify(translatedEntry({ hex: toHex(bytes) }, translation, named().name, to))}\n`;
  };
  const packetAnswer = (packet: Packet): string => {
    if ('error' in packet) {
      translator.counts.refused++;
      if (json === true) return `${JSON.stringify({ verdict: 'impossible', error: packet.error })}\n`;
      return `${packet.error.code}: ${packet.error.message}\n`;
    }
    const { entry } = packet;
    const own = dir === undefined || entry.dir !== undefined ? entry : { ...entry, dir };
    if (json === true) return `${JSON.stringify(translator.entry(own))}\n`;
    const name = textOf(entry, 'dialect');
    const spoken = name === undefined ? named() : dialectOf(translator.store, name);
    const bytes = Buffer.from(textOf(entry, 'hex') ?? '', 'hex');
    const translation = translator.message(bytes, spoken, directionOf(own));
    return `packet ${entry.packet}: ${renderTranslation(translation, spoken.name, to.name, paint)}\n`;
  };
  const hexAnswer = (line: string): string => {
    const parsed = fromHex(line);
    if ('bytes' in parsed) return bytesAnswer(parsed.bytes);
    translator.counts.refused++;
    const entry = {
      hex: line,
      verdict: 'impossible',
      error: { code: 'bad_hex', message: parsed.problem, offset: parsed.at >> 1 },
    };
    return json === true ? `${JSON.stringify(entry)}\n` : `${line.slice(0, 32)}: ${parsed.problem}\n`;
  };
  for (const input of inputs) {
    if (isHex(input)) {
      await out(hexAnswer(input));
      continue;
    }
    const { kind, chunks } = await sniffMessages(input, ANSWERED);
    if (kind === 'pcapng') {
      for await (const packets of packetsOf(translator.store, chunks)) await out(packets.map(packetAnswer).join(''));
      continue;
    }
    if (kind === 'text') {
      for await (const lines of linesOf(chunks)) await out(lines.filter(isHexLine).map(hexAnswer).join(''));
      continue;
    }
    let answers: string[] = [];
    const cutter = new MessageCutter(new ShapeTable(named().index), (view, start, end) => {
      answers.push(bytesAnswer(new Uint8Array(view.buffer, start, end - start)));
    });
    for await (const chunk of chunks) {
      cutter.push(chunk);
      await out(answers.join(''));
      answers = [];
    }
    cutter.end();
    await out(answers.join(''));
  }
  const { exact, lossy, impossible, refused } = translator.counts;
  if (exact + lossy + impossible + refused === 0) note('vwire: the input holds no message');
}
