import { Command } from 'commander';
import { type Budget, budget as budgetOf } from '../../budget/budget.js';
import { isDialect } from '../../ir/laid-out.js';
import type { IrStore } from '../../store.js';
import { EXIT, UsageError } from '../failure.js';
import { findIr } from '../find-ir.js';
import { columns, outLine, paintFor } from '../terminal.js';
import { openStore } from '../workspace.js';

interface Options {
  readonly max: number;
  readonly device: string;
  readonly configSize?: number;
  readonly featureBlocks: number;
  readonly queues: number;
  readonly json?: boolean;
  readonly ir?: string;
}

export const budget = (): Command =>
  new Command('budget')
    .description('What a bus of small messages can carry: what does not fit, what fits in pieces, how long it takes.')
    .argument('[dialect]', 'dialect or alias', 'v1-2026')
    .requiredOption('--max <bytes>', 'bytes of the largest message of the bus, header included', count(1))
    .option('--device <family>', 'whose configuration a driver reads: blk, net, …', 'blk')
    .option('--config-size <bytes>', 'bytes of configuration (default: those of the device)', count(0))
    .option('--feature-blocks <n>', 'feature blocks of 32 bits', count(0), 2)
    .option('--queues <n>', 'virtqueues', count(0), 1)
    .option('--json', 'as JSON')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .addHelpText(
      'after',
      '\nExamples:\n  vwire budget --max 64 v1-2026\n  vwire budget --max 264 rfc3 --device net --queues 3',
    )
    .action(async (name: string, options: Options) => {
      const store = openStore(options.ir);
      const ir = findIr(store, name);
      if (!isDialect(ir)) throw new UsageError(`"${name}" is a family of structs`, 'messages are those of a dialect');
      const { featureBlocks, queues } = options;
      const configSize = options.configSize ?? configOf(store, options.device);
      const found = budgetOf(ir, options.max, { featureBlocks, queues, configSize });
      if (found.bodies.some((b) => !b.fits)) process.exitCode = EXIT.FINDINGS;
      await outLine(options.json === true ? JSON.stringify(found, null, 2) : render(found));
    });

function count(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > 2 ** 32)
      throw new UsageError(`"${text}" is no whole number from ${least} on`);
    return value;
  };
}

/** Bytes of the largest configuration space of a device type. */
function configOf(store: IrStore, device: string): number {
  const ir = findIr(store, device);
  const struct = isDialect(ir) ? undefined : ir.structs.find((s) => s.name === `virtio_${ir.family}_config`);
  if (struct === undefined) throw new UsageError(`"${device}" has no configuration space`, 'say --config-size BYTES');
  return Math.max(...struct.shapes.map((s) => s.minSize));
}

function render(found: Budget): string {
  const paint = paintFor(process.stdout);
  const missing = found.bodies.filter((b) => !b.fits);
  const varying = found.bodies.filter((b) => b.fits && b.array !== null);
  const { pieces, initialisation: init } = found;
  const parts = [
    paint.bold(`${found.protocol}/${found.dialect}, messages of up to ${found.max} bytes`),
    ...limitLines(found),
    '',
    missing.length === 0
      ? `All ${found.bodies.length} message bodies fit.`
      : paint.red(`${missing.length} of ${found.bodies.length} message bodies do not fit:`),
    ...(missing.length === 0
      ? []
      : [
          columns(
            [
              ['message', 'bytes', 'too many'],
              ...missing.map((b) => [b.key, String(b.bytes), String(b.bytes - found.room)]),
            ],
            [1, 2],
          ),
        ]),
    '',
    ...(varying.length === 0
      ? ['No message varies in size.']
      : [
          columns(
            [
              ['varies', 'at least', 'holds up to'],
              ...varying.map((b) => [
                b.key,
                String(b.bytes),
                `${b.array?.elements} ${b.array?.unit} of ${b.array?.field}`,
              ]),
            ],
            [1],
          ),
        ]),
    '',
    columns(
      [
        ['per message', 'read', 'written', 'in an event'],
        ['feature blocks', String(pieces.featuresRead), String(pieces.featuresWritten), '-'],
        ['config bytes', String(pieces.configRead), String(pieces.configWritten), String(pieces.configInEvent)],
      ],
      [1, 2, 3],
    ),
    '',
    `Initialising a device with ${many(init.device.featureBlocks, 'feature block')}, ${many(init.device.configSize, 'byte')} of configuration, ${many(init.device.queues, 'queue')}:`,
    columns(
      [
        ['message', 'times', 'why'],
        ...init.steps.map((s) => [
          s.message,
          String(s.times),
          `${s.why}${s.answered ? '' : ' (no answer)'}${s.fits ? '' : ': does not fit'}`,
        ]),
      ],
      [1],
    ),
    init.roundTrips === null
      ? paint.red('not possible on this bus')
      : paint.bold(
          `${many(init.roundTrips, 'round trip')}${init.oneWay === 0 ? '' : `, and ${many(init.oneWay, 'message')} without an answer`}`,
        ),
    '',
    'Counted: one device that is known already, nothing failing, no notifications.',
  ];
  return parts.join('\n');
}

const many = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function limitLines({ max, room, least, most }: Budget): string[] {
  return [
    ...(room < max ? [`A message of this dialect has at most ${room} bytes.`] : []),
    ...(least !== null && max < least ? [`The text asks a bus for at least ${least} bytes.`] : []),
    ...(most !== null && max > most ? [`The text allows at most ${most} bytes.`] : []),
  ];
}
