import type { Compiled } from './compile.js';
import { renderJsonSchemas } from './write/json-schema.js';
import { renderPackage } from './write/package-file.js';
import { renderIr } from './write/render-ir.js';
import { type Files, withManifest } from './write/write-files.js';

/** Everything one run writes: per folder, files by their path in it. */
export interface Rendered {
  /** The codecs package: IR, TypeScript, package.json, manifest. */
  readonly codecs: Files;
  /** Message reference, relative to `docs/messages`. */
  readonly messages: Files;
  /** JSON Schemas, relative to the schema folder. */
  readonly schemas: Files;
  /** Coverage table for the README. */
  readonly coverage: string;
}

/** Renders in memory. The back ends are loaded here and nowhere else: ts-morph alone costs most of a second. */
export async function renderAll({ dialects, profiles }: Compiled): Promise<Rendered> {
  const [{ packageExports, renderTypeScript }, { coverageTable, renderMarkdown }] = await Promise.all([
    import('./backends/typescript/index.js'),
    import('./backends/markdown/index.js'),
  ]);
  const prefix = 'docs/messages/';
  return {
    codecs: withManifest(
      new Map([
        ...renderIr(dialects, profiles),
        ...renderTypeScript(dialects),
        ['package.json', renderPackage(packageExports(dialects))],
      ]),
    ),
    messages: withManifest(
      new Map([...renderMarkdown(dialects, profiles)].map(([path, text]) => [path.replace(prefix, ''), text])),
    ),
    schemas: renderJsonSchemas(),
    coverage: coverageTable(dialects),
  };
}
