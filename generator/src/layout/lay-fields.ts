import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
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
import type { Origin, ResolvedDialect } from '../resolve/resolved.js';
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

export interface FieldsContext {
  /** Place of the list in its file. */
  readonly origin: Origin;
  readonly path: Path;
  /** Offset of the first field. */
  readonly start: number;
  /** Clause that fields without their own inherit. */
  readonly spec: string;
  /** The dialect they are laid out for; what it inherits may be declared in another. */
  readonly dialect: ResolvedDialect;
  readonly inHeader: boolean;
  readonly report: Report;
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

const placeOf = (context: FieldsContext, path: Path) => context.origin.source.place(path);

/** A word and its bit groups stand side by side in decoded output, so that all of them share one name space. */
function checkNames(sources: readonly FieldSource[], index: number, context: FieldsContext): void {
  const namesOf = (field: FieldSource, at: number): { name: string; path: Path; what: string }[] => [
    { name: field.name, path: [...context.path, at, 'name'], what: 'field' },
    ...(field.bits ?? []).map((b, bit) => ({
      name: b.name,
      path: [...context.path, at, 'bits', bit, 'name'],
      what: 'group of bits',
    })),
  ];
  const before = sources.slice(0, index).flatMap(namesOf);
  for (const own of sources[index] === undefined ? [] : namesOf(sources[index], index)) {
    const first = before.find((b) => b.name === own.name);
    if (first !== undefined) {
      context.report.add(
        'VW213',
        placeOf(context, own.path),
        `the name "${own.name}" of this ${own.what} is taken by a ${first.what} before it`,
        {
          also: { ...placeOf(context, first.path), text: 'first declared here' },
          hint: 'number repeated reserved fields as the source does: reserved0, reserved1',
        },
      );
    }
    before.push(own);
  }
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
  if (source.optional === true) return unsupported('an optional field');
  if (source.valid_when !== undefined) return unsupported('a field that depends on a feature');
  if (source.type === undefined) {
    report.add('VW103', placeOf(context, path), `missing key "type" in field "${source.name}"`, { hint: TYPE_HINT });
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

/** Keys that mean something on an integer only, or in a header only, and would be ignored in silence elsewhere. */
function checkPlace(source: FieldSource, path: Path, isInteger: boolean, context: FieldsContext): void {
  const misplaced = (key: string, why: string, hint: string): void => {
    context.report.add(
      'VW308',
      context.origin.source.placeOfKey([...path, key]),
      `"${key}" of "${source.name}": ${why}`,
      { hint },
    );
  };
  if (source.role !== undefined && !context.inHeader)
    misplaced('role', 'only fields of the header have a role', 'remove it');
  for (const key of ['bits', 'enum', 'min', 'max', 'multiple_of', 'equals'] as const) {
    if (source[key] !== undefined && !isInteger)
      misplaced(
        key,
        `expected on a single integer, got type ${source.type ?? ''}`,
        'remove it, or give the field an integer type',
      );
  }
  if (source.used !== undefined && isInteger)
    misplaced(
      'used',
      `expected on an array, got type ${source.type ?? ''}`,
      'remove it, or give the field an array type',
    );
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
    const text = count.plus === 0 ? count.field : `${count.field} + ${count.plus}`;
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
  return { field: count.field, unit: count.unit };
}

function checkEnum(source: FieldSource, path: Path, size: number, context: FieldsContext): void {
  if (source.enum === undefined) return;
  const { enums } = context.dialect;
  const found = enums.get(source.enum);
  const place = placeOf(context, [...path, 'enum']);
  if (found === undefined) {
    const remover = removerOf(`enums.${source.enum}`, context);
    if (remover === context.dialect) {
      context.report.add(
        'VW206',
        remover.source.place(['remove', remover.value.remove?.indexOf(`enums.${source.enum}`) ?? 0]),
        `enumeration "${source.enum}" is removed, but the inherited field "${source.name}" uses it`,
        {
          also: { ...place, text: 'it is used here' },
          hint: 'keep the enumeration, or override the body that uses it',
        },
      );
    }
    if (remover !== null) return;
    context.report.add('VW206', place, `there is no enumeration "${source.enum}"`, {
      hint: knownNames(source.enum, enums.keys()),
    });
    return;
  }
  const highest = 2 ** (size * 8) - 1;
  const big = Object.entries(found.value.values).find(([, v]) => v.value > highest);
  if (big === undefined) return;
  context.report.add(
    'VW306',
    place,
    `${big[0]} = ${big[1].value} of "${source.enum}" does not fit "${source.name}" of type ${source.type ?? ''} (0..${highest})`,
    {
      also: {
        ...found.origin.source.place([...found.origin.path, 'values', big[0], 'value']),
        text: 'the value is here',
      },
      hint: 'give the field a wider type, or the value another number',
    },
  );
}

/** The nearest dialect that removes what the body these fields are inherited from still has. */
function removerOf(entry: string, { dialect, origin }: FieldsContext): ResolvedDialect | null {
  for (let d: ResolvedDialect | null = dialect; d !== null && d.value.dialect !== origin.dialect; d = d.parent) {
    if (d.value.remove?.includes(entry)) return d;
  }
  return null;
}

function checkBounds(source: FieldSource, path: Path, bits: number, signed: boolean, context: FieldsContext): void {
  const low = signed ? -(2 ** (bits - 1)) : 0;
  const high = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  for (const key of ['min', 'max', 'equals', 'multiple_of'] as const) {
    const value = source[key];
    if (value !== undefined && (value < low || value > high)) {
      context.report.add(
        'VW306',
        placeOf(context, [...path, key]),
        `${key} ${value} of "${source.name}" does not fit ${source.type ?? ''} (${low}..${high})`,
        {
          also: { ...placeOf(context, [...path, 'type']), text: 'its type is here' },
          hint: 'change the bound or the type',
        },
      );
    }
  }
  if (source.min !== undefined && source.max !== undefined && source.min > source.max) {
    context.report.add(
      'VW306',
      placeOf(context, [...path, 'min']),
      `min ${source.min} of "${source.name}" is above its max ${source.max}: no value is left`,
      {
        also: { ...placeOf(context, [...path, 'max']), text: 'max is here' },
        hint: 'exchange the two',
      },
    );
  }
}

/** `used:` names another integer field of the same list. */
function checkUses(
  sources: readonly FieldSource[],
  fields: readonly FieldIR[],
  lost: ReadonlySet<string>,
  context: FieldsContext,
): void {
  sources.forEach((source, index) => {
    if (source.used === undefined || lost.has(source.used) || lost.has(source.name)) return;
    const ints = fields.filter((f) => f.kind === 'int').map((f) => f.name);
    if (ints.includes(source.used)) return;
    const declared = sources.findIndex((f) => f.name === source.used);
    context.report.add(
      'VW207',
      placeOf(context, [...context.path, index, 'used']),
      `"${source.used}" is not an integer field of this body`,
      {
        also:
          declared < 0
            ? undefined
            : { ...placeOf(context, [...context.path, declared]), text: `"${source.used}" is here` },
        hint: knownNames(source.used, ints),
      },
    );
  });
}
