import { z } from 'zod';
import { Enumeration } from './enumeration.js';
import { Field } from './field.js';
import { Message } from './message.js';
import { DialectName, Doc, MessageName, Name, Spec, Uint } from './names.js';

/** A place where the public texts contradict each other: recorded, never hidden behind a silent choice. */
export const Unresolved = z.strictObject({
  id: DialectName,
  about: Doc,
  readings: z.array(z.strictObject({ source: z.string().min(1), says: z.string().min(1) })).min(2),
  chosen: z.string().min(1),
  why: z.string().min(1),
});

export const Alias = z
  .strictObject({ doc: Doc, profile: DialectName.optional() })
  .describe('Another name for exactly these bytes; `profile` selects whose rules judge it.');

export const Framing = z.strictObject({
  size: z
    .strictObject({ fixed: Uint.min(1) })
    .or(z.strictObject({ field: Name }))
    .describe('Every message has `fixed` bytes, or the header `field` counts header plus payload.'),
  response_bit: Name.optional().describe('Bit group of the type field that marks a response.'),
});

export const MessageClass = z.strictObject({
  doc: Doc,
  bit: Name.optional().describe(
    'Bit group of the type field that is 1 for this class; the class without one has all class bits 0.',
  ),
});

export const Range = z.strictObject({
  class: Name,
  from: Uint.max(0xff),
  to: Uint.max(0xff),
  owner: Name,
  doc: Doc,
});

export const Limits = z.strictObject({
  min: Uint.optional(),
  max: Uint.optional(),
  recommended: Uint.optional(),
});

/** A struct that other structs, layouts and commands may name as a type. */
export const Struct = z.strictObject({
  doc: Doc,
  spec: Spec.optional(),
  fields: z.array(Field),
});

/** A region of shared memory: fields are placed by `at`, holes between them are padding that is zero. */
export const MemoryLayout = z.strictObject({
  doc: Doc,
  spec: Spec.optional(),
  size: Uint.min(1).describe('Bytes of the fixed part.'),
  align: Uint.optional().describe('Alignment the fields keep so that two writers never share a cache line.'),
  fields: z.array(Field),
  slots: z
    .strictObject({ at: Uint, stride: Uint.min(1), min: Uint.optional(), doc: Doc })
    .optional()
    .describe('Equal-sized slots that fill the rest of the region.'),
});

/** The parts around every command of an administration virtqueue. */
export const Envelope = z.strictObject({
  doc: Doc,
  spec: Spec.optional(),
  out: z.array(Field).describe('Device-readable part.'),
  in: z.array(Field).describe('Device-writable part.'),
});

/** A command: `key` gives the envelope fields that name it; `in` is decoded only with its request at hand. */
export const Command = z.strictObject({
  key: z.record(Name, Uint),
  doc: Doc,
  spec: Spec.optional(),
  out: Struct.omit({ doc: true }).optional(),
  in: Struct.omit({ doc: true }).optional(),
});

const Messages = z
  .record(Name, z.record(MessageName, Message))
  .describe('Messages by class and name. In a derived dialect: only what differs from the parent.');

export const Dialect = z
  .strictObject({
    language: z.literal(1).describe('Version of the schema language.'),
    protocol: DialectName,
    dialect: DialectName,
    extends: DialectName.optional().describe('Parent dialect; everything not mentioned here is inherited.'),
    title: z.string().min(1),
    doc: Doc,
    spec: Spec,
    profile: DialectName.optional().describe('Rule profile that judges this dialect unless another is asked for.'),
    aliases: z.record(DialectName, Alias).optional(),
    framing: Framing.optional(),
    limits: Limits.optional(),
    header: z
      .array(Field)
      .min(1)
      .optional()
      .describe('Header fields in wire order; overriding replaces the header whole.'),
    classes: z.record(Name, MessageClass).optional(),
    ranges: z.array(Range).optional().describe('Who owns which ids; overriding replaces the list whole.'),
    enums: z.record(Name, Enumeration).optional(),
    structs: z.record(Name, Struct).optional(),
    layouts: z.record(MessageName, MemoryLayout).optional(),
    envelope: Envelope.optional(),
    commands: z.record(MessageName, Command).optional(),
    messages: Messages.optional(),
    remove: z
      .array(z.string().min(1))
      .optional()
      .describe('What the parent has and this dialect has not: class.MESSAGE, class.MESSAGE.kind, enums.name.'),
    unresolved: z.array(Unresolved).optional(),
  })
  .describe('One dialect of one protocol.');

export type DialectSource = z.infer<typeof Dialect>;
