import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import type { CountIR, FieldIR, HeaderRole } from '../ir/types.js';
import type { FieldSource } from '../language/field.js';
import { BYTE_TYPES, INT_SIZE, isIntType, parseType, type TypeExpression } from '../language/type-expression.js';
import type { Path } from '../read/source-file.js';
import type { Origin } from '../resolve/resolved.js';
import { layBits } from './lay-bits.js';

/** What a list of fields is laid out into. */
export interface FieldsLayout {
  readonly fields: readonly FieldIR[];
  /** First byte after the fixed part. */
  readonly end: number;
  /** The counted array at the end, if there is one. */
  readonly tail: FieldIR | null;
}

export interface FieldsContext {
  /** Place of the list in its file. */
  readonly origin: Origin;
  readonly path: Path;
  /** Offset of the first field. */
  readonly start: number;
  /** Clause that fields without their own inherit. */
  readonly spec: string;
  readonly enums: ReadonlySet<string>;
  readonly inHeader: boolean;
  readonly report: Report;
}

/** Gives every field its absolute offset, in the order of the list, packed. */
export function layFields(sources: readonly FieldSource[], context: FieldsContext): FieldsLayout {
  const fields: FieldIR[] = [];
  let offset = context.start;
  let tail: FieldIR | null = null;
  sources.forEach((source, index) => {
    const path = [...context.path, index];
    if (tail !== null) {
      context.report.add('VW303', placeOf(context, path), `"${source.name}" follows "${tail.name}", which has no fixed length`, {
        hint: 'only the last field of a message may be counted by another field',
      });
      return;
    }
    checkName(source, path, fields, context);
    const field = layField(source, path, offset, fields, context);
    if (field === null) return;
    if (source.at !== undefined && source.at + context.start !== offset) {
      context.report.add('VW305', placeOf(context, [...path, 'at']), `"${source.name}" lies at offset ${offset - context.start}, its source states ${source.at}`, {
        hint: 'a field before it is missing, too many, or of another size',
      });
    }
    fields.push(field);
    const size = sizeOf(field);
    if (size === null) tail = field;
    else offset += size;
  });
  checkUses(sources, fields, context);
  return { fields, end: offset, tail };
}

/** Bytes a field always occupies, or null when another field counts it. */
export function sizeOf(field: FieldIR): number | null {
  if (field.kind === 'int') return field.size;
  if (!('fixed' in field.count)) return null;
  return field.count.fixed * (field.kind === 'ints' ? field.elementSize : 1);
}

const placeOf = (context: FieldsContext, path: Path) => context.origin.source.place(path);

function checkName(source: FieldSource, path: Path, before: readonly FieldIR[], context: FieldsContext): void {
  const first = before.findIndex((f) => f.name === source.name);
  if (first < 0) return;
  context.report.add('VW213', placeOf(context, [...path, 'name']), `there are two fields "${source.name}"`, {
    also: { ...placeOf(context, [...context.path, first, 'name']), text: 'first declared here' },
    hint: 'number repeated reserved fields as the source does: reserved0, reserved1',
  });
}

function layField(source: FieldSource, path: Path, offset: number, before: readonly FieldIR[], context: FieldsContext): FieldIR | null {
  const { report } = context;
  const unsupported = (what: string): null => {
    report.add('VW309', placeOf(context, path), `${what} cannot be laid out in a message yet`, {
      hint: 'messages hold integers, byte arrays, integer arrays and one counted array at the end',
    });
    return null;
  };
  if (source.union !== undefined) return unsupported('a union');
  if (source.optional === true) return unsupported('an optional field');
  if (source.type === undefined) {
    report.add('VW103', placeOf(context, path), `missing key "type" in field "${source.name}"`);
    return null;
  }
  const type = parseType(source.type);
  if (type === null) return null;
  const base = {
    name: source.name,
    offset,
    reserved: source.reserved ?? false,
    doc: source.doc,
    spec: source.spec ?? context.spec,
  };
  if (type.count !== null && 'rest' in type.count) return unsupported('a field that runs to the end of the message');
  const count = countOf(type, source, path, before, context);
  if (count === undefined) return null;
  const bytes = BYTE_TYPES[type.base];
  if (bytes !== undefined) {
    if (bytes.format === 'text') return unsupported('text');
    return { ...base, kind: 'bytes', count: { fixed: (bytes.size ?? 1) * fixedOr1(count) }, format: bytes.format };
  }
  if (!isIntType(type.base)) {
    report.add('VW206', placeOf(context, [...path, 'type']), `"${type.base}" is not a type messages can hold`, {
      hint: knownNames(type.base, [...Object.keys(INT_SIZE), 'uuid', 'mac']),
    });
    return null;
  }
  if (count === null) {
    checkEnum(source, path, context);
    checkBounds(source, path, INT_SIZE[type.base] * 8, type.base.startsWith('s'), context);
    return {
      ...base,
      kind: 'int',
      type: type.base,
      size: INT_SIZE[type.base],
      enum: source.enum ?? null,
      bits: layBits(source, path, INT_SIZE[type.base] * 8, context),
      role: context.inHeader ? ((source.role as HeaderRole | undefined) ?? null) : null,
    };
  }
  if (type.base === 'u8') return { ...base, kind: 'bytes', count, format: 'unit' in count && count.unit === 'bits' ? 'bitmap' : 'bytes' };
  return { ...base, kind: 'ints', type: type.base, elementSize: INT_SIZE[type.base], count };
}

const fixedOr1 = (count: CountIR | null): number => (count !== null && 'fixed' in count ? count.fixed : 1);

/** The count of an array, null for a single value, undefined where it is wrong (and reported). */
function countOf(
  type: TypeExpression,
  source: FieldSource,
  path: Path,
  before: readonly FieldIR[],
  context: FieldsContext,
): CountIR | null | undefined {
  const { count } = type;
  if (count === null || 'rest' in count) return null;
  if ('fixed' in count) return { fixed: count.fixed };
  const { report } = context;
  const place = placeOf(context, [...path, 'type']);
  const counter = before.find((f) => f.name === count.field);
  if (counter === undefined || counter.kind !== 'int') {
    report.add('VW207', place, `"${source.name}" is counted by "${count.field}", which is not an integer field before it`, {
      hint: knownNames(count.field, before.filter((f) => f.kind === 'int').map((f) => f.name)),
    });
    return undefined;
  }
  if (counter.size > 4 || counter.type.startsWith('s')) {
    report.add('VW207', place, `"${source.name}" is counted by "${count.field}" of type ${counter.type}; a count is unsigned and at most 32 bits`);
    return undefined;
  }
  if (count.unit === 'bits' && type.base !== 'u8') {
    report.add('VW207', place, `a count in bits needs an array of u8, got ${type.base}`);
    return undefined;
  }
  if (count.plus !== 0) {
    report.add('VW309', place, `a count of "${count.field} + ${count.plus}" cannot be laid out in a message yet`);
    return undefined;
  }
  return { field: count.field, unit: count.unit };
}

function checkEnum(source: FieldSource, path: Path, context: FieldsContext): void {
  if (source.enum === undefined || context.enums.has(source.enum)) return;
  context.report.add('VW206', placeOf(context, [...path, 'enum']), `there is no enumeration "${source.enum}"`, {
    hint: knownNames(source.enum, context.enums),
  });
}

function checkBounds(source: FieldSource, path: Path, bits: number, signed: boolean, context: FieldsContext): void {
  const low = signed ? -(2 ** (bits - 1)) : 0;
  const high = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  for (const key of ['min', 'max', 'equals', 'multiple_of'] as const) {
    const value = source[key];
    if (value !== undefined && (value < low || value > high)) {
      context.report.add('VW306', placeOf(context, [...path, key]), `${key} ${value} of "${source.name}" does not fit ${source.type ?? ''} (${low}..${high})`);
    }
  }
  if (source.min !== undefined && source.max !== undefined && source.min > source.max) {
    context.report.add('VW306', placeOf(context, [...path, 'min']), `min ${source.min} of "${source.name}" is above its max ${source.max}`, {
      also: { ...placeOf(context, [...path, 'max']), text: 'max is here' },
    });
  }
}

/** `used:` names another integer field of the same list. */
function checkUses(sources: readonly FieldSource[], fields: readonly FieldIR[], context: FieldsContext): void {
  sources.forEach((source, index) => {
    if (source.used === undefined) return;
    const ints = fields.filter((f) => f.kind === 'int').map((f) => f.name);
    if (ints.includes(source.used)) return;
    context.report.add('VW207', placeOf(context, [...context.path, index, 'used']), `"${source.used}" is not an integer field of this body`, {
      hint: knownNames(source.used, ints),
    });
  });
}
