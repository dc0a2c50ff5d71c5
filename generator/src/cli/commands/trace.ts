import { Command, Option } from 'commander';
import { formOf, LOOKED_AT } from '../../capture/form.js';
import type { IrStore } from '../../store.js';
import type { Figures, Item, TraceOptions } from '../../trace/index.js';
import { EXIT, UsageError } from '../failure.js';
import { joined, readChunks, sizeOf } from '../input.js';
import { checkNames, checkRead } from '../messages.js';
import { out, outLine, paintFor, progressOf, widthOf } from '../terminal.js';
import { openStore } from '../workspace.js';

interface Options {
  readonly dialect?: string;
  readonly profile?: string;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly summary?: boolean;
  readonly stream?: boolean;
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
    .option('--stream', 'tell it while it is read, in constant memory, as everything beyond 16 MiB is')
    .option('--json', 'the conversation as JSON; with --stream a line per item')
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
      if (options.to === 'pcapng') {
        const { toPcapng } = await import('./trace-to-pcapng.js');
        await toPcapng(store, files, options);
        return;
      }
      const shown = { ...options, width: widthOf(process.stdout), paint: paintFor(process.stdout) };
      const json: unknown[] = [];
      for (const [number, file] of files.entries()) {
        if (options.json !== true && number > 0) await out('\n');
        const { bytes, chunks } = await captureOf(file, options);
        const counts =
          bytes === null
            ? await streamed(store, file, chunks, { ...shown, name: file })
            : await whole(store, bytes, { ...shown, name: file }, json);
        if (options.exitZero !== true && (counts.refused > 0 || counts.findings > 0)) process.exitCode = EXIT.FINDINGS;
      }
      if (options.json === true && json.length > 0)
        await outLine(JSON.stringify(files.length === 1 ? json[0] : json, null, 2));
    });

/** A conversation that is told at once is in memory, and takes some fifty times the room of its capture. */
const LARGEST = 1 << 24;

type Shown = Options & TraceOptions;

async function whole(store: IrStore, bytes: Buffer, options: Shown, json: unknown[]): Promise<Figures> {
  const { traceFile } = await import('../../trace/index.js');
  const result = traceFile(store, bytes, options);
  if (options.json === true) json.push(result.json);
  else await out(`${result.text}\n`);
  return result.counts;
}

/** Tells a capture while it is read. */
async function streamed(store: IrStore, file: string, chunks: AsyncIterable<Buffer>, options: Shown): Promise<Figures> {
  const [{ Teller }, { CaptureReader }] = await Promise.all([
    import('../../trace/index.js'),
    import('../../capture/reader.js'),
  ]);
  const reader = new CaptureReader(store.dialect(options.dialect ?? '')?.index);
  const teller = new Teller(store, options);
  const progress = progressOf(sizeOf([file]), !process.stdout.isTTY);
  let frames = 0;
  const tell = async (items: readonly Item[]): Promise<void> => {
    frames += items.length;
    await out(options.json === true ? teller.json(items, reader.counted) : teller.text(items, reader.counted));
  };
  for await (const chunk of chunks) {
    // A piece of a file holds thousands of messages; what comes through a pipe comes as it happens.
    const lines = reader.push(chunk);
    checkRead(file, reader.form, options);
    await tell(teller.hear(lines));
    progress.advance(chunk.length, frames);
  }
  const rest = reader.end();
  progress.done(frames, false);
  if (reader.form === 'empty') throw new UsageError(`"${file}" is empty: there is nothing to tell`);
  checkRead(file, reader.form, options);
  await tell(teller.hear(rest));
  await tell(teller.end());
  await out(options.json === true ? teller.jsonOfEnd() : teller.textOfEnd());
  return teller.figures;
}

/** All bytes of a capture that memory holds as a conversation, or null and the pieces of one that it does not. */
async function captureOf(
  file: string,
  options: Options,
): Promise<{ bytes: Buffer | null; chunks: AsyncIterable<Buffer> }> {
  const chunks = readChunks(file, PIECE);
  if (options.stream === true) return { bytes: null, chunks };
  const known = file === '-' ? null : sizeOf([file]);
  const kept: Buffer[] = [];
  let size = 0;
  if (known === null || known <= LARGEST)
    for (;;) {
      const next = await chunks.next();
      if (next.done === true) {
        const bytes = Buffer.concat(kept);
        const form = formOf(bytes.subarray(0, LOOKED_AT));
        if (form === 'empty') throw new UsageError(`"${file}" is empty: there is nothing to tell`);
        checkRead(file, form, options);
        return { bytes, chunks };
      }
      kept.push(Buffer.from(next.value));
      size += next.value.length;
      if (size > LARGEST) break;
    }
  if (options.json === true)
    throw new UsageError(
      `"${file}" has ${known ?? `more than ${LARGEST}`} bytes: too many for one piece of JSON`,
      'add --stream for a line of JSON per item, or --summary for counts',
    );
  return { bytes: null, chunks: joined(Buffer.concat(kept), chunks) };
}

const PIECE = 1 << 18;
