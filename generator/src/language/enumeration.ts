import { z } from 'zod';
import { Doc, Name, Spec, Uint } from './names.js';

/** A set of named values. `flags` combine by OR; `open` sets may hold values nobody has listed. */
export const Enumeration = z.strictObject({
  doc: Doc,
  spec: Spec.optional(),
  flags: z.boolean().optional().describe('Values are masks that combine.'),
  open: z.boolean().optional().describe('Other values may occur and are not reported.'),
  values: z.record(Name, z.strictObject({ value: Uint, doc: Doc })),
  ranges: z
    .array(z.strictObject({ from: Uint, to: Uint, owner: Name, doc: Doc }))
    .optional()
    .describe('Ranges that somebody else owns, for example the bus implementation.'),
});

export type EnumerationSource = z.infer<typeof Enumeration>;
