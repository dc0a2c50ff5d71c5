import type { FamilyIR } from '../../ir/structs.js';
import type { DialectIR } from '../../ir/types.js';
import { modelDialect } from './view-model.js';

interface Target {
  readonly types: string;
  readonly default: string;
}

const target = (path: string): Target => ({ types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` });

/** The `exports` map of the package the rendered files belong to; an alias leads to the files of its dialect. */
export function packageExports(
  dialects: readonly DialectIR[],
  families: readonly FamilyIR[] = [],
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const ir of dialects) {
    const folder = modelDialect(ir).folder.slice('src/'.length);
    for (const name of [ir.dialect, ...ir.aliases.map((alias) => alias.name)]) {
      entries.push([`./${ir.protocol}/${name}`, target(`${folder}/index`)]);
      entries.push([`./${ir.protocol}/${name}/*`, target(`${folder}/*`)]);
    }
  }
  for (const { protocol, family } of families) {
    entries.push([`./${protocol}/${family}`, target(`${protocol}/${family}/index`)]);
    entries.push([`./${protocol}/${family}/*`, target(`${protocol}/${family}/*`)]);
  }
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...Object.fromEntries(entries),
    './support/v1': target('support/v1'),
    './ir/*': './ir/*.json',
    './package.json': './package.json',
  };
}
