import { z } from 'zod';
import type { Place } from '../diagnostics/diagnostic.js';
import { Report } from '../diagnostics/report.js';
import { SourceFile } from '../read/source-file.js';
import type { SchemaComparison } from './against.js';
import type { Comparison } from './compare.js';
import type { Item } from './item.js';

const KINDS = [
  'added',
  'removed',
  'renamed',
  'moved',
  'widened',
  'narrowed',
  'retyped',
  'renumbered',
  'tightened',
  'loosened',
] as const;

const Entry = z.strictObject({
  in: z.string().min(1).optional(),
  path: z.string().min(1),
  kind: z.enum(KINDS).optional(),
  reason: z.string().trim().min(1, 'a difference is allowed for a reason: say which'),
});

const AllowFile = z.strictObject({ allow: z.array(Entry) });

/** One difference that somebody wanted, and why. */
export interface Allowed {
  /** Dialect or family as `protocol/name`; `*` stands for any text. */
  readonly in: string;
  /** Path of the difference; `*` stands for any text. */
  readonly path: string;
  readonly kind: string | null;
  readonly reason: string;
  readonly place: Place;
}

export interface AllowProblem {
  readonly place: Place;
  readonly message: string;
}

/** Reads a list of allowed differences. What is wrong with it is told with its place, all at once. */
export function readAllowList(
  file: string,
  text: string,
): { allowed: readonly Allowed[]; problems: readonly AllowProblem[] } {
  const report = new Report();
  const source = SourceFile.parse(file, text, report);
  const problems: AllowProblem[] = report.diagnostics.map(({ place, message }) => ({ place, message }));
  if (source === null || problems.length > 0) return { allowed: [], problems };
  const parsed = AllowFile.safeParse(source.value());
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue): AllowProblem => {
      const path = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
      return { place: source.place(path), message: `${path.join('.') || 'allow-list'}: ${issue.message}` };
    });
    return { allowed: [], problems: issues };
  }
  const allowed = parsed.data.allow.map((entry, index): Allowed => {
    const { path, kind = null, reason } = entry;
    return { in: entry.in ?? '*', path, kind, reason, place: source.place(['allow', index, 'path']) };
  });
  return { allowed, problems: [] };
}

export interface Judged {
  /** What nobody allowed. */
  readonly findings: SchemaComparison;
  readonly allowed: readonly { readonly in: string; readonly item: Item; readonly reason: string }[];
  /** Entries that allow nothing that is there. */
  readonly stale: readonly AllowProblem[];
}

/** Takes the allowed differences out. A removed dialect or family is allowed by its own name as the path. */
export function applyAllowList(comparison: SchemaComparison, list: readonly Allowed[]): Judged {
  const used = new Set<Allowed>();
  const allowed: Judged['allowed'][number][] = [];
  const allows = (where: string, path: string, kind: string): Allowed | undefined => {
    const entries = list.filter(
      (e) => matches(e.in, where) && matches(e.path, path) && (e.kind === null || e.kind === kind),
    );
    for (const entry of entries) used.add(entry);
    return entries[0];
  };
  const changed = comparison.changed.flatMap((one): Comparison[] => {
    const items = one.items.filter((item) => {
      const entry = allows(one.b, item.path, item.kind);
      if (entry !== undefined) allowed.push({ in: one.b, item, reason: entry.reason });
      return entry === undefined;
    });
    return items.length === 0 ? [] : [{ ...one, items }];
  });
  const removed = comparison.removed.filter((name) => allows(name, name, 'removed') === undefined);
  const stale = list
    .filter((entry) => !used.has(entry))
    .map(({ in: where, path, kind, place }): AllowProblem => {
      const what = `${where === '*' ? '' : `${where} `}${path}${kind === null ? '' : ` ${kind}`}`;
      return { place, message: `"${what}" allows nothing that differs any more: remove it` };
    });
  return { findings: { ...comparison, changed, removed }, allowed, stale };
}

const matches = (pattern: string, text: string): boolean =>
  pattern === text ||
  (pattern.includes('*') &&
    new RegExp(`^${pattern.replace(/[.+?^$()[\]{}|\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text));
