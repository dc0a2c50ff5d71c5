import { knownNames } from '../../diagnostics/did-you-mean.js';
import type { FieldSource } from '../../language/field.js';
import type { Path } from '../../read/source-file.js';
import { checkPlace, placeOf } from '../check-fields.js';
import type { FieldsContext } from '../fields-context.js';
import { refuseWas } from '../lay-fields.js';
import type { Position, ShapeBuilder } from './shape-builder.js';

/** Groups of bits are members of their word, so that field names alone share a name space. */
export function checkFieldName(sources: readonly FieldSource[], index: number, context: FieldsContext): void {
  const name = sources[index]?.name ?? '';
  const first = sources.findIndex((s) => s.name === name);
  if (first === index) return;
  context.report.add(
    'VW213',
    placeOf(context, [...context.path, index, 'name']),
    `the name "${name}" of this field is taken by a field before it`,
    {
      also: { ...placeOf(context, [...context.path, first, 'name']), text: 'first declared here' },
      hint: 'number repeated reserved fields as the source does: reserved0, reserved1',
    },
  );
}

/** Keys that mean something elsewhere and would be ignored in silence here. */
export function checkKeys(
  source: FieldSource,
  path: Path,
  is: { readonly integer: boolean; readonly integers: boolean },
  context: FieldsContext,
): void {
  const { bits, ...others } = source;
  refuseWas(source, path, context);
  checkPlace(is.integers ? others : source, path, is.integer, context);
  if (source.anonymous === true)
    context.report.add(
      'VW308',
      context.origin.source.placeOfKey([...path, 'anonymous']),
      `"anonymous" of "${source.name}": expected on a union, got type ${source.type ?? ''}`,
      { hint: 'remove it' },
    );
}

/** `at` repeats the offset the source prints; it is checked where nothing of variable size lies before it. */
export function checkOffset(
  source: FieldSource,
  path: Path,
  start: Position,
  builder: ShapeBuilder,
  context: FieldsContext,
): void {
  const { offset, after } = builder.position;
  if (source.at === undefined || after !== start.after || builder.lost.size > 0) return;
  if (source.at === offset - start.offset) return;
  context.report.add(
    'VW305',
    placeOf(context, [...path, 'at']),
    `"${source.name}" lies at offset ${offset - start.offset}, its source states ${source.at}`,
    { hint: 'a field before it is missing, too many, or of another size' },
  );
}

/** `used:` names an integer field of the same struct. */
export function checkUsed(
  sources: readonly FieldSource[],
  prefix: string,
  builder: ShapeBuilder,
  context: FieldsContext,
): void {
  sources.forEach((source, index) => {
    if (source.used === undefined || builder.lost.has(prefix + source.name) || builder.lost.has(prefix + source.used))
      return;
    if (builder.find(prefix + source.used)?.kind === 'int') return;
    const ints = sources.map((s) => s.name).filter((name) => builder.find(prefix + name)?.kind === 'int');
    context.report.add(
      'VW207',
      placeOf(context, [...context.path, index, 'used']),
      `"${source.used}" is not an integer field of this struct`,
      { hint: knownNames(source.used, ints) },
    );
  });
}
