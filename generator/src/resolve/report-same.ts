import { isDeepStrictEqual } from 'node:util';
import type { Report } from '../diagnostics/report.js';
import type { ReadDialect } from '../read/read-schema.js';
import type { Path } from '../read/source-file.js';
import type { Declared } from './resolved.js';

/** An override with the parent's own value is a mistake: it hides the next change of the parent. */
export function reportSame<T>(
  read: ReadDialect,
  path: Path,
  what: string,
  own: Declared<T>,
  inherited: Declared<T>,
  report: Report,
): void {
  if (!isDeepStrictEqual(own.value, inherited.value)) return;
  report.add('VW203', read.source.placeOfKey(path), `${what} is the same as in ${read.value.extends ?? ''}`, {
    also: { ...inherited.origin.source.placeOfKey(inherited.origin.path), text: 'inherited from here' },
    hint: 'remove it; it is inherited',
  });
}
