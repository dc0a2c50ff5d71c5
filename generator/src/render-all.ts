import type { Reuse } from './backends/reuse.js';
import type { Compiled } from './compile.js';
import { renderJsonSchemas } from './write/json-schema.js';
import { codePath, type OutputLayout } from './write/output-layout.js';
import { renderPackage } from './write/package-file.js';
import { renderFamilyIr, renderIr } from './write/render-ir.js';
import type { Files } from './write/write-files.js';

/** Everything one run writes: per folder, files by their path in it. */
export interface Rendered {
  /** IR and TypeScript; in the package layout also package.json. */
  readonly codecs: Files;
  /** Message reference, relative to `docs/messages`. */
  readonly messages: Files;
  /** JSON Schemas, relative to the schema folder. */
  readonly schemas: Files;
  /** Coverage tables for the README. */
  readonly coverage: string;
}

export interface Choice {
  /** The one dialect to render, or null for all. */
  readonly only: string | null;
  readonly layout: OutputLayout;
  /** Vectors passed by dialect or family, for the table of what is covered; without them the table has no such column. */
  readonly vectors?: ReadonlyMap<string, number>;
  /** What earlier runs made; without it everything is rendered. */
  readonly reuse?: Reuse;
}

const EVERYTHING: Choice = { only: null, layout: 'package' };

/** Renders in memory. The back ends are loaded here and nowhere else: ts-morph alone costs most of a second. */
export async function renderAll(compiled: Compiled, choice: Choice = EVERYTHING): Promise<Rendered> {
  const { dialects, families, profiles } = compiled;
  const { only, layout, vectors, reuse } = choice;
  const [{ packageExports, renderTypeScript }, { coverageTable, renderMarkdown, structTable }] = await Promise.all([
    import('./backends/typescript/index.js'),
    import('./backends/markdown/index.js'),
  ]);
  const chosen = only === null ? dialects : dialects.filter((d) => d.dialect === only);
  const ownFamilies = only === null ? families : families.filter((f) => f.family === only);
  const code = new Map(
    [...renderTypeScript(dialects, chosen, ownFamilies, reuse)].map(([path, text]) => [codePath(layout, path), text]),
  );
  if (layout === 'package') code.set('package.json', renderPackage(packageExports(dialects, families)));
  const messages = [...renderMarkdown(dialects, profiles, families)].map(
    ([path, text]) => [path.replace('docs/messages/', ''), text] as const,
  );
  return {
    codecs: new Map([...renderIr(chosen, dialects, profiles, families), ...renderFamilyIr(ownFamilies), ...code]),
    messages: new Map(messages.filter(([path]) => only === null || path.endsWith(`/${only}.md`))),
    schemas: renderJsonSchemas(),
    coverage: [coverageTable(dialects, vectors), structTable(families, vectors)]
      .filter((text) => text !== '')
      .join('\n\n'),
  };
}
