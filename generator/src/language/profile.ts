import { z } from 'zod';
import { DialectName, Doc, Name, Spec, Text, Uint } from './names.js';
import { Written } from './written.js';

const Key = z
  .string()
  .regex(
    /^[a-z][a-z-]*\.[A-Z][A-Z0-9_]*\.(request|response|event)$/,
    'class.MESSAGE.kind, for example transport.SET_VQUEUE.request',
  )
  .meta({
    id: 'BodyKey',
    title: 'Body',
    description: 'One body of one message: class.MESSAGE.kind.',
    examples: ['transport.SET_VQUEUE.request'],
  });
const BodyKind = z.enum(['request', 'response', 'event']);
const Judged = z.enum(['judged', 'ignored']);

const Refusal = z
  .strictObject({ on: Key, doc: Doc, spec: Spec.optional() })
  .meta({
    id: 'Refusal',
    title: 'Refusal',
    description: 'A message this receiver does not serve.',
    examples: [{ on: 'transport.GET_SHM.request', doc: 'there is no handler: the request is dropped' }],
  })
  .register(Written, { as: 'line' });

const ProfileRule = z
  .strictObject({
    on: Key,
    field: Name.describe('The field a finding points at.'),
    rule: Text.describe(
      'Expression over the fields of the body: + - * % == != < <= > >= && ||, name.length, and $limit for the size limit of the bus.',
    ).meta({ examples: ['length <= $limit - 20'] }),
    doc: Doc,
    spec: Spec.optional(),
  })
  .meta({
    id: 'ProfileRule',
    title: 'Rule',
    description: 'A condition this text or receiver puts on one body.',
    examples: [
      {
        on: 'transport.SET_VQUEUE.request',
        field: 'index',
        rule: 'index < 1024',
        doc: 'the virtio core has 1024 queues',
      },
    ],
  })
  .register(Written, { as: 'line' });

/** The rules one text, or one receiver, applies to messages whose shape is right. */
export const Profile = z
  .strictObject({
    language: z.literal(1).describe('Version of the schema language.'),
    protocol: DialectName.describe('The protocol; also the name of the folder above profiles/.'),
    profile: DialectName.describe('The profile; also the name of this file.'),
    title: Text.describe('Whose rules these are, in a few words.'),
    doc: Doc,
    spec: Spec,
    reserved: Judged.describe('Reserved bits and fields that are not zero.'),
    constraints: Judged.describe('Constraints the dialect states on its fields.'),
    enums: Judged.describe('Values outside an enumeration that is not open.'),
    token: z.enum(['correlation', 'opaque']).describe('correlation: requests and responses non-zero, events zero.'),
    bus_device: z.enum(['zero', 'ignored']).describe('Device number of bus messages.'),
    exact_size: z
      .array(BodyKind)
      .register(Written, { as: 'line' })
      .describe('Kinds of body that may not be longer than their content.'),
    padding: z.enum(['zero', 'ignored']).describe('Bytes delivered after the message.'),
    generation: z
      .enum(['strict', 'negotiated', 'ignored'])
      .describe(
        'Whether a SET_CONFIG generation must equal the device’s: always, with transport feature bit 0, never.',
      ),
    answers: z
      .enum(['in_order', 'any_order'])
      .optional()
      .describe('Whether a device answers its requests in their order; any_order where nothing is said.'),
    max_msg_size: Uint.optional().describe('Largest message taken, in bytes.'),
    max_dev_num: Uint.optional().describe('Largest device number taken.'),
    refuses: z.array(Refusal).optional().describe('Messages that are not served at all.'),
    rules: z.array(ProfileRule).optional().describe('Conditions of this text or receiver alone.'),
  })
  .meta({ title: 'virtio-wire rule profile', description: 'Rules of one text or one receiver.' });

export type ProfileSource = z.infer<typeof Profile>;
