import type { FamilyIR } from '../../ir/structs.js';
import type { DialectIR, ProfileIR } from '../../ir/types.js';
import { dialectView } from './dialect-view.js';
import { familyView, structsView } from './family-view.js';
import { lineageOf } from './lineage.js';
import { protocolView } from './protocol-view.js';
import { dialectPage, familyPage, protocolPage, structsPage } from './templates.js';

export { coverageTable, structTable } from './coverage.js';

/**
 * The reference: a page per dialect and per family of structs, and an index of each per protocol, by path from the top of the repository. A pure function
 * of the IR; the order of `dialects` makes no difference.
 */
export function renderMarkdown(
  dialects: readonly DialectIR[],
  profiles: ReadonlyMap<string, readonly ProfileIR[]>,
  families: readonly FamilyIR[] = [],
): Map<string, string> {
  const pages = new Map<string, string>();
  for (const protocol of [...new Set(dialects.map((d) => d.protocol))].sort()) {
    const own = dialects.filter((d) => d.protocol === protocol);
    const folder = `docs/messages/${protocol}`;
    pages.set(`${folder}/README.md`, tidy(protocolPage(protocolView(protocol, own, profiles.get(protocol) ?? []))));
    for (const dialect of own)
      pages.set(`${folder}/${dialect.dialect}.md`, tidy(dialectPage(dialectView(dialect, lineageOf(dialect, own)))));
  }
  for (const protocol of [...new Set(families.map((f) => f.protocol))].sort()) {
    const own = families.filter((f) => f.protocol === protocol).sort((a, b) => (a.family < b.family ? -1 : 1));
    const folder = `docs/messages/${protocol}`;
    pages.set(`${folder}/structs.md`, tidy(structsPage(structsView(protocol, own))));
    for (const family of own) pages.set(`${folder}/${family.family}.md`, tidy(familyPage(familyView(family))));
  }
  return new Map([...pages].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A part that has nothing to say leaves its blank lines behind. */
const tidy = (text: string): string => `${text.replace(/\n{3,}/g, '\n\n').trimEnd()}\n`;
