import type { z } from 'zod';
import { definitionAt, keysOf } from '../language/shape.js';
import type { Path } from './source-file.js';

/** The keys a mapping at `path` may have, read off the zod definition itself; empty where any key may stand. */
export function keysAt(schema: z.ZodType, path: Path): string[] {
  let nodes: unknown[] = [schema];
  for (const step of path) nodes = nodes.flatMap((node) => definitionAt(node, step));
  return [...new Set(nodes.flatMap(keysOf))];
}
