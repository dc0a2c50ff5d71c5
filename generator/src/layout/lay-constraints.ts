import type { Place } from '../diagnostics/diagnostic.js';
import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import { type BoundsIR, conditionsOf } from '../ir/structs.js';
import type { ConstraintIR, FieldIR } from '../ir/types.js';
import { ConstraintError, namesIn, parseConstraint } from '../language/constraint.js';
import type { FieldSource } from '../language/field.js';
import type { ConstraintSource } from '../language/message.js';

/** Bounds written on a field. */
export function boundsOn({ equals, min, max, multiple_of }: FieldSource): BoundsIR | null {
  if (equals === undefined && min === undefined && max === undefined && multiple_of === undefined) return null;
  return {
    ...(equals === undefined ? {} : { equals }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(multiple_of === undefined ? {} : { multipleOf: multiple_of }),
  };
}

/** The same as a constraint. */
export function boundsOf(source: FieldSource, spec: string): ConstraintIR[] {
  const { name } = source;
  const bounds = boundsOn(source);
  if (bounds === null) return [];
  const { equals, min, max, multipleOf } = bounds;
  const words = [
    ...(equals === undefined ? [] : [`is ${equals}`]),
    ...(min === undefined ? [] : [`is at least ${min}`]),
    ...(max === undefined ? [] : [`is at most ${max}`]),
    ...(multipleOf === undefined ? [] : [`is a multiple of ${multipleOf}`]),
  ];
  const doc = `${name} ${words.join(' and ')}`;
  return [{ field: name, expression: conditionsOf(name, bounds).join(' && '), doc, clause: source.spec ?? spec }];
}

/** Field names a constraint mentions; none of those in a rule that cannot be read. */
export function namesRead(source: { readonly field: string; readonly rule: string }): string[] {
  try {
    return [source.field, ...namesIn(parseConstraint(source.rule)).map((n) => n.name)];
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    return [source.field];
  }
}

/** What a constraint needs to know of a field it mentions. */
type Readable = Pick<FieldIR, 'name'> & { readonly kind: string; readonly bits?: readonly { readonly name: string }[] };

/** A constraint of the schema whose names have been looked up; null (and a diagnostic) where it cannot be used. */
export function layConstraint(
  source: ConstraintSource,
  fields: readonly Readable[],
  spec: string,
  place: (key: 'rule' | 'field') => Place,
  report: Report,
): ConstraintIR | null {
  const known = fields.flatMap((f) => [f.name, ...(f.bits ?? []).map((b) => b.name)]);
  if (!known.includes(source.field)) {
    report.add('VW210', place('field'), `there is no field "${source.field}" in this body`, {
      hint: knownNames(source.field, known),
    });
    return null;
  }
  try {
    const unknown = namesIn(parseConstraint(source.rule)).find(({ name, length }) => {
      const field = fields.find((f) => f.name === name);
      return length
        ? field === undefined || field.kind === 'int'
        : !known.includes(name) || (field !== undefined && field.kind !== 'int');
    });
    if (unknown !== undefined) {
      const what = unknown.length ? `array "${unknown.name}"` : `integer field "${unknown.name}"`;
      report.add('VW210', place('rule'), `there is no ${what} in this body`, { hint: knownNames(unknown.name, known) });
      return null;
    }
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    report.add('VW107', place('rule'), `in "${source.rule}", character ${error.column + 1}: ${error.message}`, {
      hint: 'operators: + - * % == != < <= > >= && ||; array lengths as name.length',
    });
    return null;
  }
  return { field: source.field, expression: source.rule, doc: source.doc, clause: source.spec ?? spec };
}
