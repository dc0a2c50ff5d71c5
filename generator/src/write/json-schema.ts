import { z } from 'zod';
import { sortedJson } from '../ir/seal.js';
import { Dialect } from '../language/dialect.js';
import { Profile } from '../language/profile.js';

/** The JSON Schemas editors complete from, by path relative to the schema folder; one definition with the run-time check. */
export function renderJsonSchemas(): Map<string, string> {
  const emit = (schema: z.ZodType, title: string): string =>
    sortedJson({ ...z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' }), title });
  return new Map([
    ['meta/dialect.schema.json', emit(Dialect, 'virtio-wire dialect')],
    ['meta/profile.schema.json', emit(Profile, 'virtio-wire rule profile')],
  ]);
}
