import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { WrongUse } from '../select.js';

/** Bytes a user ships who imports all of one body and nothing else. */
export interface Sizes {
  readonly minified: number;
  readonly gzipped: number;
}

export interface Bundled {
  /** Version of the bundler: another one may come to other sizes. */
  readonly esbuild: string;
  /** By specifier. */
  readonly sizes: ReadonlyMap<string, Sizes>;
}

/** Bundles each of these modules on its own: minified, as an ES module. */
export async function bundledSizes(specifiers: readonly string[]): Promise<Bundled> {
  const { build, version } = await import('esbuild').catch((error: Error) => {
    throw new WrongUse(`esbuild cannot be loaded: ${error.message}`, 'run "npm ci" in the repository');
  });
  const { outputFiles } = await build({
    entryPoints: specifiers.map((specifier, i) => ({ in: specifier, out: `${i}` })),
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    outdir: 'nowhere',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    write: false,
  });
  const sizes = new Map<string, Sizes>();
  for (const { path, contents } of outputFiles) {
    const specifier = specifiers[Number(/(\d+)\.js$/.exec(path)?.[1])]!;
    sizes.set(specifier, { minified: contents.length, gzipped: gzipSync(contents, { level: 9 }).length });
  }
  return { esbuild: version, sizes };
}
