import { Command, Option } from 'commander';
import type { Compiled } from '../../compile.js';
import { renderGithub } from '../../diagnostics/render-github.js';
import { renderJson } from '../../diagnostics/render-json.js';
import { renderText } from '../../diagnostics/render-text.js';
import { EXIT } from '../failure.js';
import { note, outLine, paintFor } from '../terminal.js';
import { schemaFolder, shippedSchema } from '../workspace.js';

interface Options {
  readonly schema?: string;
  readonly format: 'text' | 'json' | 'github';
  readonly json?: boolean;
}

export const check = (): Command =>
  new Command('check')
    .description('Check the schema: every mistake of a run, each with its place, its code and a hint.')
    .option('--schema <dir>', 'schema folder (default: the one of this repository)')
    .addOption(
      new Option('--format <form>', 'how diagnostics are written; github: as annotations of a workflow')
        .choices(['text', 'json', 'github'])
        .default('text'),
    )
    .addOption(new Option('--json', 'the same as --format json').conflicts('format'))
    .addHelpText('after', '\nExamples:\n  vwire check --schema schema\n  vwire check --format github')
    .action(async (options: Options) => {
      const compiled = await compileFolder(options.schema);
      const { diagnostics } = compiled.report;
      if (options.json === true || options.format === 'json') await outLine(renderJson(diagnostics));
      else if (options.format === 'github') for (const d of diagnostics) await outLine(renderGithub(d));
      else {
        reportDiagnostics(compiled);
        await outLine(summaryOf(compiled));
      }
      if (diagnostics.length > 0) process.exitCode = EXIT.FINDINGS;
    });

function summaryOf({ schema, dialects, report }: Compiled): string {
  const { diagnostics } = report;
  const errors = diagnostics.filter((d) => d.severity === 'error').length;
  const explain = diagnostics[0] === undefined ? '' : `; "vwire explain ${diagnostics[0].code}" tells more`;
  return `${schema.fileCount} files, ${dialects.length} dialects: ${errors} errors, ${diagnostics.length - errors} warnings${explain}`;
}

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
