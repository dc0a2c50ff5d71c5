import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Report } from '../diagnostics/report.js';
import { Dialect, type DialectSource } from '../language/dialect.js';
import { Profile, type ProfileSource } from '../language/profile.js';
import { reportIssues } from './schema-issues.js';
import { SourceFile } from './source-file.js';

export interface ReadDialect {
  readonly source: SourceFile;
  readonly value: DialectSource;
}

export interface ReadProfile {
  readonly source: SourceFile;
  readonly value: ProfileSource;
}

/** What stands in a schema folder: `<protocol>/<dialect>.yaml` and `<protocol>/profiles/<profile>.yaml`. */
export interface ReadSchema {
  readonly dialects: readonly ReadDialect[];
  readonly profiles: readonly ReadProfile[];
  readonly files: readonly SourceFile[];
  /** Number of files looked at, readable or not. */
  readonly fileCount: number;
  /** Bytes of all of them. */
  readonly bytes: number;
}

/** A schema file before it is read: its path as shown to people, and its text. */
export interface SchemaText {
  readonly file: string;
  readonly text: string;
}

/** All schema files below `folder`, sorted by path; `shown` is the prefix people see in diagnostics. */
export function listSchema(folder: string, shown: string): SchemaText[] {
  const found: string[] = [];
  const walk = (dir: string): void => {
    for (const name of readdirSync(dir).sort()) {
      const path = join(dir, name);
      if (statSync(path).isDirectory()) {
        if (name !== 'meta') walk(path);
      } else if (/\.ya?ml$/.test(name)) found.push(path);
    }
  };
  walk(folder);
  return found.map((path) => ({ file: [shown, relative(folder, path).split(sep).join('/')].join('/'), text: readFileSync(path, 'utf8') }));
}

/** Parses and checks the files; everything wrong with any of them is in the report. */
export function readSchema(texts: readonly SchemaText[], report: Report): ReadSchema {
  const dialects: ReadDialect[] = [];
  const profiles: ReadProfile[] = [];
  const files: SourceFile[] = [];
  for (const { file, text } of texts) {
    const source = SourceFile.parse(file, text, report);
    if (source === null) continue;
    files.push(source);
    const value = source.value();
    const isProfile = isRecord(value) && ('profile' in value && !('dialect' in value));
    if (isProfile || /\/profiles\/[^/]+$/.test(file)) {
      const parsed = Profile.safeParse(value);
      if (!parsed.success) reportIssues(parsed.error.issues, Profile, source, report);
      else {
        checkFileName(source, 'profile', parsed.data.profile, parsed.data.protocol, 2, report);
        profiles.push({ source, value: parsed.data });
      }
      continue;
    }
    const parsed = Dialect.safeParse(value);
    if (!parsed.success) reportIssues(parsed.error.issues, Dialect, source, report);
    else {
      checkFileName(source, 'dialect', parsed.data.dialect, parsed.data.protocol, 1, report);
      dialects.push({ source, value: parsed.data });
    }
  }
  return { dialects, profiles, files, fileCount: texts.length, bytes: texts.reduce((n, t) => n + Buffer.byteLength(t.text), 0) };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A file is found by its name: `virtio-msg/rfc3.yaml` declares protocol virtio-msg, dialect rfc3. */
function checkFileName(source: SourceFile, key: string, name: string, protocol: string, up: number, report: Report): void {
  const parts = source.file.replace(/\.ya?ml$/, '').split('/');
  const stem = parts[parts.length - 1];
  const folder = parts[parts.length - 1 - up];
  if (stem !== name) {
    report.add('VW108', source.place([key]), `this file is called "${stem}" but declares ${key} "${name}"`, { hint: `call it ${name}.yaml` });
  }
  if (folder !== undefined && folder !== protocol && parts.length > 1 + up) {
    report.add('VW108', source.place(['protocol']), `this file lies in folder "${folder}" but declares protocol "${protocol}"`, {
      hint: `move it to ${protocol}/${up === 2 ? 'profiles/' : ''}`,
    });
  }
}
