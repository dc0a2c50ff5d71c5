import type { Report } from '../diagnostics/report.js';
import type { ReadSchema } from '../read/read-schema.js';
import { dialectKey, orderByLineage } from './lineage.js';
import { resolveDialect } from './resolve-dialect.js';
import type { ResolvedDialect } from './resolved.js';

/** Every dialect of a schema with what it inherits, parents before children. */
export function resolveSchema(schema: ReadSchema, report: Report): ResolvedDialect[] {
  const done = new Map<string, ResolvedDialect>();
  for (const read of orderByLineage(schema.dialects, schema.unread, report)) {
    const parent =
      read.value.extends === undefined ? null : (done.get(dialectKey(read.value.protocol, read.value.extends)) ?? null);
    const carried = read.value.carries === undefined ? null : (done.get(read.value.carries) ?? null);
    done.set(dialectKey(read.value.protocol, read.value.dialect), resolveDialect(read, parent, carried, report));
  }
  checkNames(schema, report);
  return [...done.values()];
}

/** Dialects and aliases share one name space per protocol; profiles have their own. */
function checkNames(schema: ReadSchema, report: Report): void {
  const taken = new Map<string, { file: string; line: number; column: number }>();
  for (const { value, source } of [...schema.dialects].reverse())
    taken.set(dialectKey(value.protocol, value.dialect), source.place(['dialect']));
  const profiles = new Map<string, { file: string; line: number; column: number }>();
  for (const { value, source } of schema.profiles) {
    const key = dialectKey(value.protocol, value.profile);
    const first = profiles.get(key);
    if (first !== undefined) {
      report.add('VW202', source.place(['profile']), `profile "${value.profile}" is declared twice`, {
        also: { ...first, text: 'first declared here' },
        hint: 'give one of the two another name',
      });
    } else profiles.set(key, source.place(['profile']));
  }
  for (const { value, source } of schema.dialects) {
    for (const alias of Object.keys(value.aliases ?? {})) {
      const key = dialectKey(value.protocol, alias);
      const first = taken.get(key);
      const place = source.placeOfKey(['aliases', alias]);
      if (first !== undefined)
        report.add('VW202', place, `the name "${alias}" is taken`, {
          also: { ...first, text: 'it is taken here' },
          hint: 'dialects and aliases share their names; choose another',
        });
      else taken.set(key, place);
    }
  }
}
