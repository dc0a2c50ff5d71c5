import { knownNames } from '../diagnostics/did-you-mean.js';
import type { CountIR, FieldIR, HeaderRole } from '../ir/types.js';
import type { FieldSource } from '../language/field.js';
import {
  BYTE_TYPES,
  INT_SIZE,
  isIntType,
  parseType,
  TYPE_HINT,
  type TypeExpression,
} from '../language/type-expression.js';
import type { Path } from '../read/source-file.js';
import { checkBounds, checkCounter, checkEnum, checkNames, checkPlace, checkUses, placeOf } from './check-fields.js';
import type { FieldsContext } from './fields-context.js';
import { layBits } from './lay-bits.js';

/** What a list of fields is laid out into. */
export interface FieldsLayout {
  readonly fields: readonly FieldIR[];
  /** First byte after the fixed part. */
  readonly end: number;
  /** The counted array at the end, if there is one. */
  readonly tail: FieldIR | null;
  /** Names of fields that could not be laid out: reported once, and not again by whatever refers to them. */
  readonly lost: ReadonlySet<string>;
}

/** Gives every field its absolute offset, in the order of the list, packed. */
export function layFields(sources: readonly FieldSource[], context: FieldsContext): FieldsLayout {
  const fields: FieldIR[] = [];
  let offset = context.start;
  let tail: { field: FieldIR; path: Path } | null = null;
  const lost = new Set<string>();
  sources.forEach((source, index) => {
    const path = [...context.path, index];
    if (tail !== null) {
      context.report.add(
        'VW303',
        placeOf(context, path),
        `"${source.name}" follows "${tail.field.name}", which has no fixed length`,
        {
          also: { ...placeOf(context, tail.path), text: `"${tail.field.name}" is here` },
          hint: 'only the last field of a message may be counted by another field',
        },
      );
      lost.add(source.name);
      return;
    }
    checkNames(sources, index, context);
    const field = layField(source, path, offset, { sources, index, before: fields, lost }, context);
    if (field === null) {
      lost.add(source.name);
      return;
    }
    if (lost.size === 0 && source.at !== undefined && source.at + context.start !== offset) {
      context.report.add(
        'VW305',
        placeOf(context, [...path, 'at']),
        `"${source.name}" lies at offset ${offset - context.start}, its source states ${source.at}`,
        {
          hint: 'a field before it is missing, too many, or of another size',
        },
      );
    }
    fields.push(field);
    const size = sizeOf(field);
    if (size === null) tail = { field, path };
    else offset += size;
  });
  checkUses(sources, fields, lost, context);
  return { fields, end: offset, tail: (tail as { field: FieldIR } | null)?.field ?? null, lost };
}

/** Bytes a field always occupies, or null when another field counts it. */
export function sizeOf(field: FieldIR): number | null {
  if (field.kind === 'int') return field.size;
  if (!('fixed' in field.count)) return null;
  return field.count.fixed * (field.kind === 'ints' ? field.elementSize : 1);
}

/** What a field can see of the list it stands in. */
interface Surroundings {
  readonly sources: readonly FieldSource[];
  readonly index: number;
  readonly before: readonly FieldIR[];
  readonly lost: ReadonlySet<string>;
}

function layField(
  source: FieldSource,
  path: Path,
  offset: number,
  around: Surroundings,
  context: FieldsContext,
): FieldIR | null {
  const { report } = context;
  const unsupported = (what: string): null => {
    report.add('VW309', placeOf(context, path), `${what} cannot be laid out in a message yet`, {
      hint: 'messages hold integers, byte arrays, integer arrays and one counted array at the end',
    });
    return null;
  };
  if (source.union !== undefined) return unsupported('a union');
  if (source.tail !== undefined) return unsupported('a conditional tail');
  if (source.align !== undefined) return unsupported('a field with an alignment');
  if (source.valid_when !== undefined) return unsupported('a field that depends on a feature');
  if (source.type === undefined) {
    report.add('VW103', placeOf(context, path), `missing key "type" in field "${source.name}"`, { hint: TYPE_HINT });
    return null;
  }
  const type = parseType(source.type);
  if (type === null) return null;
  if (context.inHeader) refuseWas(source, path, context);
  const base = {
    name: source.name,
    ...(source.was === undefined || context.inHeader ? {} : { was: source.was }),
    offset,
    reserved: source.reserved ?? false,
    doc: source.doc,
    spec: source.spec ?? context.spec,
  };
  if (type.count !== null && 'rest' in type.count) return unsupported('a field that runs to the end of the message');
  const bytes = Object.hasOwn(BYTE_TYPES, type.base) ? BYTE_TYPES[type.base] : undefined;
  if (bytes?.format === 'text') return unsupported('text');
  if (bytes !== undefined && type.count !== null) return unsupported(`an array of ${type.base}`);
  const count = countOf(type, source, path, around, context);
  if (count === undefined) return null;
  checkPlace(source, path, isIntType(type.base) && count === null, context);
  if (bytes !== undefined) return { ...base, kind: 'bytes', count: { fixed: bytes.size ?? 1 }, format: bytes.format };
  if (!isIntType(type.base)) {
    report.add('VW206', placeOf(context, [...path, 'type']), `"${type.base}" is not a type messages can hold`, {
      hint: knownNames(type.base, [...Object.keys(INT_SIZE), 'uuid', 'mac']),
    });
    return null;
  }
  if (count === null) {
    checkEnum(source, path, INT_SIZE[type.base], context);
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
  if (type.base === 'u8')
    return { ...base, kind: 'bytes', count, format: 'unit' in count && count.unit === 'bits' ? 'bitmap' : 'bytes' };
  return { ...base, kind: 'ints', type: type.base, elementSize: INT_SIZE[type.base], count };
}

/** Only bodies of messages keep track of the names their fields had. */
export function refuseWas(source: FieldSource, path: Path, context: FieldsContext): void {
  if (source.was === undefined) return;
  const place = context.origin.source.placeOfKey([...path, 'was']);
  context.report.add('VW308', place, `"was" of "${source.name}": expected in the body of a message`, {
    hint: 'remove it',
  });
}

/** The count of an array, null for a single value, undefined where it is wrong (and reported). */
function countOf(
  type: TypeExpression,
  source: FieldSource,
  path: Path,
  around: Surroundings,
  context: FieldsContext,
): CountIR | null | undefined {
  const { count } = type;
  if (count === null || 'rest' in count) return null;
  if ('fixed' in count) return { fixed: count.fixed };
  const { report } = context;
  const place = placeOf(context, [...path, 'type']);
  if (count.plus !== 0 || count.field.includes('.')) {
    const text =
      count.plus === 0 ? count.field : `${count.field} ${count.plus < 0 ? '-' : '+'} ${Math.abs(count.plus)}`;
    report.add('VW309', place, `a count of "${text}" cannot be laid out in a message yet`, {
      hint: 'count by an integer field of the same body',
    });
    return undefined;
  }
  if (around.lost.has(count.field)) return undefined;
  const counter = around.before.find((f) => f.name === count.field);
  const declared = around.sources.findIndex((f) => f.name === count.field);
  const also =
    declared < 0 ? undefined : { ...placeOf(context, [...context.path, declared]), text: `"${count.field}" is here` };
  if (counter === undefined || counter.kind !== 'int') {
    report.add(
      'VW207',
      place,
      `"${source.name}" is counted by "${count.field}", which is not an integer field before it`,
      {
        also,
        hint:
          declared > around.index
            ? `move "${count.field}" before "${source.name}"`
            : knownNames(
                count.field,
                around.before.filter((f) => f.kind === 'int').map((f) => f.name),
              ),
      },
    );
    return undefined;
  }
  if (counter.size > 4 || counter.type.startsWith('s')) {
    report.add(
      'VW207',
      place,
      `"${source.name}" is counted by "${count.field}" of type ${counter.type}; a count is unsigned and at most 32 bits`,
      {
        also,
        hint: 'count by a u8, u16, u24 or u32',
      },
    );
    return undefined;
  }
  if (count.unit === 'bits' && type.base !== 'u8') {
    report.add('VW207', place, `"${source.name}" is counted in bits: expected an array of u8, got ${type.base}`, {
      hint: `write u8[${count.field} bits]`,
    });
    return undefined;
  }
  checkCounter(around.sources, declared, around.index, context);
  return { field: count.field, unit: count.unit };
}
