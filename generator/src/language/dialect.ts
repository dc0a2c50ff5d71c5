import { z } from 'zod';
import { Enumeration } from './enumeration.js';
import { Field } from './field.js';
import { Command, Envelope, MemoryLayout, Struct } from './memory.js';
import { Message } from './message.js';
import { ClassName, DialectName, Doc, Id, MessageName, Name, Spec, Text, Uint } from './names.js';
import { Unresolved } from './unresolved.js';
import { Written } from './written.js';

export const Alias = z
  .strictObject({ doc: Doc, profile: DialectName.optional().describe('Rule profile that judges this peer.') })
  .meta({
    id: 'Alias',
    title: 'Alias',
    description: 'Another name for exactly these bytes; `profile` selects whose rules judge it.',
    examples: [{ doc: "QEMU's device side: at most 48 bytes per message", profile: 'qemu' }],
  })
  .register(Written, { as: 'line' });

const FrameSize = z
  .strictObject({ fixed: Uint.min(1).describe('Bytes of every message, header included.') })
  .or(z.strictObject({ field: Name.describe('Header field that counts header and payload.') }))
  .meta({
    id: 'FrameSize',
    title: 'Size of a message',
    description: 'Every message has `fixed` bytes, or the header `field` counts header plus payload.',
    examples: [{ fixed: 40 }, { field: 'msg_size' }],
  });

export const Framing = z
  .strictObject({
    size: FrameSize,
    response_bit: Name.optional().describe('Bit group of the type field that marks a response.'),
  })
  .meta({
    id: 'Framing',
    title: 'Framing',
    description: 'How long a message is, and what tells a response from a request.',
    examples: [
      { size: { field: 'msg_size' }, response_bit: 'response' },
      { size: { fixed: 40 }, response_bit: 'response' },
    ],
  })
  .register(Written, { as: 'line' });

export const MessageClass = z
  .strictObject({
    doc: Doc,
    bit: Name.optional().describe(
      'Bit group of the type field that is 1 for this class; the class without one has all class bits 0.',
    ),
    within: ClassName.optional().describe(
      'Class whose type bits and space of ids this one shares: somebody else defines these messages.',
    ),
  })
  .meta({
    id: 'MessageClass',
    title: 'Message class',
    description: 'Messages that share a space of ids.',
    examples: [{ doc: 'Messages between the two ends of the bus', bit: 'bus' }],
  })
  .register(Written, { as: 'line' });

export const Range = z
  .strictObject({
    class: ClassName.describe('Message class whose ids these are.'),
    from: Id.describe('First id of the range.'),
    to: Id.describe('Last id of the range.'),
    owner: Name.describe('Who gives these ids out.').meta({
      examples: ['standard', 'bus', 'implementation', 'reserved'],
    }),
    doc: Doc,
  })
  .meta({
    id: 'Range',
    title: 'Range of ids',
    description: 'Ids of one class that have one owner.',
    examples: [{ class: 'bus', from: 0x80, to: 0xff, owner: 'bus', doc: 'free for the implementation of a bus' }],
  })
  .register(Written, { as: 'line' });

export const Limits = z
  .strictObject({
    min: Uint.optional().describe('Smallest limit a bus may announce.'),
    max: Uint.optional().describe('Largest limit a bus may announce.'),
    recommended: Uint.optional().describe('Limit the text advises.'),
  })
  .meta({
    id: 'Limits',
    title: 'Size limits',
    description: 'What a bus may announce as the size of its largest message, in bytes.',
    examples: [{ min: 52, max: 65535, recommended: 264 }],
  })
  .register(Written, { as: 'line' });

const Removal = z
  .string()
  .regex(/^\S+$/, 'class.MESSAGE, class.MESSAGE.kind or enums.name')
  .meta({
    id: 'Removal',
    title: 'Removal',
    description: 'What the parent has and this dialect has not.',
    examples: ['transport.ERROR', 'transport.SET_VQUEUE.response', 'enums.error_code'],
  });

const CarriedName = z
  .string()
  .regex(/^[a-z][a-z0-9+.-]*\/[a-z][a-z0-9+.-]*$/, 'protocol/dialect, for example virtio-msg/rfc3')
  .meta({
    id: 'CarriedName',
    title: 'Dialect of a protocol',
    description: 'A dialect by the name of its protocol and its own.',
    examples: ['virtio-msg/rfc3'],
  });

export const Dialect = z
  .strictObject({
    language: z.literal(1).describe('Version of the schema language.'),
    protocol: DialectName.describe('The protocol; also the name of the folder this file is in.'),
    dialect: DialectName.describe('The dialect; also the name of this file.'),
    extends: DialectName.optional().describe('Parent dialect; everything not mentioned here is inherited.'),
    carries: CarriedName.optional().describe(
      'Dialect of another protocol whose messages travel between these: protocol/dialect. Header, framing, classes, ranges, enumerations and messages are its own, unless they are stated here.',
    ),
    title: Text.describe('The dialect in a few words, for headings.'),
    doc: Doc,
    spec: Spec,
    profile: DialectName.optional().describe('Rule profile that judges this dialect unless another is asked for.'),
    aliases: z
      .record(DialectName, Alias)
      .optional()
      .describe('Peers and texts that speak exactly these bytes, by name.'),
    framing: Framing.optional(),
    limits: Limits.optional(),
    header: z
      .array(Field)
      .min(1)
      .optional()
      .describe('Header fields in wire order; overriding replaces the header whole.'),
    classes: z
      .record(ClassName, MessageClass)
      .optional()
      .describe('Message classes by name; beside those of the dialect that is carried.'),
    ranges: z.array(Range).optional().describe('Who owns which ids; overriding replaces the list whole.'),
    remove: z
      .array(Removal)
      .optional()
      .describe('What the parent has and this dialect has not: class.MESSAGE, class.MESSAGE.kind, enums.name.'),
    enums: z.record(Name, Enumeration).optional().describe('Enumerations by name.'),
    structs: z.record(Name, Struct).optional().describe('Structs by name.'),
    layouts: z.record(MessageName, MemoryLayout).optional().describe('Regions of shared memory by name.'),
    envelope: Envelope.optional(),
    commands: z.record(MessageName, Command).optional().describe('Commands of an administration virtqueue by name.'),
    messages: z
      .record(ClassName, z.record(MessageName, Message).describe('Messages of one class by name.'))
      .optional()
      .describe('Messages by class and name. In a derived dialect: only what differs from the parent.'),
    unresolved: z.array(Unresolved).optional().describe('Where the public texts contradict each other.'),
  })
  .meta({ title: 'virtio-wire dialect', description: 'One dialect of one protocol.' });

export type DialectSource = z.infer<typeof Dialect>;
