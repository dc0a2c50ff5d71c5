import { createHash } from 'node:crypto';
import type { DialectIR } from './types.js';

/** JSON with sorted keys: the same value always gives the same text, whatever order it was built in. */
export function sortedJson(value: unknown, indent = 1): string {
  return `${JSON.stringify(sortKeys(value), null, indent)}\n`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}

export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** Adds the hash over everything else. */
export function sealIR(ir: Omit<DialectIR, 'hash'>): DialectIR {
  return { ...ir, hash: sha256(sortedJson(ir, 0)) };
}
