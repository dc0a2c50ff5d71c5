import type { LineOptions } from '../jsonl/decode-lines.js';
import { Summarizer } from '../jsonl/summarize.js';
import type { Direction } from '../rules/finding.js';
import type { IrStore } from '../store.js';
import { Pairs } from '../stream/pairs.js';
import { pairsLine, summaryJson, summaryLine, summaryTables } from '../stream/summary.js';
import { EXIT } from './failure.js';
import { linesOf, readLines, sizeOf } from './input.js';
import { isHex, sniffMessages, spoken } from './messages.js';
import { columns, outLine, paintFor, progressOf } from './terminal.js';

export interface SummaryOptions extends LineOptions {
  /** Inputs are JSON lines, whatever they look like. */
  readonly jsonl?: boolean;
  readonly json?: boolean;
  readonly dir?: Direction;
  /** Take JSON lines where an input looks like them, and count requests and responses as pairs. */
  readonly conversation?: boolean;
}

/** Counts inputs of any form and size in constant memory, and prints what was counted. */
export async function summarize(store: IrStore, inputs: readonly string[], options: SummaryOptions): Promise<void> {
  const summarizer = new Summarizer(store, options, options.dir ?? null);
  const { tally } = summarizer;
  if (options.conversation === true) tally.pairs = new Pairs();
  const progress = progressOf(sizeOf(inputs), true);
  const advance = (bytes: number): void => progress.advance(bytes, tally.messages);
  if (options.jsonl === true) {
    for (const input of inputs.length === 0 ? ['-'] : inputs)
      await summarizer.entries(input, readLines(input, advance));
  } else {
    if (inputs.length === 0) spoken(store, inputs, options);
    for (const input of inputs) await summarizeOne(store, summarizer, input, options, advance);
  }
  progress.done(tally.messages, true);
  if (options.json === true) await outLine(JSON.stringify(summaryJson(tally), null, 2));
  else {
    const paint = paintFor(process.stdout);
    await outLine(summaryLine(tally));
    if (tally.pairs !== null) await outLine(pairsLine(tally.pairs));
    for (const { head, rows, right } of summaryTables(tally))
      await outLine(`\n${columns([head, ...rows], right).replace(/^.*/, paint.bold)}`);
  }
  if (!tally.clean) process.exitCode = EXIT.FINDINGS;
}

const COUNTED = 1 << 20;

async function summarizeOne(
  store: IrStore,
  summarizer: Summarizer,
  input: string,
  options: SummaryOptions,
  advance: (bytes: number) => void,
): Promise<void> {
  if (isHex(input)) {
    spoken(store, [input], options);
    await summarizer.hex(input, [[input]]);
    return;
  }
  const { kind, chunks } = await sniffMessages(input, COUNTED, options.conversation);
  if (kind === 'pcapng') await summarizer.pcapng(input, chunks, advance);
  else if (kind === 'json') await summarizer.entries(input, linesOf(chunks, advance));
  else {
    const { index, profile: own } = spoken(store, [input], options);
    const profile = options.rules === false ? null : store.profile(index.ir.protocol, options.profile ?? own);
    if (kind === 'text') await summarizer.hex(input, linesOf(chunks, advance));
    else await summarizer.bytes(input, chunks, index, profile, advance);
  }
}
