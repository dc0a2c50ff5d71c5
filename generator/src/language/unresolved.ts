import { z } from 'zod';
import { DialectName, Doc, Text } from './names.js';
import { Written } from './written.js';

const Reading = z
  .strictObject({
    source: Text.describe('The text, tree or peer that says so.'),
    says: Text.describe('What it says, in short.'),
  })
  .meta({
    id: 'Reading',
    title: 'Reading',
    description: 'What one source says.',
    examples: [{ source: 'RFC 3', says: 'the requester picks a token that is not 0' }],
  })
  .register(Written, { as: 'line' });

/** A place where the public texts contradict each other: recorded, never hidden behind a silent choice. */
export const Unresolved = z
  .strictObject({
    id: DialectName.describe('Stable name of the question.'),
    about: Doc.describe('The question, in one sentence.'),
    readings: z.array(Reading).min(2).describe('What the sources say, each in one line.'),
    chosen: Text.describe('The reading this schema follows.'),
    why: Text.describe('Why this reading and not another.'),
  })
  .meta({
    id: 'Unresolved',
    title: 'Unresolved question',
    description: 'A place where the public texts contradict each other, and the reading that was chosen.',
  });
