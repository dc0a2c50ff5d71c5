import { createWriteStream } from 'node:fs';
import { Command, Option } from 'commander';
import type { Paint } from '../../diagnostics/render-text.js';
import { EXIT, UsageError } from '../failure.js';
import { columns, note, out, outLine, paintFor } from '../terminal.js';

const DIALECTS = ['rfc2', 'rfc3', 'pr28', 'v1-2026'] as const;
const MEDIA = ['loopback', 'stream'] as const;

interface Options {
  readonly dialect: (typeof DIALECTS)[number];
  readonly medium: (typeof MEDIA)[number];
  readonly trace?: string;
  readonly json?: boolean;
}

interface StepResult {
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly figures: Readonly<Record<string, string | number | readonly (string | number)[]>>;
  readonly error?: string;
}

/** What is used of the runtime, which this package does not depend on: it is loaded when the demo is asked for. */
interface Runtime {
  runDemo(options: {
    readonly dialect: string;
    readonly medium: string;
    readonly audience: {
      begin?(step: string): void;
      line?(text: string): void;
      frame?(t: number, dir: string, bytes: Uint8Array): void;
      end?(step: StepResult): void;
    };
  }): Promise<{ readonly ok: boolean; readonly steps: readonly StepResult[] }>;
}

export const demo = (): Command =>
  new Command('demo')
    .description(
      'A driver and devices talk over a bus: discovery, negotiation, a file through block, random bytes, a console, hotplug, a reset in mid-flight.',
    )
    .addOption(new Option('--dialect <name>', 'what they speak').choices(DIALECTS).default('v1-2026'))
    .addOption(
      new Option('--medium <name>', 'loopback: one process; stream: two processes and a socket')
        .choices(MEDIA)
        .default('loopback'),
    )
    .option('--trace <file>', 'write every message to a capture, which vwire trace reads')
    .option('--json', 'the result of every step as JSON')
    .addHelpText('after', '\nExample:\n  vwire demo --dialect rfc2 --medium stream')
    .action(async (options: Options) => {
      const { runDemo } = await runtime();
      const capture = options.trace === undefined ? null : openCapture(options.trace, options);
      const audience = options.json === true ? {} : spoken(paintFor(process.stdout));
      const result = await runDemo({
        dialect: options.dialect,
        medium: options.medium,
        audience: { ...audience, ...(capture === null ? {} : { frame: capture.frame }) },
      });
      await capture?.close();
      if (options.json === true) await outLine(JSON.stringify(result, null, 2));
      else await out(`\n${summary(result.steps)}\n`);
      if (!result.ok) process.exitCode = EXIT.FINDINGS;
    });

async function runtime(): Promise<Runtime> {
  const name = '@virtio-wire/runtime/demo';
  try {
    return (await import(name)) as Runtime;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError('the demo needs @virtio-wire/runtime', 'install it beside this package');
  }
}

/** Prints the conversation while it is held. */
function spoken(paint: Paint): Parameters<Runtime['runDemo']>[0]['audience'] {
  return {
    begin: (step) => process.stdout.write(`\n${paint.bold(step)}\n`),
    line: (text) => process.stdout.write(`${paint.dim(text)}\n`),
    end: ({ ok, ms, figures, error }) => {
      const told = ok ? figuresOf(figures) : (error ?? '');
      process.stdout.write(`  ${ok ? paint.cyan('✓') : paint.red('✗')} ${told} (${ms} ms)\n`);
    },
  };
}

const figuresOf = (figures: StepResult['figures']): string =>
  Object.entries(figures)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') || 'none' : value}`)
    .join('; ');

const summary = (steps: readonly StepResult[]): string =>
  columns(
    steps.map(({ step, ok, ms }) => [ok ? 'ok' : 'FAILED', step, `${ms} ms`]),
    [2],
  );

/** A capture in the form of the vector files: a header that names the dialect, then a line for each message. */
function openCapture(file: string, { dialect, medium }: Options) {
  const stream = createWriteStream(file);
  let failed: Error | null = null;
  stream.on('error', (error) => {
    failed = error;
    note(`vwire: cannot write ${file}: ${error.message}`);
    process.exitCode = EXIT.USAGE;
  });
  const line = (value: unknown): void => {
    if (failed === null) stream.write(`${JSON.stringify(value)}\n`);
  };
  line({ trace: 'virtio-msg', dialect, peer: 'virtio-wire demo', medium, clock: 'ms since the first message' });
  return {
    frame: (t: number, dir: string, bytes: Uint8Array): void =>
      line({ t: Math.round(t * 1000) / 1000, dir, hex: Buffer.from(bytes).toString('hex') }),
    close: (): Promise<void> =>
      new Promise((resolve) => {
        if (failed !== null) resolve();
        else stream.end(() => resolve());
      }),
  };
}
