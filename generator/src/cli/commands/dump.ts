import { Command, Option } from 'commander';
import { type Dumped, LineDumper } from '../../dump/dump-lines.js';
import { dumpMessage } from '../../dump/dump-message.js';
import { packetsOf } from '../../jsonl/decode-packets.js';
import { isHexLine } from '../../jsonl/hex-line.js';
import type { Direction } from '../../rules/finding.js';
import type { IrStore } from '../../store.js';
import { MessageCutter } from '../../stream/message-cutter.js';
import { ShapeTable } from '../../stream/shape-table.js';
import { EXIT, UsageError } from '../failure.js';
import { linesOf, readLines } from '../input.js';
import { checkNames, isHex, sniffMessages, spoken } from '../messages.js';
import { note } from '../terminal.js';
import { openStore } from '../workspace.js';
import { dumpStructs, isAboutStructs, type StructOptions } from './dump-structs.js';
import { Shown } from './shown-frames.js';

interface Options extends StructOptions {
  readonly dir?: Direction;
  readonly jsonl?: boolean;
  readonly line?: number;
  readonly clause?: boolean;
  readonly json?: boolean;
  readonly ir?: string;
}

export const dump = (): Command =>
  new Command('dump')
    .description('Annotated bytes: which field each belongs to, what it means, and what is wrong with it.')
    .argument('[input...]', 'hexadecimal digits of a message or struct, a file of them, of raw bytes or pcapng, or "-"')
    .option('-d, --dialect <name>', 'dialect or alias the bytes speak')
    .option('-p, --profile <name>', 'whose rules judge them (default: the entry’s, else the dialect’s)')
    .option('--protocol <name>', 'protocol or family of a struct: virtio-core, blk, admin-1.4')
    .option('--struct <name>', 'the bytes are this struct: name[+tail][/arm][@n][:out|:in]')
    .addOption(
      new Option('--part <part>', 'part of a command of an administration virtqueue').choices([
        'out',
        'in',
        'device-readable',
        'device-writable',
      ]),
    )
    .option('--layout <name>', 'the bytes are this memory layout of the dialect')
    .addOption(
      new Option('--dir <direction>', 'who sent them, enables the direction rule').choices([
        'driver->device',
        'device->driver',
      ]),
    )
    .option('--no-rules', 'shapes only: no rules, no findings')
    .option('--jsonl', 'the input is a trace or a vector file: every frame of every line')
    .option('--line <number>', 'only this line of it', lineNumber)
    .option('--clause', 'doc and clause of every field, however wide that gets')
    .option('--all', 'do not fold long arrays')
    .option('--json', 'one line of JSON per message: [{offset, length, bytes, part, field, type, value, …}]')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      `
Examples:
  vwire dump --dialect rfc3 01070100010010000300000000000000
  vwire dump --jsonl test/vectors/traces/qemu-rng.jsonl --line 3
  vwire dump --protocol virtio-core --struct virtio_blk_req_out 01000000000000000800000000000000
  vwire dump --protocol admin-1.4 --struct VIRTIO_ADMIN_CMD_LIST_USE --part in 0000000000000000
  vwire dump --dialect amp-shmem-v1 --layout QUEUE_HEAD 4f5102000400000003000000`,
    )
    .action(async (inputs: string[], options: Options) => {
      const store = openStore(options.ir);
      const structs = isAboutStructs(options);
      if (!structs) checkNames(store, options);
      if (structs && options.jsonl === true)
        throw new UsageError('--struct and --layout name what the lines of --jsonl name themselves');
      if (options.struct !== undefined && options.layout !== undefined)
        throw new UsageError('--struct and --layout name different things: give one of them');
      if (options.part !== undefined && options.struct === undefined) throw new UsageError('--part goes with --struct');
      if (options.line !== undefined && options.jsonl !== true) throw new UsageError('--line goes with --jsonl');
      const shown = new Shown(options);
      if (options.jsonl === true) await dumpLines(store, inputs, options, shown);
      else if (structs) await dumpStructs(store, inputs, options, shown);
      else await dumpMessages(store, inputs, options, shown);
      if (shown.objections > 0) process.exitCode = EXIT.FINDINGS;
    });

function lineNumber(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1) throw new UsageError(`"${text}" is no line number`, 'lines count from 1');
  return n;
}

async function dumpLines(store: IrStore, inputs: readonly string[], options: Options, shown: Shown): Promise<void> {
  const dumper = new LineDumper(store, options, options.all === true);
  for (const input of inputs.length === 0 ? ['-'] : inputs) {
    let number = 0;
    let frames = 0;
    for await (const lines of readLines(input)) {
      for (const line of lines) {
        number++;
        // Lines before the wanted one are read too: the trace's header is among them.
        const dumped = dumper.line(line);
        if (options.line !== undefined && number !== options.line) continue;
        frames += dumped.length;
        for (const frame of dumped) await shown.frame(frame, { line: number, at: frame.at });
      }
      if (options.line !== undefined && number >= options.line) break;
    }
    if (options.line !== undefined && number < options.line)
      throw new UsageError(`"${input}" has no line ${options.line}`, `it has ${number}`);
    if (frames === 0)
      note(`vwire: ${options.line === undefined ? `"${input}"` : `line ${options.line}`} holds no frame`);
  }
}

async function dumpMessages(store: IrStore, inputs: readonly string[], options: Options, shown: Shown): Promise<void> {
  if (inputs.length === 0) spoken(store, inputs, options);
  const direction = options.dir ?? null;
  const dumper = new LineDumper(store, options, options.all === true);
  for (const input of inputs) {
    if (isHex(input)) {
      spoken(store, inputs, options);
      await shown.frame(dumper.hex(input, direction), {});
      continue;
    }
    const { kind, chunks } = await sniffMessages(input, CHUNK);
    if (kind === 'pcapng') {
      await dumpPackets(store, dumper, chunks, direction, shown);
      continue;
    }
    const { index, profile: own } = spoken(store, inputs, options);
    const profile = options.rules ? store.profile(index.ir.protocol, options.profile ?? own) : null;
    if (kind === 'text') {
      let line = 0;
      for await (const lines of linesOf(chunks))
        for (const text of lines) {
          line++;
          if (isHexLine(text)) await shown.frame(dumper.hex(text, direction), { line });
        }
      continue;
    }
    let cut: { frame: Dumped; start: number; omitted: number }[] = [];
    const cutter = new MessageCutter(new ShapeTable(index), (view, start, end, at, length) => {
      const bytes = new Uint8Array(view.buffer, start, end - start);
      const rows = dumpMessage(index, profile, bytes, { direction, all: options.all === true });
      const frame = {
        at: 'hex',
        direction,
        dialect: index.ir.dialect,
        profile: profile?.name ?? null,
        struct: null,
        rows,
      };
      cut.push({ frame, start: at, omitted: length - (end - start) });
    });
    const show = async (): Promise<void> => {
      for (const { frame, start, omitted } of cut)
        await shown.frame(frame, { start, ...(omitted === 0 ? {} : { omitted }) });
      cut = [];
    };
    for await (const chunk of chunks) {
      cutter.push(chunk);
      await show();
    }
    cutter.end();
    await show();
  }
}

const CHUNK = 1 << 14;

/** A packet is in the dialect that its interface names, else in that of the options. */
async function dumpPackets(
  store: IrStore,
  dumper: LineDumper,
  chunks: AsyncIterable<Uint8Array>,
  direction: Direction | null,
  shown: Shown,
): Promise<void> {
  for await (const packets of packetsOf(store, chunks))
    for (const packet of packets) {
      if ('error' in packet) {
        await shown.frame({ at: 'line', direction: null, error: packet.error }, {});
        continue;
      }
      const { entry } = packet;
      const where = typeof entry.packet === 'number' ? { packet: entry.packet } : {};
      const own = direction === null || entry.dir !== undefined ? entry : { ...entry, dir: direction };
      for (const frame of dumper.entry(own)) await shown.frame(frame, where);
    }
}
