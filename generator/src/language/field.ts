import { z } from 'zod';
import { Doc, FieldPath, Int, Name, Spec, Uint } from './names.js';
import { TYPE_HINT, TYPE_TEXT } from './type-expression.js';
import { Written } from './written.js';

export const TypeText = z
  .string()
  .regex(TYPE_TEXT, TYPE_HINT)
  .meta({
    id: 'Type',
    title: 'Wire type',
    description: `Wire type: ${TYPE_HINT}.`,
    examples: [
      ...['u8', 'u16', 'u24', 'u32', 'u64', 's32', 'be16', 'be32', 'uuid', 'mac', 'char[16]'],
      ...['u8[32]', 'u32[num_blocks]', 'u8[count bits]', 'u8[length bytes]', 'u8[...]'],
    ],
  });

/** Named bits of one integer; a word and its parts stand side by side in decoded output. */
export const Bits = z
  .strictObject({
    name: Name.describe('Name of the group, unique in its body.'),
    lsb: Uint.describe('Least significant bit, 0 being the lowest of the integer.'),
    width: Uint.min(1).describe('Number of bits.'),
    reserved: z.boolean().optional().describe('Written as zero.'),
    doc: Doc,
    spec: Spec.optional(),
  })
  .meta({
    id: 'Bits',
    title: 'Group of bits',
    description: 'Named bits of one integer.',
    examples: [{ name: 'next_wrap', lsb: 31, width: 1, doc: 'wrap counter of the ring' }],
  })
  .register(Written, { as: 'line' });

/** Features that must be negotiated for a field to exist or to mean something. */
const When = z
  .strictObject({ any_of: z.array(Name).min(1).describe('Feature bits of which one is enough.') })
  .register(Written, { as: 'line' })
  .or(Name)
  .meta({
    id: 'Feature',
    title: 'Feature condition',
    description: 'Feature bit (or any_of several) without which the field is absent or meaningless.',
    examples: ['VIRTIO_NET_F_MTU', { any_of: ['VIRTIO_NET_F_MQ', 'VIRTIO_NET_F_RSS'] }],
  });

// In the order they are written down in.
const fieldShape = {
  name: Name.describe('Name of the field, unique in its body.'),
  was: Name.optional().describe(
    'Bodies of messages only: the name this field had in the body of the parent dialect that this one replaces.',
  ),
  type: TypeText.optional().describe(`Every field has either this or \`union\`: ${TYPE_HINT}.`),
  at: Uint.optional().describe(
    'Byte offset where the source states one, counted from the start of the header, payload, struct or layout the field is in: checked in messages, places the field in layouts.',
  ),
  align: Uint.min(2)
    .optional()
    .describe(
      'Structs only: the field starts at the next multiple of this many bytes, counted from the start of the struct, as deployed C headers have it; the bytes before it are zero.',
    ),
  anonymous: z
    .boolean()
    .optional()
    .describe(
      'Unions only: the source gives the union no name, so that the fields of its arms stand beside the others.',
    ),
  role: z
    .enum(['type', 'id', 'device', 'token', 'size', 'opcode', 'body', 'status'])
    .optional()
    .describe('Header and envelope fields only: what the codec uses the field for.'),
  reserved: z.boolean().optional().describe('A sender that follows the text writes zero.'),
  bits: z
    .array(Bits)
    .min(1)
    .optional()
    .describe('Groups of bits; together they cover the integer.')
    .meta({
      examples: [
        [
          { name: 'next_offset', lsb: 0, width: 31, doc: 'where the driver writes next in the ring' },
          { name: 'next_wrap', lsb: 31, width: 1, doc: 'wrap counter of the ring' },
        ],
      ],
    }),
  enum: Name.optional().describe('Enumeration the value comes from.'),
  min: Int.optional().describe('Smallest value the text allows.'),
  max: Int.optional().describe('Largest value the text allows.'),
  multiple_of: Int.min(2).optional().describe('The value is a multiple of this.'),
  equals: Int.optional().describe('The only value the text allows.'),
  used: Name.optional().describe(
    'Another field that tells how many of the bytes count; the field keeps its full size.',
  ),
  tail: Name.optional().describe(
    'Conditional tail the field belongs to: the struct may end before the first field of each tail. `name+tail` names the struct that ends with it.',
  ),
  valid_when: When.optional(),
  doc: Doc,
  spec: Spec.optional(),
};

const PlainField = z.strictObject(fieldShape);

export interface UnionArm {
  when?: number | number[] | undefined;
  default?: boolean | undefined;
  by_name?: boolean | undefined;
  doc: string;
  fields: FieldSource[];
}

export interface UnionSource {
  tag: string;
  size?: number | undefined;
  arms: Record<string, UnionArm>;
}

export interface FieldSource extends z.infer<typeof PlainField> {
  union?: UnionSource | undefined;
}

/** One field, written on one line of its own, so that a text diff is a wire diff. */
export const Field: z.ZodType<FieldSource> = z
  .strictObject({
    ...fieldShape,
    get union(): z.ZodOptional<z.ZodType<UnionSource>> {
      return Union.optional();
    },
  })
  .meta({
    id: 'Field',
    title: 'Field',
    description: 'One field: name, type, doc. Written on one line, so that a text diff is a wire diff.',
    examples: [
      { name: 'length', type: 'u32', doc: 'number of bytes that follow' },
      { name: 'data', type: 'u8[length]', doc: 'content' },
      { name: 'reserved', type: 'u32', reserved: true, doc: 'zero' },
      { name: 'status', type: 'u32', enum: 'device_status', doc: 'current status bits' },
    ],
  })
  .register(Written, { as: 'line' });

const UnionArm: z.ZodType<UnionArm> = z
  .strictObject({
    when: Uint.or(z.array(Uint).min(1).register(Written, { as: 'line' }))
      .optional()
      .describe('Tag value or values that choose this arm.')
      .meta({ examples: [0x12, [1, 2]] }),
    default: z.boolean().optional().describe('Chosen by every other tag value.'),
    by_name: z
      .boolean()
      .optional()
      .describe('No tag value is known to choose this arm: it is read where its name is given, `struct/arm`.'),
    doc: Doc,
    fields: z.array(Field).describe('The fields of this alternative, in wire order.'),
  })
  .meta({ id: 'UnionArm', title: 'Arm of a union', description: 'One alternative of a union.' });

/** Alternatives that share the same bytes, chosen by the value of an earlier field. */
const Union: z.ZodType<UnionSource> = z
  .strictObject({
    tag: FieldPath.describe(
      'The field whose value chooses the arm: one before the union, `hdr.type` in a struct before it, or `request.id` in the request this answers.',
    ),
    size: Uint.optional().describe('Bytes the union always occupies, whichever arm is in use.'),
    arms: z.record(Name, UnionArm).describe('The alternatives by name.'),
  })
  .meta({
    id: 'Union',
    title: 'Union',
    description: 'Alternatives that share the same bytes, chosen by the value of an earlier field; instead of a type.',
  });
