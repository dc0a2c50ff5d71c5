import { z } from 'zod';
import { DialectName, Doc, Name, Spec, Uint } from './names.js';

const Key = z
  .string()
  .regex(
    /^[a-z][a-z-]*\.[A-Z][A-Z0-9_]*\.(request|response|event)$/,
    'class.MESSAGE.kind, for example transport.SET_VQUEUE.request',
  );
const BodyKind = z.enum(['request', 'response', 'event']);
const Judged = z.enum(['judged', 'ignored']);

/** The rules one text, or one receiver, applies to messages whose shape is right. */
export const Profile = z
  .strictObject({
    language: z.literal(1),
    protocol: DialectName,
    profile: DialectName,
    title: z.string().min(1),
    doc: Doc,
    spec: Spec,
    reserved: Judged.describe('Reserved bits and fields that are not zero.'),
    constraints: Judged.describe('Constraints the dialect states on its fields.'),
    enums: Judged.describe('Values outside an enumeration that is not open.'),
    token: z.enum(['correlation', 'opaque']).describe('correlation: requests and responses non-zero, events zero.'),
    bus_device: z.enum(['zero', 'ignored']).describe('Device number of bus messages.'),
    exact_size: z.array(BodyKind).describe('Kinds of body that may not be longer than their content.'),
    padding: z.enum(['zero', 'ignored']).describe('Bytes delivered after the message.'),
    generation: z
      .enum(['strict', 'negotiated', 'ignored'])
      .describe(
        'Whether a SET_CONFIG generation must equal the device’s: always, with transport feature bit 0, never.',
      ),
    max_msg_size: Uint.optional().describe('Largest message taken, in bytes.'),
    max_dev_num: Uint.optional().describe('Largest device number taken.'),
    refuses: z.array(z.strictObject({ on: Key, doc: Doc, spec: Spec.optional() })).optional(),
    rules: z
      .array(z.strictObject({ on: Key, field: Name, rule: z.string().min(1), doc: Doc, spec: Spec.optional() }))
      .optional(),
  })
  .describe('Rules of one text or one receiver.');

export type ProfileSource = z.infer<typeof Profile>;
