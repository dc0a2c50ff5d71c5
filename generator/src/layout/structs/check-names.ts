import type { Place } from '../../diagnostics/diagnostic.js';
import type { Report } from '../../diagnostics/report.js';
import type { ReadDialect } from '../../read/read-schema.js';
import { isFamily } from './lay-family.js';

/** A struct is asked for by protocol and name: the files of a protocol share their names. */
export function checkStructNames(dialects: readonly ReadDialect[], report: Report): void {
  const taken = new Map<string, Place>();
  for (const { value, source } of dialects.filter(isFamily)) {
    const names = (['structs', 'layouts'] as const).flatMap((key) =>
      Object.keys(value[key] ?? {}).map((name) => [key, name] as const),
    );
    for (const [key, name] of names) {
      const full = `${value.protocol}/${name}`;
      const place = source.placeOfKey([key, name]);
      const first = taken.get(full);
      if (first === undefined) taken.set(full, place);
      else
        report.add('VW220', place, `struct "${name}" is declared twice in ${value.protocol}`, {
          also: { ...first, text: 'first declared here' },
          hint: 'remove one of the two, or give it another name',
        });
    }
  }
}
