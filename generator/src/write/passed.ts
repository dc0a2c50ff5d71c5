import { existsSync, readFileSync } from 'node:fs';
import type { VectorRun } from '../vectors/run-vectors.js';

/** Vectors passed by dialect or family, as they were recorded; null where nothing was. */
export function readPassed(path: string | null): ReadonlyMap<string, number> | null {
  if (path === null || !existsSync(path)) return null;
  return new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>));
}

/** The record of a run: how many vectors each dialect and family passed, by name. */
export function passedText(run: VectorRun): string {
  const counts = [...run.dialects].map(([name, { vectors }]) => [name, vectors] as const);
  return `${JSON.stringify(Object.fromEntries(counts.sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`;
}
