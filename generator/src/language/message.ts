import { z } from 'zod';
import { Field } from './field.js';
import { Doc, Id, MessageName, Name, Spec, Text } from './names.js';
import { Written } from './written.js';

/** A condition on the values of a body, in the constraint language (`count == 8 * bitmap.length`). */
export const Constraint = z
  .strictObject({
    field: Name.describe('The field a finding points at.'),
    rule: Text.describe('Expression over the fields of the body: + - * % == != < <= > >= && || and name.length.').meta({
      examples: ['count == 8 * bitmap.length', 'next_offset == 0 || next_offset > offset'],
    }),
    doc: Doc,
    spec: Spec.optional(),
  })
  .meta({
    id: 'Constraint',
    title: 'Constraint',
    description: 'A condition the text puts on values, beyond the shape.',
    examples: [{ field: 'cur_size', rule: 'cur_size <= max_size', doc: 'a queue is not larger than its limit' }],
  })
  .register(Written, { as: 'line' });

const Sender = z.enum(['driver', 'device', 'either']);

export const Body = z
  .strictObject({
    doc: Doc.optional(),
    spec: Spec.optional(),
    from: Sender.optional().describe('Only where it differs from the message.'),
    fields: z.array(Field).describe('In wire order, directly after the header. [] for a message without payload.'),
    constraints: z.array(Constraint).optional().describe('Conditions on the values, judged by profiles.'),
  })
  .meta({
    id: 'Body',
    title: 'Body',
    description: 'One body. A dialect that overrides a body replaces it whole.',
    examples: [{ fields: [] }],
  });

/** A message; in a derived dialect every attribute is optional and those given replace the parent's. */
export const Message = z
  .strictObject({
    id: Id.optional()
      .describe('Number of the message in its class.')
      .meta({ examples: [0x02, 0x40] }),
    was: MessageName.optional().describe('The name this message had in the parent dialect.'),
    from: Sender.optional().describe('Who sends the request or event.'),
    any_device: z
      .boolean()
      .optional()
      .describe('May carry a device number although messages of its class are for no device.'),
    hot: z.boolean().optional().describe('On the data path: dispatchers test it first.'),
    doc: Doc.optional(),
    spec: Spec.optional(),
    request: Body.optional().describe('Body of the request.'),
    response: Body.optional().describe('Body of the response.'),
    event: Body.optional().describe('Body of the event: a message nobody answers.'),
  })
  .meta({
    id: 'Message',
    title: 'Message',
    description: 'A message. In a derived dialect only what differs: what is given replaces what the parent has.',
    examples: [
      {
        id: 0x03,
        from: 'either',
        doc: 'Asks whether the other end is alive.',
        spec: 'transport-msg.tex, PING',
        request: { fields: [{ name: 'data', type: 'u32', doc: 'any value' }] },
        response: { fields: [{ name: 'data', type: 'u32', doc: 'the value of the request, unchanged' }] },
      },
    ],
  });

export type BodySource = z.infer<typeof Body>;
export type MessageSource = z.infer<typeof Message>;
export type ConstraintSource = z.infer<typeof Constraint>;
