import { knownNames } from '../diagnostics/did-you-mean.js';
import type { FieldIR } from '../ir/types.js';
import type { FieldSource } from '../language/field.js';
import type { Path } from '../read/source-file.js';
import type { ResolvedDialect } from '../resolve/resolved.js';
import type { FieldsContext } from './fields-context.js';

export const placeOf = (context: FieldsContext, path: Path) => context.origin.source.place(path);

/** A word and its bit groups stand side by side in decoded output, so that all of them share one name space. */
export function checkNames(sources: readonly FieldSource[], index: number, context: FieldsContext): void {
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

/** Keys that mean something on an integer only, or in a header only, and would be ignored in silence elsewhere. */
export function checkPlace(source: FieldSource, path: Path, isInteger: boolean, context: FieldsContext): void {
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

export function checkEnum(source: FieldSource, path: Path, size: number, context: FieldsContext): void {
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

export function checkBounds(
  source: FieldSource,
  path: Path,
  bits: number,
  signed: boolean,
  context: FieldsContext,
): void {
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

/** A count says how long an array is, so that a sender cannot leave it zero as it does with what is reserved. */
export function checkCounter(
  sources: readonly FieldSource[],
  counter: number,
  counted: number,
  context: FieldsContext,
): void {
  const [count, array] = [sources[counter], sources[counted]];
  if (count?.reserved !== true || array === undefined) return;
  context.report.add(
    'VW308',
    context.origin.source.placeOfKey([...context.path, counter, 'reserved']),
    `"reserved" of "${count.name}": expected on a field that holds nothing, got one that counts "${array.name}"`,
    {
      also: { ...placeOf(context, [...context.path, counted]), text: `"${array.name}" is counted by it` },
      hint: 'remove it, or give the array a fixed size',
    },
  );
}

/** `used:` names another integer field of the same list. */
export function checkUses(
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
