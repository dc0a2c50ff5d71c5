import { z } from 'zod';
import { Field } from './field.js';
import { Constraint } from './message.js';
import { DialectName, Doc, Name, Spec, Text, Uint } from './names.js';
import { Written } from './written.js';

/** The same struct as another source lays it out; who speaks with a peer built from that source needs both. */
const StructReading = z
  .strictObject({
    doc: Doc.describe('Who reads it so.'),
    spec: Spec.optional(),
    tail: Name.optional().describe('The conditional tail whose struct is read so.'),
    fields: z.array(Field).describe('In wire order, packed.'),
  })
  .meta({ id: 'StructReading', title: 'Reading of a struct', description: 'A struct as another source lays it out.' });

/** A struct that is decoded on its own, and that other structs, layouts and commands may name as a type. */
export const Struct = z
  .strictObject({
    doc: Doc,
    spec: Spec.optional(),
    reading: DialectName.optional().describe(
      'Where there are several readings: the name of the one that `fields` give.',
    ),
    fields: z.array(Field).describe('In wire order, packed.'),
    readings: z.record(DialectName, StructReading).optional().describe('The other readings by name.'),
  })
  .meta({ id: 'Struct', title: 'Struct', description: 'A struct that others may name as a type.' });

const Slots = z
  .strictObject({
    at: Uint.describe('Byte offset of the first slot.'),
    stride: Uint.min(1).describe('Bytes from one slot to the next.'),
    min: Uint.optional().describe('Smallest number of slots.'),
    doc: Doc,
  })
  .meta({
    id: 'Slots',
    title: 'Slots',
    description: 'Equal-sized slots that fill the rest of the region.',
    examples: [{ at: 128, stride: 64, min: 2, doc: 'one message per slot' }],
  })
  .register(Written, { as: 'line' });

const Magic = z
  .strictObject({
    field: Name.describe('Byte array at the start of which a reader looks first.'),
    bytes: Text.regex(/^(?:[0-9a-f]{2})+$/, 'pairs of lower-case hexadecimal digits').describe('What it holds.'),
  })
  .meta({
    id: 'Magic',
    title: 'Magic bytes',
    description: 'Bytes that mark a region as initialized, where they are no integer.',
    examples: [{ field: 'magic', bytes: '564646414649464f' }],
  })
  .register(Written, { as: 'line' });

/** A region of shared memory: fields are placed by `at`, holes that `align` explains are zero. */
export const MemoryLayout = z
  .strictObject({
    doc: Doc,
    spec: Spec.optional(),
    size: Uint.min(1).describe('Bytes of the fixed part.'),
    align: Uint.min(2)
      .optional()
      .describe(
        'What holes come from: each ends at a multiple of this. A cache line, so that two writers never share one, or the alignment a C compiler keeps.',
      ),
    fields: z.array(Field).describe('Placed by `at`; without it, behind the field before.'),
    constraints: z.array(Constraint).optional().describe('Conditions on the values; $limit is the size of the region.'),
    magic: Magic.optional(),
    chain: Name.optional().describe(
      'Field that holds the offset of a second such region, or 0; that second one is the last.',
    ),
    slots: Slots.optional(),
  })
  .meta({ id: 'MemoryLayout', title: 'Memory layout', description: 'A region of shared memory.' });

/** The parts around every command of an administration virtqueue. */
export const Envelope = z
  .strictObject({
    doc: Doc,
    spec: Spec.optional(),
    out: z.array(Field).describe('Device-readable part.'),
    in: z.array(Field).describe('Device-writable part.'),
  })
  .meta({ id: 'Envelope', title: 'Envelope', description: 'What stands around every command and result.' });

const Part = z.strictObject({ spec: Spec.optional(), fields: z.array(Field).describe('In wire order, packed.') }).meta({
  id: 'CommandPart',
  title: 'Part of a command',
  description: 'The fields one side writes.',
});

/** A command: `key` gives the envelope fields that name it; `in` is decoded only with its request at hand. */
export const Command = z
  .strictObject({
    key: z
      .record(Name, Uint)
      .register(Written, { as: 'line' })
      .describe('Values of the envelope fields that name this command.')
      .meta({ examples: [{ opcode: 0 }] }),
    doc: Doc,
    spec: Spec.optional(),
    out: Part.optional().describe('Data of the command, readable by the device.'),
    in: Part.optional().describe('Result, writable by the device.'),
  })
  .meta({ id: 'Command', title: 'Command', description: 'A command of an administration virtqueue.' });

export type MemoryLayoutSource = z.infer<typeof MemoryLayout>;
export type StructSource = z.infer<typeof Struct>;
export type EnvelopeSource = z.infer<typeof Envelope>;
export type CommandSource = z.infer<typeof Command>;
