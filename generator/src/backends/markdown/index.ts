import type { DialectIR, ProfileIR } from '../../ir/types.js';
import { dialectView } from './dialect-view.js';
import { lineageOf } from './lineage.js';
import { protocolView } from './protocol-view.js';
import { dialectPage, protocolPage } from './templates.js';

export { coverageTable, structTable } from './coverage.js';

/**
 * The message reference: a page per dialect and an index per protocol, by path from the top of the repository. A pure function
 * of the IR; the order of `dialects` makes no difference.
 */
export function renderMarkdown(
  dialects: readonly DialectIR[],
  profiles: ReadonlyMap<string, readonly ProfileIR[]>,
): Map<string, string> {
  const pages = new Map<string, string>();
  for (const protocol of [...new Set(dialects.map((d) => d.protocol))].sort()) {
    const own = dialects.filter((d) => d.protocol === protocol);
    const folder = `docs/messages/${protocol}`;
    pages.set(`${folder}/README.md`, tidy(protocolPage(protocolView(protocol, own, profiles.get(protocol) ?? []))));
    for (const dialect of own)
      pages.set(`${folder}/${dialect.dialect}.md`, tidy(dialectPage(dialectView(dialect, lineageOf(dialect, own)))));
  }
  return new Map([...pages].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A part that has nothing to say leaves its blank lines behind. */
const tidy = (text: string): string => `${text.replace(/\n{3,}/g, '\n\n').trimEnd()}\n`;
