import type { FieldSource } from '../../language/field.js';
import { placeOf } from '../check-fields.js';
import type { FieldsContext } from '../fields-context.js';

/** The conditional tails of a struct, in the order they come. */
export const tailsOf = (fields: readonly FieldSource[]): string[] => [
  ...new Set(fields.flatMap((f) => (f.tail === undefined ? [] : [f.tail]))),
];

/** The fields of a tail stand together, and behind a tail there are only tails. */
export function checkTails(fields: readonly FieldSource[], context: FieldsContext): void {
  let tail: string | undefined;
  const closed = new Map<string, number>();
  fields.forEach((field, index) => {
    if (field.tail === tail) return;
    const open = fields.findIndex((f) => f.tail === tail);
    if (tail !== undefined) closed.set(tail, open);
    const first = field.tail === undefined ? open : closed.get(field.tail);
    tail = field.tail;
    if (first === undefined) return;
    const what =
      field.tail === undefined
        ? `"${field.name}" is always there, but follows the tail "${fields[first]?.tail ?? ''}"`
        : `"${field.name}" belongs to the tail "${field.tail}", which has ended before it`;
    context.report.add('VW310', placeOf(context, [...context.path, index]), what, {
      also: { ...placeOf(context, [...context.path, first]), text: 'the tail starts here' },
      hint: 'where a tail is missing, nothing can follow: move the field, or let it belong to the tail',
    });
  });
}
