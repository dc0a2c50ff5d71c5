import type { IntMemberIR, MemberIR, SegmentIR, ShapeIR, StructIR, StructsMemberIR } from '../../../ir/structs.js';
import { isWalked, segmentsOf, varies } from '../../../ir/structs.js';
import { fileOf, hasChoice, identOf, type MemberNames, structNames } from './shape-names.js';

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
  /** The modules of the structs its arrays hold, by the name of the struct. */
  readonly elements: ReadonlyMap<string, ElementModule>;
}

/** How a shape's module sees that of an array's element. */
export interface ElementModule {
  readonly struct: StructIR;
  /** The name it is imported by. */
  readonly alias: string;
  /** The object form of an element, and what one is written from. */
  readonly type: string;
  readonly input: string;
  /** The call that writes one. */
  readonly encode: (view: string, p: string, value: string) => string;
}

export function modelShape(struct: StructIR, ir: ShapeIR, structs: readonly StructIR[] = [struct]): ShapeModel {
  const names = structNames(ir);
  return {
    struct,
    ir,
    file: fileOf(ir.key),
    ident: identOf(ir.key),
    names,
    segments: segmentsOf(ir),
    rest: ir.fields.filter(varies).find((array) => 'rest' in array.count) ?? null,
    size: ir.maxSize,
    elements: new Map(
      ir.fields.flatMap((m) => {
        const element = m.kind === 'structs' ? structs.find((s) => s.name === m.struct) : undefined;
        return element === undefined ? [] : [[element.name, elementModule(element, names)] as const];
      }),
    ),
  };
}

/** Local variables beside which a module is used. */
const LOCALS = ['at', 'code', 'element', 'i', 'list', 'n', 'next'];

function elementModule(struct: StructIR, { names }: MemberNames): ElementModule {
  const ident = identOf(struct.name);
  const alias = names.free(LOCALS.includes(ident) ? `${ident}_` : ident);
  return hasChoice(struct)
    ? {
        struct,
        alias,
        type: `${alias}.AnyStruct`,
        input: `${alias}.StructInput`,
        encode: (view, p, value) => `${alias}.encode_struct(${view}, ${p}, ${value})`,
      }
    : {
        struct,
        alias,
        type: `${alias}.Struct`,
        input: `{ readonly fields: ${alias}.FieldsInput }`,
        encode: (view, p, value) => `${alias}.encode_fields(${view}, ${p}, ${value}.fields)`,
      };
}

/** The module of an array's elements. */
export function elementOf({ ir, elements }: ShapeModel, member: StructsMemberIR): ElementModule {
  const found = elements.get(member.struct);
  if (found === undefined) throw new Error(`${ir.key}: there is no struct ${member.struct}`);
  return found;
}

/** The array whose end only a walk finds. */
export const walkedOf = ({ ir }: ShapeModel): (StructsMemberIR & { readonly elementSize: null }) | undefined =>
  ir.fields.find(isWalked);

/** The array whose elements a field counts. */
export const countedBy = ({ ir }: ShapeModel, member: IntMemberIR): Counted | undefined =>
  ir.fields.filter(varies).find((array) => 'field' in array.count && array.count.field === member.name);

/** Whether the place of a member depends on where the struct ends. */
export const needsEnd = ({ rest }: ShapeModel, member: MemberIR): boolean =>
  rest !== null && member.after === rest.name;
