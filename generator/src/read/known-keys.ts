import { z } from 'zod';
import type { Path } from './source-file.js';

/** The keys a mapping at `path` may have, read off the zod definition itself; empty where any key may stand. */
export function keysAt(schema: z.ZodType, path: Path): string[] {
  let nodes: unknown[] = [schema];
  for (const step of path) nodes = nodes.flatMap(unwrap).flatMap((node) => descend(node, step));
  return [
    ...new Set(nodes.flatMap(unwrap).flatMap((node) => (node instanceof z.ZodObject ? Object.keys(node.shape) : []))),
  ];
}

function unwrap(node: unknown): unknown[] {
  if (node instanceof z.ZodOptional) return unwrap(node.unwrap());
  if (node instanceof z.ZodLazy) return unwrap(node.unwrap());
  if (node instanceof z.ZodUnion) return node.options.flatMap(unwrap);
  return [node];
}

function descend(node: unknown, step: string | number): unknown[] {
  if (node instanceof z.ZodObject) {
    const next: unknown = (node.shape as Record<string, unknown>)[String(step)];
    return next === undefined ? [] : [next];
  }
  if (node instanceof z.ZodRecord) return [node.valueType];
  if (node instanceof z.ZodArray) return [node.element];
  return [];
}
