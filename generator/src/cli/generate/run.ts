import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Compiled } from '../../compile.js';
import { knownNames } from '../../diagnostics/did-you-mean.js';
import type { Rendered } from '../../render-all.js';
import { KeptFiles } from '../../write/kept-files.js';
import type { OutputLayout } from '../../write/output-layout.js';
import { readPassed } from '../../write/passed.js';
import { readText, withCoverage } from '../../write/readme-table.js';
import { Stamp } from '../../write/stamp.js';
import { type Change, compareFiles, type Files, writeFiles } from '../../write/write-files.js';
import { compileFolder, reportDiagnostics } from '../commands/check.js';
import { UsageError } from '../failure.js';
import { note } from '../terminal.js';
import type { GenerateOptions, Targets } from './targets.js';

/** What one run did, or with --check would do. Null where the schema has errors: then nothing was written. */
export interface Outcome {
  readonly compiled: Compiled;
  readonly changes: readonly Change[];
  /** Files that are as they should be. */
  readonly unchanged: number;
  readonly ms: number;
}

/** What runs leave each other: `--watch` hands it on from turn to turn. */
export const keptFor = (targets: Targets): KeptFiles => new KeptFiles(targets.codecs, layoutOf(targets));

const layoutOf = (targets: Targets): OutputLayout => (targets.readme === null ? 'sources' : 'package');

/** Compiles, renders and writes once. */
export async function generateOnce(
  options: GenerateOptions,
  targets: Targets,
  kept: KeptFiles = keptFor(targets),
): Promise<Outcome | null> {
  const started = performance.now();
  const compiled = await compileFolder(options.schema);
  reportDiagnostics(compiled);
  if (compiled.report.hasErrors) {
    note(`vwire: ${compiled.report.diagnostics.length} diagnostics, nothing written`);
    return null;
  }
  const names = [...compiled.dialects.map((d) => d.dialect), ...compiled.families.map((f) => f.family)];
  if (options.only !== undefined && !names.includes(options.only))
    throw new UsageError(`unknown dialect "${options.only}"`, knownNames(options.only, names));
  const check = options.check === true;
  const stamp = new Stamp(compiled, targets.codecs);
  if (!check && stamp.holds())
    return { compiled, changes: [], unchanged: stamp.fileCount, ms: performance.now() - started };
  const { changes, total } = await apply(compiled, targets, options, check ? null : kept);
  if (!check && options.only === undefined) stamp.keep(targets.all, total);
  const written = changes.filter((c) => c.kind !== 'stale').length;
  return { compiled, changes, unchanged: total - written, ms: performance.now() - started };
}

async function apply(
  compiled: Compiled,
  targets: Targets,
  options: GenerateOptions,
  kept: KeptFiles | null,
): Promise<{ changes: Change[]; total: number }> {
  const { renderAll } = await import('../../render-all.js');
  const home = targets.readme !== null;
  const vectors = readPassed(targets.passed);
  const check = kept === null;
  const rendered = await renderAll(compiled, {
    only: options.only ?? null,
    layout: layoutOf(targets),
    ...(vectors && { vectors }),
    ...(kept && { reuse: kept }),
  });
  const extent = options.only === undefined ? 'all' : 'some';
  const put = (folder: string | null, shown: string, files: Files): Change[] => {
    if (folder === null) return [];
    const changes = check ? compareFiles(folder, files, extent) : writeFiles(folder, files, extent);
    return changes.map((c) => ({ ...c, path: join(shown, c.path) }));
  };
  const schemas = targets.schemas === null ? [] : putPlain(targets.schemas, 'schema', rendered.schemas, check);
  const changes = [
    ...put(targets.codecs, home ? 'generated' : (options.out ?? ''), rendered.codecs),
    ...put(targets.messages, 'docs/messages', rendered.messages),
    ...schemas,
    ...applyReadme(targets.readme, rendered, check),
  ];
  kept?.keep(extent);
  // Each manifest is a file too, and so is the README.
  const total = rendered.codecs.size + 1 + (home ? rendered.messages.size + 1 + rendered.schemas.size + 1 : 0);
  return { changes, total };
}

/** Files in a folder that holds others as well: no manifest, nothing becomes stale. */
function putPlain(folder: string, shown: string, files: Files, check: boolean): Change[] {
  const changes: Change[] = [];
  for (const [path, text] of files) {
    const target = join(folder, path);
    const before = existsSync(target) ? readText(target) : null;
    if (before === text) continue;
    if (!check) writeFileSync(target, text);
    changes.push({ path: join(shown, path), kind: before === null ? 'new' : 'changed' });
  }
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
