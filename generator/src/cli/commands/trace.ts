import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { formOf } from '../../capture/form.js';
import type { IrStore } from '../../store.js';
import { EXIT, UsageError } from '../failure.js';
import { readBytes } from '../input.js';
import { checkForm, checkNames } from '../messages.js';
import { note, out, outLine, paintFor, widthOf } from '../terminal.js';
import { openStore } from '../workspace.js';

interface Options {
  readonly dialect?: string;
  readonly profile?: string;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly summary?: boolean;
  readonly exitZero?: boolean;
  readonly to?: 'pcapng';
  readonly out?: string;
  readonly ir?: string;
}

export const trace = (): Command =>
  new Command('trace')
    .description('A capture as the conversation it was: each response with its request, latency, broken rules.')
    .argument('<file...>', 'captures: JSONL, lines of hexadecimal digits, pcapng, raw messages; "-" for standard input')
    .option('-d, --dialect <name>', 'dialect, where the capture does not say')
    .option('-p, --profile <name>', 'whose rules judge the messages')
    .option('--all', 'do not fold repeated notifications')
    .option('--exit-zero', 'exit 0 even when there are findings')
    .option('--summary', 'counts instead of a conversation, of a capture of any size in constant memory')
    .option('--json', 'the conversation as JSON')
    .addOption(new Option('--to <form>', 'write the capture in another form instead').choices(['pcapng']))
    .option('-o, --out <file>', 'where to, with --to (default: standard output)')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      `
Examples:
  vwire trace test/vectors/traces/qemu-rng.jsonl
  vwire trace --summary test/vectors/traces/qemu-rng.jsonl

For Wireshark: vwire trace --to pcapng --out capture.pcapng capture.jsonl`,
    )
    .action(async (files: string[], options: Options) => {
      const store = openStore(options.ir);
      checkNames(store, options);
      if (options.out !== undefined && options.to === undefined)
        throw new UsageError('--out is for --to', 'add "--to pcapng"');
      if (options.summary === true) {
        const { summarize } = await import('../summarize.js');
        await summarize(store, files, { ...options, conversation: true });
        if (options.exitZero === true) process.exitCode = EXIT.OK;
        return;
      }
      if (options.to === 'pcapng') return toPcapng(store, files, options);
      const { traceFile } = await import('../../trace/index.js');
      const json: unknown[] = [];
      for (const [number, file] of files.entries()) {
        const result = traceFile(store, await captureIn(file, options), {
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

/** A conversation is told from memory, and takes some fifty times the room of its capture. */
const LARGEST = 1 << 24;

async function captureIn(file: string, { dialect }: Options): Promise<Buffer> {
  const size = file === '-' ? 0 : (statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  if (size > LARGEST)
    throw new UsageError(
      `"${file}" has ${size} bytes: too many to be told as a conversation`,
      'add --summary for counts of a capture of any size, or cut it',
    );
  const bytes = await readBytes(file);
  const form = formOf(bytes.subarray(0, 1 << 12));
  if (form === 'empty') throw new UsageError(`"${file}" is empty: there is nothing to tell`);
  checkForm(file, form);
  if (form === 'raw' && dialect === undefined)
    throw new UsageError(
      `"${file}" holds raw bytes: which dialect do they speak?`,
      'give --dialect, or ask "vwire identify"',
    );
  return bytes;
}

async function toPcapng(store: IrStore, files: readonly string[], options: Options): Promise<void> {
  const [file = '-', ...others] = files;
  if (others.length > 0) throw new UsageError('one capture becomes one file', 'name a single capture');
  if (options.out === undefined && process.stdout.isTTY)
    throw new UsageError('a pcapng file is nothing for a terminal', 'give --out FILE, or redirect');
  const { readCapture } = await import('../../capture/lines.js');
  const { capturePcapng } = await import('../../capture/to-pcapng.js');
  const { index } = store.dialect(options.dialect ?? '') ?? {};
  const { lines } = readCapture(await captureIn(file, options), { index });
  const { bytes, packets, left } = capturePcapng(store, lines, options.dialect);
  if (options.out === undefined) process.stdout.write(bytes);
  else await writeFile(options.out, bytes);
  if (left === 0) return;
  note(`vwire: ${packets} packets; ${left} lines or frames could not be read and are left out`);
  if (options.exitZero !== true) process.exitCode = EXIT.FINDINGS;
}
