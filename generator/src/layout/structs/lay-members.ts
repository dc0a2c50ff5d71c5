import { knownNames } from '../../diagnostics/did-you-mean.js';
import type { MemberCountIR, MemberIR, StructIR } from '../../ir/structs.js';
import { varies } from '../../ir/structs.js';
import type { FieldSource } from '../../language/field.js';
import type { StructSource } from '../../language/memory.js';
import { BYTE_TYPES, INT_SIZE, isIntType, parseType, TYPE_HINT } from '../../language/type-expression.js';
import type { Path } from '../../read/source-file.js';
import { checkBounds, checkEnum, placeOf } from '../check-fields.js';
import type { FieldsContext } from '../fields-context.js';
import { layBits } from '../lay-bits.js';
import { boundsOn } from '../lay-constraints.js';
import { layCount } from './lay-count.js';
import { layElement } from './lay-element.js';
import { checkFieldName, checkKeys, checkOffset, checkUsed } from './member-check.js';
import { type Position, ShapeBuilder } from './shape-builder.js';
import { type Arms, keyOfUnion, unionsIn } from './unions.js';

/** What is the same for all fields of one shape. */
export interface Plan {
  readonly structs: Readonly<Record<string, StructSource>>;
  /** The arms that stand where the struct has unions. */
  readonly arms: Arms;
  /** Conditional tails the shape has. */
  readonly tails: readonly string[];
  /** Structs being laid out, from the outside in. */
  readonly trail: readonly string[];
  /** Features of which the field around these needs one: they are valid with it as well. */
  readonly when?: readonly string[] | undefined;
  /** In a region of memory: puts a field where the source has it, and tells whether it can stand there. */
  readonly place?: ((source: FieldSource, path: Path) => boolean) | undefined;
  /** A struct on its own, as the elements of an array are where each has a shape or a size of its own. */
  readonly whole: (name: string, struct: StructSource, trail: readonly string[]) => StructIR;
}

/** Lays out a list of fields behind what the builder holds already. */
export function layMembers(
  sources: readonly FieldSource[],
  prefix: string,
  builder: ShapeBuilder,
  plan: Plan,
  context: FieldsContext,
): void {
  const start = builder.position;
  sources.forEach((source, index) => {
    const path = [...context.path, index];
    // A region of memory has no tails, and says so itself.
    if (source.tail !== undefined && plan.place === undefined && !plan.tails.includes(source.tail)) return;
    checkFieldName(sources, index, context);
    if (plan.place === undefined) {
      align(source, start, builder);
      checkOffset(source, path, start, builder, context);
    } else if (!plan.place(source, path)) {
      builder.lost.add(prefix + source.name);
      return;
    }
    if (source.union !== undefined) layUnion(source, prefix, path, builder, plan, context);
    else if (!layMember({ sources, index, prefix, builder }, source, path, plan, context))
      builder.lost.add(prefix + source.name);
  });
  checkUsed(sources, prefix, builder, context);
}

function align(source: FieldSource, start: Position, builder: ShapeBuilder): void {
  const { offset, after } = builder.position;
  if (source.align === undefined || after !== start.after) return;
  const beyond = (offset - start.offset) % source.align;
  if (beyond > 0) builder.skip(source.align - beyond);
}

function layUnion(
  source: FieldSource,
  prefix: string,
  path: Path,
  builder: ShapeBuilder,
  plan: Plan,
  context: FieldsContext,
): void {
  const { union } = source;
  const key = keyOfUnion(prefix, path);
  const chosen = plan.arms.get(key) ?? '';
  const arm = union?.arms[chosen];
  if (union === undefined || arm === undefined) {
    builder.open.set(key, builder.members.length);
    return;
  }
  const from = builder.position;
  const inner = { ...context, path: [...path, 'union', 'arms', chosen, 'fields'] };
  const within = source.anonymous === true ? prefix : `${prefix}${source.name}.`;
  layMembers(arm.fields, within, builder, { ...plan, when: whenOf(source, plan) }, inner);
  const { offset, after } = builder.position;
  if (after !== from.after || union.size === undefined) return;
  const used = offset - from.offset;
  if (used > union.size) {
    context.report.add(
      'VW311',
      context.origin.source.placeOfKey([...path, 'union', 'arms', chosen]),
      `the arm "${chosen}" has ${used} bytes, its union has ${union.size}`,
      {
        also: { ...placeOf(context, [...path, 'union', 'size']), text: 'the size is set here' },
        hint: 'shorten the arm, or give the union the size of its largest arm',
      },
    );
  } else builder.skip(union.size - used);
}

interface Around {
  readonly sources: readonly FieldSource[];
  readonly index: number;
  readonly prefix: string;
  readonly builder: ShapeBuilder;
}

/** Lays out one field, or tells that it could not and why. */
function layMember(around: Around, source: FieldSource, path: Path, plan: Plan, context: FieldsContext): boolean {
  const { builder, prefix } = around;
  const { report } = context;
  const name = prefix + source.name;
  const type = source.type === undefined ? null : parseType(source.type);
  if (type === null) {
    if (source.type === undefined)
      report.add('VW103', placeOf(context, path), `missing key "type" in field "${source.name}"`, { hint: TYPE_HINT });
    return false;
  }
  const count = type.count === null ? null : layCount(type.count, source, path, around, context);
  if (count === undefined) return false;
  const integer = isIntType(type.base);
  checkKeys(source, path, { integer: integer && count === null, integers: integer && count !== null }, context);
  const nested = Object.hasOwn(plan.structs, type.base) ? plan.structs[type.base] : undefined;
  if (nested !== undefined && count === null)
    return layNested(type.base, nested, name, path, builder, { ...plan, when: whenOf(source, plan) }, context);
  const member = memberOf(source, type.base, count, name, path, builder, plan, context);
  if (member === null) return false;
  if (builder.walked !== null) {
    report.add(
      'VW303',
      placeOf(context, path),
      `"${name}" follows "${builder.walked}", whose elements differ in size`,
      {
        hint: `"${builder.walked}" takes everything to the end: move it behind "${name}"`,
      },
    );
    return false;
  }
  if (builder.rest !== null && varies(member)) {
    report.add('VW303', placeOf(context, path), `"${name}" has no fixed size and follows "${builder.rest}"`, {
      hint: `"${builder.rest}" takes what is left before the fields that follow it, so that they have a fixed size`,
    });
    return false;
  }
  builder.add(member);
  return true;
}

function layNested(
  base: string,
  struct: StructSource,
  name: string,
  path: Path,
  builder: ShapeBuilder,
  plan: Plan,
  context: FieldsContext,
): boolean {
  if (recursive(base, path, plan, context)) return false;
  const inner = { ...context, path: ['structs', base, 'fields'], spec: struct.spec ?? context.spec };
  layMembers(
    struct.fields,
    name === '' ? '' : `${name}.`,
    builder,
    { ...plan, trail: [...plan.trail, base], place: undefined },
    inner,
  );
  return true;
}

function recursive(base: string, path: Path, plan: Plan, context: FieldsContext): boolean {
  if (!plan.trail.includes(base)) return false;
  context.report.add(
    'VW219',
    placeOf(context, [...path, 'type']),
    `struct "${base}" holds itself: ${[...plan.trail.slice(plan.trail.indexOf(base)), base].join(' → ')}`,
    { hint: 'a struct has an end: refer to another one by its address or index' },
  );
  return true;
}

function memberOf(
  source: FieldSource,
  base: string,
  count: MemberCountIR | null,
  name: string,
  path: Path,
  builder: ShapeBuilder,
  plan: Plan,
  context: FieldsContext,
): MemberIR | null {
  const common = {
    name,
    ...builder.position,
    reserved: source.reserved ?? false,
    doc: source.doc,
    spec: source.spec ?? context.spec,
    validWhen: whenOf(source, plan),
  };
  const value = { ...common, name: '', offset: 0, after: null, validWhen: [] };
  const records = (size: number, fields: readonly MemberIR[]): MemberIR => ({
    ...common,
    kind: 'records',
    elementSize: size,
    count: count ?? { fixed: 1 },
    fields,
  });
  if (isIntType(base)) {
    const size = INT_SIZE[base];
    if (count !== null && source.bits === undefined)
      return base === 'u8'
        ? { ...common, kind: 'bytes', count, format: 'bytes' }
        : { ...common, kind: 'ints', type: base, elementSize: size, count };
    const bits = layBits(source, path, size * 8, context);
    if (count !== null)
      return records(size, [{ ...value, kind: 'int', type: base, size, enum: null, bits, bounds: null }]);
    checkEnum(source, path, size, context);
    checkBounds(source, path, size * 8, base.startsWith('s'), context);
    return { ...common, kind: 'int', type: base, size, enum: source.enum ?? null, bits, bounds: boundsOn(source) };
  }
  const bytes = Object.hasOwn(BYTE_TYPES, base) ? BYTE_TYPES[base] : undefined;
  if (bytes?.format === 'text') return { ...common, kind: 'bytes', count: count ?? { fixed: 1 }, format: 'text' };
  if (bytes?.size != null) {
    const whole = { kind: 'bytes', count: { fixed: bytes.size }, format: bytes.format } as const;
    return count === null ? { ...common, ...whole } : records(bytes.size, [{ ...value, ...whole }]);
  }
  const struct = Object.hasOwn(plan.structs, base) ? plan.structs[base] : undefined;
  if (struct === undefined) {
    context.report.add('VW206', placeOf(context, [...path, 'type']), `"${base}" is not a type structs can hold`, {
      hint: knownNames(base, [...Object.keys(INT_SIZE), 'uuid', 'mac', ...Object.keys(plan.structs)]),
    });
    return null;
  }
  if (recursive(base, path, plan, context)) return null;
  const element = elementOf(base, struct, path, plan, context);
  if (element !== null) return records(element.position.offset, element.members);
  const whole = plan.whole(base, struct, plan.trail);
  return layElement(whole, { ...common, count: count ?? { fixed: 1 } }, path, context);
}

/** The fields of an array's element; null where each is a struct of its own: they differ, or hold arrays of records. */
function elementOf(
  base: string,
  struct: StructSource,
  path: Path,
  plan: Plan,
  context: FieldsContext,
): ShapeBuilder | null {
  if (unionsIn(struct.fields, [], '', plan.structs, new Map(), [...plan.trail, base]).length > 0) return null;
  const builder = new ShapeBuilder();
  layNested(base, struct, '', path, builder, { ...plan, when: undefined }, context);
  return builder.members.every((m) => m.kind !== 'structs' && m.kind !== 'records' && !varies(m)) ? builder : null;
}

/** Features of which a field needs one: its own, or else those of the field around it. */
function whenOf({ valid_when: own }: FieldSource, { when = [] }: Plan): readonly string[] {
  if (own === undefined) return when;
  return typeof own === 'string' ? [own] : [...own.any_of].sort();
}
