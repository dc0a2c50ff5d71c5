import { knownNames } from '../../diagnostics/did-you-mean.js';
import type { MemberCountIR } from '../../ir/structs.js';
import type { FieldSource } from '../../language/field.js';
import type { CountExpression } from '../../language/type-expression.js';
import type { Path } from '../../read/source-file.js';
import { checkCounter, placeOf } from '../check-fields.js';
import type { FieldsContext } from '../fields-context.js';
import type { ShapeBuilder } from './shape-builder.js';

/** Where a count may be looked up. */
export interface CountScope {
  readonly sources: readonly FieldSource[];
  readonly index: number;
  readonly prefix: string;
  readonly builder: ShapeBuilder;
}

/** The count of an array, or undefined where it is wrong (and reported). */
export function layCount(
  count: CountExpression,
  source: FieldSource,
  path: Path,
  scope: CountScope,
  context: FieldsContext,
): MemberCountIR | undefined {
  if ('fixed' in count) return { fixed: count.fixed };
  // What answers a request is as long as the request says, which is where its part ends.
  if ('rest' in count || count.field.startsWith('request.')) return { rest: true };
  const { report } = context;
  const place = placeOf(context, [...path, 'type']);
  const { builder, prefix, sources, index } = scope;
  if (count.unit === 'bits') {
    report.add('VW309', place, `"${source.name}" is counted in bits, which no struct is laid out with yet`, {
      hint: 'count elements or bytes',
    });
    return undefined;
  }
  const field = enclosing(prefix)
    .map((outer) => outer + count.field)
    .find((name) => builder.find(name) !== undefined);
  const counter = field === undefined ? undefined : builder.find(field);
  if (builder.lost.has(prefix + count.field)) return undefined;
  const declared = sources.findIndex((s) => s.name === count.field);
  const also =
    declared < 0 ? undefined : { ...placeOf(context, [...context.path, declared]), text: `"${count.field}" is here` };
  if (field === undefined || counter?.kind !== 'int') {
    const ints = builder.members.flatMap((m) => (m.kind === 'int' ? [m.name] : []));
    report.add(
      'VW207',
      place,
      `"${source.name}" is counted by "${count.field}", which is not an integer field before it`,
      {
        also,
        hint: declared > index ? `move "${count.field}" before "${source.name}"` : knownNames(count.field, ints),
      },
    );
    return undefined;
  }
  if (counter.type.startsWith('s')) {
    report.add(
      'VW207',
      place,
      `"${source.name}" is counted by "${count.field}" of type ${counter.type}; a count is unsigned`,
      {
        also,
        hint: 'count by an unsigned integer',
      },
    );
    return undefined;
  }
  if (declared >= 0) checkCounter(sources, declared, index, context);
  return { field, unit: count.unit, plus: count.plus };
}

/** `a.b.` → `a.b.`, `a.`, and nothing: a nested struct may be counted by a field of the one it is in. */
function enclosing(prefix: string): string[] {
  const parts = prefix.split('.').slice(0, -1);
  return Array.from({ length: parts.length + 1 }, (_, i) => {
    const outer = parts.slice(0, parts.length - i).join('.');
    return outer === '' ? '' : `${outer}.`;
  });
}
