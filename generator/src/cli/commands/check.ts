import { Command } from 'commander';
import type { Compiled } from '../../compile.js';
import { renderText } from '../../diagnostics/render-text.js';
import { EXIT } from '../failure.js';
import { note, outLine, paintFor } from '../terminal.js';
import { schemaFolder, shippedSchema } from '../workspace.js';

export const check = (): Command =>
  new Command('check')
    .description('Check the schema: every mistake of a run, each with its place, its code and a hint.')
    .option('--schema <dir>', 'schema folder (default: the one of this repository)')
    .option('--json', 'diagnostics as JSON')
    .addHelpText('after', '\nExample:\n  vwire check --schema schema')
    .action(async (options: { schema?: string; json?: boolean }) => {
      const compiled = await compileFolder(options.schema);
      const { diagnostics } = compiled.report;
      if (options.json === true) await outLine(JSON.stringify(diagnostics, null, 2));
      else {
        reportDiagnostics(compiled);
        const { fileCount } = compiled.schema;
        const errors = diagnostics.filter((d) => d.severity === 'error').length;
        await outLine(
          `${fileCount} files, ${compiled.dialects.length} dialects: ${errors} errors, ${diagnostics.length - errors} warnings`,
        );
      }
      if (diagnostics.length > 0) process.exitCode = EXIT.FINDINGS;
    });

/** The compiler and everything behind it is loaded only by the commands that read YAML. */
export async function compileFolder(named: string | undefined): Promise<Compiled> {
  const { folder, shown } = schemaFolder(named);
  const [{ compile }, { listSchema }] = await Promise.all([
    import('../../compile.js'),
    import('../../read/read-schema.js'),
  ]);
  return compile(listSchema(folder, shown), () => {
    const shipped = shippedSchema();
    return shipped === null ? [] : listSchema(shipped.folder, shipped.shown);
  });
}

/** Diagnostics on stderr, with the line they are about. */
export function reportDiagnostics({ report, schema }: Compiled): void {
  const paint = paintFor(process.stderr);
  for (const d of report.diagnostics) {
    note(renderText(d, schema.files.find((f) => f.file === d.place.file)?.line(d.place.line), paint));
  }
}
