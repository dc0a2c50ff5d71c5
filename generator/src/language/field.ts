import { z } from 'zod';
import { Doc, Int, Name, Spec, Uint } from './names.js';
import { parseType, TYPE_HINT } from './type-expression.js';

export const TypeText = z
  .string()
  .refine((text) => parseType(text) !== null, { error: TYPE_HINT })
  .describe(`Wire type: ${TYPE_HINT}.`);

/** Named bits of one integer; a word and its parts stand side by side in decoded output. */
export const Bits = z
  .strictObject({
    name: Name,
    lsb: Uint.describe('Least significant bit, 0 being the lowest of the integer.'),
    width: Uint.min(1).describe('Number of bits.'),
    reserved: z.boolean().optional().describe('Written as zero.'),
    doc: Doc,
    spec: Spec.optional(),
  })
  .describe('Named bits of one integer.');

/** Features that must be negotiated for a field to exist or to mean something. */
const When = z
  .strictObject({ any_of: z.array(Name).min(1) })
  .or(Name)
  .describe('Feature bit (or any_of several) without which the field is absent or meaningless.');

const fieldShape = {
  name: Name,
  type: TypeText.optional().describe('Wire type; every field has either this or `union`.'),
  doc: Doc,
  spec: Spec.optional(),
  reserved: z.boolean().optional().describe('A sender that follows the text writes zero.'),
  at: Uint.optional().describe(
    'Byte offset where the source states one, counted from the start of the header, payload, struct or layout the field is in: checked in messages, places the field in layouts.',
  ),
  role: z
    .enum(['type', 'id', 'device', 'token', 'size', 'opcode', 'body', 'status'])
    .optional()
    .describe('Header and envelope fields only: what the codec uses the field for.'),
  bits: z.array(Bits).min(1).optional().describe('Groups of bits; together they cover the integer.'),
  enum: Name.optional().describe('Enumeration the value comes from.'),
  min: Int.optional(),
  max: Int.optional(),
  multiple_of: Int.min(2).optional(),
  equals: Int.optional().describe('The only value the text allows.'),
  used: Name.optional().describe(
    'Another field that tells how many of the bytes count; the field keeps its full size.',
  ),
  optional: z.boolean().optional().describe('The struct may end before this field.'),
  valid_when: When.optional(),
};

const PlainField = z.strictObject(fieldShape);

export interface UnionArm {
  when?: number | number[] | undefined;
  default?: boolean | undefined;
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
export const Field: z.ZodType<FieldSource> = z.lazy(() =>
  z
    .strictObject({ ...fieldShape, union: Union.optional() })
    .describe('One field: name, type, doc. Written on one line, so that a text diff is a wire diff.'),
);

/** Alternatives that share the same bytes, chosen by the value of an earlier field. */
export const Union: z.ZodType<UnionSource> = z.lazy(() =>
  z.strictObject({
    tag: Name.describe('The field whose value chooses the arm.'),
    size: Uint.optional().describe('Bytes the union always occupies, whichever arm is in use.'),
    arms: z.record(
      Name,
      z.strictObject({
        when: Uint.or(z.array(Uint).min(1)).optional().describe('Tag value or values that choose this arm.'),
        default: z.boolean().optional().describe('Chosen by every other tag value.'),
        doc: Doc,
        fields: z.array(Field),
      }),
    ),
  }),
);
