import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { renderText } from '../../diagnostics/render-text.js';
import { Report } from '../../diagnostics/report.js';
import { EXIT } from '../failure.js';
import { checkFile, readBytes } from '../input.js';
import { note, out, outLine, paintFor } from '../terminal.js';
import { schemaFolder } from '../workspace.js';

interface Options {
  readonly schema?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

export const fmt = (): Command =>
  new Command('fmt')
    .description('Bring schema files into canonical form: order of keys, one field per line, quotes, hexadecimal ids.')
    .argument('[files...]', 'schema files, or "-" for standard input (default: all of the schema folder)')
    .option('--schema <dir>', 'schema folder (default: the one of this repository)')
    .option('--check', 'write nothing; name the files that would change and exit 1')
    .option('--json', 'result as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  vwire fmt --check\n  vwire fmt --check schema/virtio-msg/rfc1.yaml schema/virtio-msg/rfc2.yaml',
    )
    .action(async (names: string[], options: Options) => {
      const ok = names.length === 1 && names[0] === '-' ? await filter(options) : await formatFiles(names, options);
      if (!ok) process.exitCode = EXIT.FINDINGS;
    });

/** Standard input to standard output; tells whether all was well. */
async function filter(options: Options): Promise<boolean> {
  const { formatSchema } = await import('../../fmt/format-schema.js');
  const report = new Report();
  const text = (await readBytes('-')).toString('utf8');
  const formatted = formatSchema({ file: '-', text }, report);
  tell(report.diagnostics, text);
  if (formatted === null) return false;
  if (options.check === true) return formatted === text;
  await out(formatted);
  return true;
}

/** Files in place, or compared only; tells whether all was well. */
async function formatFiles(names: readonly string[], options: Options): Promise<boolean> {
  const { formatSchema } = await import('../../fmt/format-schema.js');
  const files = names.length === 0 ? await schemaFiles(options.schema) : await Promise.all(names.map(namedFile));
  const changed: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const { path, file } of files) {
    const text = readFileSync(path, 'utf8');
    const report = new Report();
    const formatted = formatSchema({ file, text }, report);
    diagnostics.push(...report.diagnostics);
    if (options.json !== true) tell(report.diagnostics, text);
    if (formatted === null || formatted === text) continue;
    changed.push(file);
    if (options.check !== true) writeFileSync(path, formatted);
  }
  const ok = diagnostics.length === 0 && (options.check !== true || changed.length === 0);
  if (options.json === true) await outLine(JSON.stringify({ ok, files: files.length, changed, diagnostics }, null, 2));
  else {
    for (const file of changed) await outLine(`${options.check === true ? 'would change' : 'formatted'}  ${file}`);
    await outLine(`${files.length} files, ${changed.length} ${options.check === true ? 'to format' : 'formatted'}`);
  }
  return ok;
}

interface Target {
  readonly path: string;
  /** As people see it. */
  readonly file: string;
}

async function schemaFiles(named: string | undefined): Promise<Target[]> {
  const { folder, shown } = schemaFolder(named);
  const { listSchema } = await import('../../read/read-schema.js');
  return listSchema(folder, shown).map(({ file }) => ({ path: join(folder, file.slice(shown.length + 1)), file }));
}

async function namedFile(path: string): Promise<Target> {
  await checkFile(path);
  return { path, file: path };
}

function tell(diagnostics: readonly Diagnostic[], text: string): void {
  const paint = paintFor(process.stderr);
  for (const d of diagnostics) note(renderText(d, text.split(/\r?\n/)[d.place.line - 1], paint));
}
