import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Compiled } from '../../compile.js';
import type { Rendered } from '../../render-all.js';
import { readText, withCoverage } from '../../write/readme-table.js';
import { Stamp } from '../../write/stamp.js';
import { type Change, compareFiles, type Files, writeFiles } from '../../write/write-files.js';
import { EXIT, UsageError } from '../failure.js';
import { note, outLine } from '../terminal.js';
import { repositoryRoot, schemaFolder } from '../workspace.js';
import { compileFolder, reportDiagnostics } from './check.js';

interface Options {
  readonly schema?: string;
  readonly out?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

export const generate = (): Command =>
  new Command('generate')
    .description('Regenerate everything that follows from the schema: IR, codecs, message reference, editor schemas.')
    .option('--schema <dir>', 'schema folder (default: the one of this repository)')
    .option('--out <dir>', 'where the codecs go (default: generated/ of this repository)')
    .option('--check', 'write nothing; exit 1 and name the first file that would change')
    .option('--json', 'summary as JSON')
    .addHelpText('after', '\nExamples:\n  vwire generate\n  vwire generate --check')
    .action(async (options: Options) => {
      const started = performance.now();
      const targets = targetsOf(options);
      const compiled = await compileFolder(options.schema);
      reportDiagnostics(compiled);
      if (compiled.report.hasErrors) {
        note(`vwire: ${compiled.report.diagnostics.length} diagnostics, nothing written`);
        process.exitCode = EXIT.FINDINGS;
        return;
      }
      const stamp = new Stamp(compiled, targets.codecs);
      const fresh = options.check !== true && stamp.holds();
      const changes = fresh ? [] : await applyAll(compiled, targets, options.check === true);
      if (options.check !== true && !fresh) stamp.keep(targets.all);
      await summarize(compiled, changes, fresh ? stamp.fileCount : changes.total, performance.now() - started, options);
    });

interface Targets {
  readonly codecs: string;
  readonly messages: string | null;
  readonly schemas: string | null;
  readonly readme: string | null;
  /** Folders and files whose content a stamp vouches for. */
  readonly all: readonly string[];
}

/** Documents and editor schemas belong to the repository; with --out only the codecs are written. */
function targetsOf(options: Options): Targets {
  const { folder } = schemaFolder(options.schema);
  if (options.out === undefined && repositoryRoot === null)
    throw new UsageError('where to?', 'name a folder with --out DIR');
  const home =
    options.out === undefined && repositoryRoot !== null && folder === join(repositoryRoot, 'schema')
      ? repositoryRoot
      : null;
  if (options.out === undefined && home === null)
    throw new UsageError(
      `the codecs of "${options.schema ?? ''}" need a folder of their own`,
      'name it with --out DIR',
    );
  const codecs = home === null ? resolve(options.out ?? '') : join(home, 'generated');
  const messages = home === null ? null : join(home, 'docs', 'messages');
  const schemas = home === null ? null : join(home, 'schema');
  const readme = home === null ? null : join(home, 'README.md');
  return { codecs, messages, schemas, readme, all: [codecs, messages, readme].filter((p) => p !== null) };
}

type Changes = Change[] & { total?: number };

async function applyAll(compiled: Compiled, targets: Targets, check: boolean): Promise<Changes> {
  const { renderAll } = await import('../../render-all.js');
  const rendered = await renderAll(compiled);
  const apply = (folder: string | null, shown: string, files: Files): Change[] =>
    folder === null
      ? []
      : (check ? compareFiles(folder, files) : writeFiles(folder, files)).map((c) => ({
          ...c,
          path: join(shown, c.path),
        }));
  const changes: Changes = [
    ...apply(targets.codecs, targets.readme === null ? targets.codecs : 'generated', rendered.codecs),
    ...apply(targets.messages, 'docs/messages', rendered.messages),
    ...apply(targets.schemas, 'schema', rendered.schemas),
    ...applyReadme(targets.readme, rendered, check),
  ];
  changes.total =
    rendered.codecs.size + (targets.messages === null ? 0 : rendered.messages.size + rendered.schemas.size + 1);
  return changes;
}

function applyReadme(path: string | null, rendered: Rendered, check: boolean): Change[] {
  if (path === null || !existsSync(path)) return [];
  const before = readText(path);
  const after = withCoverage(before, rendered.coverage);
  if (after === null || after === before) return [];
  if (!check) writeFileSync(path, after);
  return [{ path: 'README.md', kind: 'changed' }];
}

async function summarize(
  compiled: Compiled,
  changes: Change[],
  total: number | undefined,
  ms: number,
  options: Options,
): Promise<void> {
  const { schema, dialects } = compiled;
  const bodies = dialects.reduce((n, d) => n + d.bodies.length, 0);
  const written = changes.filter((c) => c.kind !== 'stale');
  const stale = changes.filter((c) => c.kind === 'stale');
  const unchanged = (total ?? 0) - written.length;
  const ok = options.check !== true || changes.length === 0;
  if (options.json === true) {
    const read = { files: schema.fileCount, bytes: schema.bytes };
    await outLine(
      JSON.stringify({ ok, read, dialects: dialects.length, bodies, changes, unchanged, ms: Math.round(ms) }, null, 2),
    );
  } else {
    await outLine(
      `read       ${schema.fileCount} schema files, ${Math.round(schema.bytes / 1024)} KiB: ${dialects.length} dialects, ${bodies} message bodies`,
    );
    if (options.check === true) {
      const first = changes[0];
      const where = first?.line === undefined ? '' : `:${first.line}`;
      await outLine(
        first === undefined
          ? `checked    ${total ?? 0} files, all current`
          : `differs    ${first.path}${where} (${first.kind}) and ${changes.length - 1} more: run "vwire generate"`,
      );
    } else {
      await outLine(
        `written    ${written.length} files${stale.length === 0 ? '' : `, ${stale.length} stale ones removed`}`,
      );
      for (const c of changes.slice(0, 10)) await outLine(`             ${c.kind.padEnd(7)} ${c.path}`);
      if (changes.length > 10) await outLine(`             … and ${changes.length - 10} more`);
      await outLine(`unchanged  ${unchanged} files`);
    }
    await outLine(`took       ${(ms / 1000).toFixed(2)} s`);
  }
  if (!ok) process.exitCode = EXIT.FINDINGS;
}
