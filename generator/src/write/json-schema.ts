import { z } from 'zod';
import { Dialect } from '../language/dialect.js';
import { Profile } from '../language/profile.js';

/** The JSON Schemas editors complete from, by path relative to the schema folder; one definition with the run-time check. */
export function renderJsonSchemas(): Map<string, string> {
  return new Map([
    ['meta/dialect.schema.json', render(Dialect)],
    ['meta/profile.schema.json', render(Profile)],
  ]);
}

/** Keys stay in the order of the definition: it is the order people write them in, and examples are inserted as they are. */
function render(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      // A definition is named by its key under $defs; "id" is no keyword of this draft, and validators refuse it.
      delete jsonSchema.id;
    },
  });
  return `${JSON.stringify(json, null, 1)}\n`;
}
