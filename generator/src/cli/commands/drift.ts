import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { knownNames } from '../../diagnostics/did-you-mean.js';
import type { DialectIR } from '../../ir/types.js';
import { listSchema } from '../../read/read-schema.js';
import type { IrStore } from '../../store.js';
import { EXIT, UsageError } from '../failure.js';
import { readBytes } from '../input.js';
import { outLine, paintFor, widthOf } from '../terminal.js';
import { openStore, schemaFolder, shippedSchema } from '../workspace.js';

interface Options {
  readonly json?: boolean;
  readonly schema?: string;
  readonly ir?: string;
}

export const drift = (): Command =>
  new Command('drift')
    .description('Compares the message tables of the LaTeX source of virtio-msg with a dialect, line by line.')
    .argument('<spec...>', 'LaTeX files, or "-" for standard input; last of all a dialect (default: the nearest)')
    .option('--schema <dir>', 'schema folder to name lines of (default: the shipped one)')
    .option('--ir <dir>', 'IR folder (default: the one of the shipped codecs)')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  vwire drift test/fixtures/drift/rfc3-tables.tex rfc3')
    .action(async (args: string[], options: Options) => {
      const store = openStore(options.ir);
      const { files, dialect } = split(args, store);
      const { drift: compare, nearestDialects, readText, renderDrift } = await import('../../drift/index.js');
      const texts = [];
      for (const file of files)
        texts.push({ file: file === '-' ? '<stdin>' : file, text: (await readBytes(file)).toString('utf8') });
      const model = await readText(texts);
      const nearest = dialect === null ? nearestDialects(model, dialectsOf(store)) : null;
      const ir = dialect ?? store.dialect(nearest?.[0]?.dialect ?? '')?.index.ir;
      if (ir === undefined) throw new UsageError('there is no dialect to compare with', 'name the IR folder with --ir');
      const schema = options.schema === undefined ? shippedSchema() : schemaFolder(options.schema);
      const result = await compare(model, ir, schema === null ? [] : listSchema(schema.folder, schema.shown));
      if (result.findings.length > 0) process.exitCode = EXIT.FINDINGS;
      if (options.json === true)
        return outLine(JSON.stringify(nearest === null ? result : { ...result, nearest }, null, 2));
      await outLine(renderDrift(result, { width: widthOf(process.stdout), paint: paintFor(process.stdout) }));
      if (nearest !== null) {
        const told = nearest.slice(0, 4).map((n) => `${n.dialect} (${n.differences})`);
        await outLine(`no dialect was named; nearest of ${nearest.length}: ${told.join(', ')}`);
      }
    });

/** The last of several arguments names a dialect, unless it is a file. */
function split(args: readonly string[], store: IrStore): { files: readonly string[]; dialect: DialectIR | null } {
  const last = args[args.length - 1] ?? '';
  const found = existsSync(last) || last === '-' ? null : store.dialect(last);
  if (found !== null) {
    if (args.length === 1)
      throw new UsageError(`"${last}" is a dialect; name the LaTeX file before it`, 'vwire drift SPEC.tex [DIALECT]');
    return { files: args.slice(0, -1), dialect: found.index.ir };
  }
  if (args.length > 1 && last !== '-' && !existsSync(last) && !/[./\\]/.test(last))
    throw new UsageError(`unknown dialect "${last}"`, knownNames(last, store.names));
  return { files: args, dialect: null };
}

/** Dialects with messages of their own: those of a bus that only carry others are not what a text of virtio-msg is about. */
const dialectsOf = (store: IrStore): DialectIR[] =>
  Object.entries(store.index.protocols).flatMap(([protocol, { dialects }]) =>
    dialects.flatMap((name) => {
      const ir = store.dialect(`${protocol}/${name}`)?.index.ir;
      return ir === undefined || ir.carries !== null ? [] : [ir];
    }),
  );
