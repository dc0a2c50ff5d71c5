import type { Place } from '../../diagnostics/diagnostic.js';
import { knownNames } from '../../diagnostics/did-you-mean.js';
import type { IntType } from '../../ir/types.js';
import type { FieldSource, UnionSource } from '../../language/field.js';
import { INT_SIZE, parseType } from '../../language/type-expression.js';
import type { Path } from '../../read/source-file.js';
import type { FieldsContext } from '../fields-context.js';

/** A union of a struct, its own or that of a struct it holds. */
export interface FoundUnion {
  readonly field: FieldSource;
  readonly union: UnionSource;
  /** Path of the fields beside it. */
  readonly prefix: string;
  readonly siblings: readonly FieldSource[];
  readonly place: Path;
  readonly key: string;
}

/** What sets a union apart in one struct, which may hold another one twice. */
export const keyOfUnion = (prefix: string, place: Path): string => `${prefix} ${place.join('.')}`;

/** Arms by the unions they were chosen for. */
export type Arms = ReadonlyMap<string, string>;

/** Every union among these fields, in the single structs they hold and in the arms that were chosen. */
export function unionsIn(
  fields: readonly FieldSource[],
  path: Path,
  prefix: string,
  structs: Readonly<Record<string, { readonly fields: readonly FieldSource[] }>>,
  arms: Arms,
  trail: readonly string[] = [],
): FoundUnion[] {
  return fields.flatMap((field, index) => {
    if (field.union !== undefined) {
      const { union } = field;
      const place = [...path, index];
      const key = keyOfUnion(prefix, place);
      const chosen = arms.get(key) ?? '';
      const within = field.anonymous === true ? prefix : `${prefix}${field.name}.`;
      const inside: Path = [...place, 'union', 'arms', chosen, 'fields'];
      const found = { field, union, prefix, siblings: fields, place, key };
      return [found, ...unionsIn(union.arms[chosen]?.fields ?? [], inside, within, structs, arms, trail)];
    }
    const type = parseType(field.type ?? '');
    const inner = type === null || type.count !== null ? undefined : structs[type.base];
    if (type === null || inner === undefined || trail.includes(type.base)) return [];
    const inside: Path = ['structs', type.base, 'fields'];
    return unionsIn(inner.fields, inside, `${prefix}${field.name}.`, structs, arms, [...trail, type.base]);
  });
}

export const valuesOf = (when: number | readonly number[] | undefined): readonly number[] =>
  when === undefined ? [] : typeof when === 'number' ? [when] : when;

/** Every arm can be chosen or is asked for by name, and none of them twice. */
export function checkUnion({ field, union, place }: FoundUnion, context: FieldsContext): void {
  const { report, origin } = context;
  const at = (...path: Path): Place => origin.source.place([...place, 'union', ...path]);
  if (Object.values(union.arms).every((arm) => arm.by_name === true))
    report.add('VW311', at('arms'), `every arm of the union "${field.name}" is read by name only`, {
      hint: 'bytes without a name need an arm, too: a default of plain bytes will do',
    });
  const taken = new Map<number | 'default', string>();
  for (const [name, arm] of Object.entries(union.arms)) {
    const chosen: (number | 'default')[] = [
      ...valuesOf(arm.when),
      ...(arm.default === true ? (['default'] as const) : []),
    ];
    if (chosen.length === 0 && arm.by_name !== true)
      report.add(
        'VW311',
        origin.source.placeOfKey([...place, 'union', 'arms', name]),
        `nothing chooses the arm "${name}"`,
        {
          hint: 'give it "when", or make it the default; "by_name: true" where no source says which value it has',
        },
      );
    if (chosen.length > 0 && arm.by_name === true)
      report.add('VW311', at('arms', name, 'by_name'), `the arm "${name}" is chosen by a value and by its name alone`, {
        hint: 'take out "by_name", or "when" and "default"',
      });
    for (const value of chosen) {
      const first = taken.get(value);
      if (first === undefined) taken.set(value, name);
      else
        report.add('VW311', at('arms', name), `the arms "${first}" and "${name}" are both chosen by ${value}`, {
          also: { ...origin.source.placeOfKey([...place, 'union', 'arms', first]), text: 'first chosen here' },
          hint: 'a value chooses one arm, and one arm is the default',
        });
    }
  }
}

/** A value that the tag cannot have chooses nothing. */
export function checkValues({ field, union, place }: FoundUnion, type: IntType | null, context: FieldsContext): void {
  if (type === null) return;
  const bits = 8 * INT_SIZE[type];
  const high = type.startsWith('s') ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  for (const [name, arm] of Object.entries(union.arms)) {
    const wrong = valuesOf(arm.when).find((value) => value > high);
    if (wrong === undefined) continue;
    context.report.add(
      'VW306',
      context.origin.source.place([...place, 'union', 'arms', name, 'when']),
      `${wrong} chooses the arm "${name}" of "${field.name}", and does not fit the tag "${union.tag}" of type ${type}`,
      {
        also: { ...context.origin.source.place([...place, 'union', 'tag']), text: 'the tag is named here' },
        hint: `values go up to ${high}`,
      },
    );
  }
}

/** The arms by the lowest value that chooses them, then the default, then those that are asked for by name. */
export function armsOf({ union }: FoundUnion): string[] {
  const rank = (arm: string): readonly [number, number] => [
    Number(union.arms[arm]?.by_name === true),
    Math.min(Number.MAX_VALUE, ...valuesOf(union.arms[arm]?.when)),
  ];
  return Object.keys(union.arms).sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x[0] - y[0] || x[1] - y[1] || (a < b ? -1 : 1);
  });
}

export function reportTag({ field, union, siblings, place }: FoundUnion, { report, origin }: FieldsContext): void {
  const before = siblings.slice(0, siblings.indexOf(field)).map((s) => s.name);
  report.add(
    'VW311',
    origin.source.place([...place, 'union', 'tag']),
    `the union "${field.name}" is told by "${union.tag}", which is not a field before it`,
    { hint: knownNames(union.tag, before) },
  );
}
