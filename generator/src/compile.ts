import { knownNames } from './diagnostics/did-you-mean.js';
import { Report } from './diagnostics/report.js';
import type { FamilyIR } from './ir/structs.js';
import type { DialectIR, ProfileIR } from './ir/types.js';
import { layDialect } from './layout/lay-dialect.js';
import { type Doubtful, layProfiles } from './layout/lay-profiles.js';
import { checkStructNames } from './layout/structs/check-names.js';
import { isFamily, layFamily } from './layout/structs/lay-family.js';
import { mayDeclare, mentions, type ReadSchema, readSchema, type SchemaText } from './read/read-schema.js';
import { lacksNames, withLibrary } from './resolve/library.js';
import { resolveSchema } from './resolve/resolve-schema.js';

export interface Compiled {
  readonly schema: ReadSchema;
  /** Parents before children. Complete only when the report has no errors. */
  readonly dialects: readonly DialectIR[];
  /** Families of structs, sorted by protocol and name. */
  readonly families: readonly FamilyIR[];
  /** By protocol. */
  readonly profiles: ReadonlyMap<string, readonly ProfileIR[]>;
  readonly report: Report;
}

/**
 * read → check → resolve → lay out: schema texts in, IR and diagnostics out. Touches no disk.
 *
 * `library` gives the files that dialects may extend and whose profiles they may name without being output themselves:
 * the schema that ships with the package. It is asked for only when a name is not among the caller's own.
 */
export function compile(texts: readonly SchemaText[], library: () => readonly SchemaText[] = () => []): Compiled {
  const report = new Report();
  if (texts.length === 0) {
    report.add('VW110', { file: 'schema', line: 1, column: 1 }, 'there is not one .yaml file in the schema folder', {
      hint: 'name the folder that holds <protocol>/<dialect>.yaml with --schema',
    });
  }
  const own = readSchema(texts, report);
  const schema = lacksNames(own) ? withLibrary(own, library()) : own;
  const resolved = resolveSchema(schema, report);
  const dialects = resolved.flatMap((d) => (isFamily(d) ? [] : (layDialect(d, report) ?? [])));
  const families = resolved.filter(isFamily).map((d) => layFamily(d, report));
  checkStructNames(own.dialects, report);
  const doubtful = doubtOf(texts, schema, dialects, report);
  const profiles = new Map<string, readonly ProfileIR[]>();
  const protocols = new Set(
    dialects.map((d) => d.protocol).filter((p) => own.dialects.some((d) => d.value.protocol === p)),
  );
  for (const p of own.profiles) protocols.add(p.value.protocol);
  for (const protocol of [...protocols].sort()) {
    profiles.set(
      protocol,
      layProfiles(
        schema.profiles.filter((p) => p.value.protocol === protocol),
        dialects.filter((d) => d.protocol === protocol),
        doubtful,
        report,
      ),
    );
  }
  checkProfileNames(own, profiles, report);
  const isOwn = (protocol: string, name: string): boolean =>
    own.dialects.some(({ value }) => value.protocol === protocol && value.dialect === name);
  return {
    schema,
    dialects: dialects.filter((d) => isOwn(d.protocol, d.dialect)),
    families: families.filter((f) => isOwn(f.protocol, f.family)),
    profiles,
    report,
  };
}

/**
 * Whether a dialect that is wrong, or that could not be laid out because of its parent, has to do with `name`. An empty
 * file may have been meant to declare anything.
 */
function doubtOf(
  texts: readonly SchemaText[],
  schema: ReadSchema,
  dialects: readonly DialectIR[],
  report: Report,
): Doubtful {
  const isLaid = ({ value }: ReadSchema['dialects'][number]): boolean =>
    dialects.some((d) => d.protocol === value.protocol && d.dialect === value.dialect);
  const lost = new Set(schema.dialects.filter((d) => !isLaid(d)).map((d) => d.source.file));
  const profiles = new Set(schema.profiles.map((p) => p.source.file));
  const wrong = texts.filter(({ file }) => lost.has(file) || (!profiles.has(file) && report.hasErrorsIn(file)));
  // What a dialect carries is not written down in its file.
  const carries = wrong.some(({ text }) => /^carries:/m.test(text));
  return (name) => carries || wrong.some(({ text }) => mentions(text, name) || !/^\s*[^#\s]/m.test(text));
}

/** Every profile a dialect or alias names exists. */
function checkProfileNames(
  schema: ReadSchema,
  profiles: ReadonlyMap<string, readonly ProfileIR[]>,
  report: Report,
): void {
  for (const { value, source } of schema.dialects) {
    const names = (profiles.get(value.protocol) ?? []).map((p) => p.name);
    const check = (name: string | undefined, path: (string | number)[]): void => {
      if (name === undefined || names.includes(name) || mayDeclare(schema.unread, name)) return;
      report.add('VW212', source.place(path), `there is no rule profile "${name}"`, { hint: knownNames(name, names) });
    };
    check(value.profile, ['profile']);
    for (const [alias, a] of Object.entries(value.aliases ?? {})) check(a.profile, ['aliases', alias, 'profile']);
  }
}
