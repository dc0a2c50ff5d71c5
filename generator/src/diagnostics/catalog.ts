import { DOCUMENTATION } from './catalog/documentation.js';
import type { Entry } from './catalog/entry.js';
import { LAYOUT } from './catalog/layout.js';
import { LINEAGE } from './catalog/lineage.js';
import { STRUCTURE } from './catalog/structure.js';

/**
 * Every diagnostic the schema tools can give. The code is stable: scripts and allow-lists may rely on it. `VW1xx` is about
 * the structure of a file, `VW2xx` about names and lineage, `VW3xx` about layout, `VW4xx` about what a reader misses.
 */
export const CATALOG = { ...STRUCTURE, ...LINEAGE, ...LAYOUT, ...DOCUMENTATION } satisfies Readonly<
  Record<string, Entry>
>;

export type Code = keyof typeof CATALOG;

/** `VW4xx` warns; everything else is an error. */
export const severityOf = (code: Code): 'error' | 'warning' => (code.startsWith('VW4') ? 'warning' : 'error');
