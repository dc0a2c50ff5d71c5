import { z } from 'zod';
import { Doc, Name, Spec, Uint } from './names.js';
import { Written } from './written.js';

const EnumerationValue = z
  .strictObject({
    value: Uint.describe('The number, or the mask of a flag.').meta({ examples: [1, 0x40] }),
    doc: Doc,
  })
  .meta({
    id: 'EnumerationValue',
    title: 'Enumeration value',
    description: 'One named value.',
    examples: [{ value: 2, doc: 'the receiver does not know this request' }],
  })
  .register(Written, { as: 'line' });

const EnumerationRange = z
  .strictObject({
    from: Uint.describe('First value of the range.'),
    to: Uint.describe('Last value of the range.'),
    owner: Name.describe('Who gives these values their meaning.'),
    doc: Doc,
  })
  .meta({
    id: 'EnumerationRange',
    title: 'Owned values',
    description: 'Values that somebody else defines.',
    examples: [{ from: 0x8000, to: 0xffff, owner: 'bus', doc: 'meaning given by the implementation of the bus' }],
  })
  .register(Written, { as: 'line' });

/** A set of named values. `flags` combine by OR; `open` sets may hold values nobody has listed. */
export const Enumeration = z
  .strictObject({
    doc: Doc,
    spec: Spec.optional(),
    flags: z.boolean().optional().describe('Values are masks that combine.'),
    open: z.boolean().optional().describe('Other values may occur and are not reported.'),
    values: z.record(Name, EnumerationValue).describe('The values by name.'),
    ranges: z
      .array(EnumerationRange)
      .optional()
      .describe('Ranges that somebody else owns, for example the bus implementation.'),
  })
  .meta({
    id: 'Enumeration',
    title: 'Enumeration',
    description: 'A set of named values. Flags combine; an open set may hold values that nobody has listed.',
  });

export type EnumerationSource = z.infer<typeof Enumeration>;
