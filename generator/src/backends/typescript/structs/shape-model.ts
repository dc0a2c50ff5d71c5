import type { IntMemberIR, MemberIR, SegmentIR, ShapeIR, StructIR } from '../../../ir/structs.js';
import { segmentsOf, varies } from '../../../ir/structs.js';
import { fileOf, identOf, type MemberNames, structNames } from './shape-names.js';

/** An array of variable size. */
export type Counted = SegmentIR['array'];

/** Everything the module of one shape is made of, with all names decided. */
export interface ShapeModel {
  readonly struct: StructIR;
  readonly ir: ShapeIR;
  readonly file: string;
  readonly ident: string;
  readonly names: MemberNames;
  readonly segments: readonly SegmentIR[];
  /** The array that takes whatever is left: where it ends, and what follows it, only the end of the struct tells. */
  readonly rest: Counted | null;
  /** Bytes of every such struct, or null. */
  readonly size: number | null;
}

export function modelShape(struct: StructIR, ir: ShapeIR): ShapeModel {
  return {
    struct,
    ir,
    file: fileOf(ir.key),
    ident: identOf(ir.key),
    names: structNames(ir),
    segments: segmentsOf(ir),
    rest: ir.fields.filter(varies).find((array) => 'rest' in array.count) ?? null,
    size: ir.maxSize,
  };
}

/** The array whose elements a field counts. */
export const countedBy = ({ ir }: ShapeModel, member: IntMemberIR): Counted | undefined =>
  ir.fields.filter(varies).find((array) => 'field' in array.count && array.count.field === member.name);

/** Whether the place of a member depends on where the struct ends. */
export const needsEnd = ({ rest }: ShapeModel, member: MemberIR): boolean =>
  rest !== null && member.after === rest.name;
