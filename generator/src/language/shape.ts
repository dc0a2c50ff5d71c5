import { z } from 'zod';

/** The definitions a value may meet, without the wrappers around them: one, or each of a choice. */
export function alternatives(schema: unknown): unknown[] {
  if (schema instanceof z.ZodOptional) return alternatives(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  return [schema];
}

/** The definition of what stands at a key, or at an index, of a value of this definition. */
export function definitionAt(schema: unknown, step: string | number): unknown[] {
  return alternatives(schema).flatMap((node) => {
    if (node instanceof z.ZodObject) {
      const next: unknown = (node.shape as Record<string, unknown>)[String(step)];
      return next === undefined ? [] : [next];
    }
    if (node instanceof z.ZodRecord) return [node.valueType];
    return node instanceof z.ZodArray ? [node.element] : [];
  });
}

/** The keys a mapping of this definition may have, in the order of the definition; empty where any key may stand. */
export function keysOf(schema: unknown): string[] {
  const shapes = alternatives(schema).flatMap((node) => (node instanceof z.ZodObject ? Object.keys(node.shape) : []));
  return [...new Set(shapes)];
}
