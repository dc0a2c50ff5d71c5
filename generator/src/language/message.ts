import { z } from 'zod';
import { Field } from './field.js';
import { Doc, MessageName, Name, Spec, Uint } from './names.js';

/** A condition on the values of a body, in the constraint language (`count == 8 * bitmap.length`). */
export const Constraint = z
  .strictObject({
    field: Name.describe('The field a finding points at.'),
    rule: z
      .string()
      .min(1)
      .describe('Expression over the fields of the body: + - * % == != < <= > >= && || and name.length.'),
    doc: Doc,
    spec: Spec.optional(),
  })
  .describe('A condition the text puts on values, beyond the shape.');

export const Body = z
  .strictObject({
    doc: Doc.optional(),
    spec: Spec.optional(),
    from: z.enum(['driver', 'device', 'either']).optional().describe('Only where it differs from the message.'),
    fields: z.array(Field).describe('In wire order, directly after the header. [] for a message without payload.'),
    constraints: z.array(Constraint).optional(),
  })
  .describe('One body. A dialect that overrides a body replaces it whole.');

/** A message; in a derived dialect every attribute is optional and those given replace the parent's. */
export const Message = z.strictObject({
  id: Uint.max(0xff).optional(),
  was: MessageName.optional().describe('The name this message had in the parent dialect.'),
  from: z.enum(['driver', 'device', 'either']).optional().describe('Who sends the request or event.'),
  hot: z.boolean().optional().describe('On the data path: dispatchers test it first.'),
  doc: Doc.optional(),
  spec: Spec.optional(),
  request: Body.optional(),
  response: Body.optional(),
  event: Body.optional(),
});

export type BodySource = z.infer<typeof Body>;
export type MessageSource = z.infer<typeof Message>;
export type ConstraintSource = z.infer<typeof Constraint>;
