import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import type { FieldSource } from '../language/field.js';
import type { BodySource } from '../language/message.js';
import type { Declared } from './resolved.js';

/**
 * A body whose fields say in `was` under which name their lineage first had them: a field with `was` continues that one
 * of the body it replaces, one without it the field of its own name. Renames add up, so that any two dialects of a
 * lineage can be compared without those between them.
 */
export function continueFields(
  declared: Declared<BodySource>,
  inherited: Declared<BodySource> | undefined,
  report: Report,
): Declared<BodySource> {
  const { value, origin } = declared;
  const before = inherited?.value.fields ?? [];
  const continued = new Set<string>();
  const first = (name: string): string => before.find((f) => f.name === name)?.was ?? name;
  value.fields.forEach(({ was }, index) => {
    if (was === undefined) return;
    const place = origin.source.place([...origin.path, 'fields', index, 'was']);
    const known = before.flatMap((f) => (f.reserved === true ? [] : [f.name]));
    if (inherited === undefined)
      report.add('VW205', place, `this body replaces none, so that it has no field "${was}" to continue`, {
        hint: 'remove it; the field is new here',
      });
    else if (!known.includes(was))
      report.add('VW205', place, `the body this one replaces has no field "${was}"`, { hint: knownNames(was, known) });
    else if (continued.has(was))
      report.add('VW205', place, `"${was}" is continued by another field already`, {
        hint: 'one field cannot continue as two: declare the other one anew',
      });
    continued.add(was);
  });
  const fields = value.fields.map(({ was, ...field }): FieldSource => {
    const inherits = before.some((f) => f.name === field.name) && !continued.has(field.name);
    const name = was ?? (continued.has(field.name) ? `${field.name}@${origin.dialect}` : field.name);
    const root = was !== undefined || inherits ? first(name) : name;
    return root === field.name ? field : { ...field, was: root };
  });
  return { ...declared, value: { ...value, fields } };
}
