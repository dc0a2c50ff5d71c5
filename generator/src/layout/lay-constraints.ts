import type { Place } from '../diagnostics/diagnostic.js';
import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import type { ConstraintIR, FieldIR } from '../ir/types.js';
import { ConstraintError, namesIn, parseConstraint } from '../language/constraint.js';
import type { FieldSource } from '../language/field.js';
import type { ConstraintSource } from '../language/message.js';

/** Bounds written on a field, as constraints. */
export function boundsOf(source: FieldSource, spec: string): ConstraintIR[] {
  const { name } = source;
  const parts: string[] = [];
  const words: string[] = [];
  if (source.equals !== undefined) {
    parts.push(`${name} == ${source.equals}`);
    words.push(`is ${source.equals}`);
  }
  if (source.min !== undefined) {
    parts.push(`${name} >= ${source.min}`);
    words.push(`is at least ${source.min}`);
  }
  if (source.max !== undefined) {
    parts.push(`${name} <= ${source.max}`);
    words.push(`is at most ${source.max}`);
  }
  if (source.multiple_of !== undefined) {
    parts.push(`${name} % ${source.multiple_of} == 0`);
    words.push(`is a multiple of ${source.multiple_of}`);
  }
  if (parts.length === 0) return [];
  return [
    { field: name, expression: parts.join(' && '), doc: `${name} ${words.join(' and ')}`, clause: source.spec ?? spec },
  ];
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
