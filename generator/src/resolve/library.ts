import { Report } from '../diagnostics/report.js';
import { type ReadSchema, readSchema, type SchemaText } from '../read/read-schema.js';
import { dialectKey } from './lineage.js';

/** Whether a schema names a parent or a rule profile that it does not declare. */
export function lacksNames({ dialects, profiles }: ReadSchema): boolean {
  const known = new Set(dialects.map(({ value }) => dialectKey(value.protocol, value.dialect)));
  const judges = new Set(profiles.map(({ value }) => dialectKey(value.protocol, value.profile)));
  return dialects.some(({ value }) => {
    const { protocol, aliases = {} } = value;
    const named = [value.profile, ...Object.values(aliases).map((alias) => alias.profile)];
    const parentless = value.extends !== undefined && !known.has(dialectKey(protocol, value.extends));
    const carried = value.carries !== undefined && !known.has(value.carries);
    return parentless || carried || named.some((name) => name !== undefined && !judges.has(dialectKey(protocol, name)));
  });
}

/**
 * A schema with the library behind it. A dialect or profile of one's own hides the library's of the same name, aliases
 * included: whoever copies a file and changes it means the copy.
 */
export function withLibrary(own: ReadSchema, library: readonly SchemaText[]): ReadSchema {
  const shipped = readSchema(library, new Report());
  const taken = new Set(
    own.dialects.flatMap(({ value }) =>
      [value.dialect, ...Object.keys(value.aliases ?? {})].map((name) => dialectKey(value.protocol, name)),
    ),
  );
  const judges = new Set(own.profiles.map(({ value }) => dialectKey(value.protocol, value.profile)));
  const dialects = shipped.dialects
    .filter(({ value }) => !taken.has(dialectKey(value.protocol, value.dialect)))
    .map((dialect) => {
      const aliases = Object.entries(dialect.value.aliases ?? {});
      const left = aliases.filter(([name]) => !taken.has(dialectKey(dialect.value.protocol, name)));
      return { ...dialect, value: { ...dialect.value, aliases: Object.fromEntries(left) } };
    });
  const profiles = shipped.profiles.filter(({ value }) => !judges.has(dialectKey(value.protocol, value.profile)));
  return {
    ...own,
    dialects: [...own.dialects, ...dialects],
    profiles: [...own.profiles, ...profiles],
    files: [...own.files, ...shipped.files],
  };
}
