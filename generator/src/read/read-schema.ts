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
  /** Files that gave neither: what they would have declared is unknown, not missing. */
  readonly unread: readonly SchemaText[];
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
  return found.map((path) => ({
    file: [shown, relative(folder, path).split(sep).join('/')].join('/'),
    text: readFileSync(path, 'utf8'),
  }));
}

/** Parses and checks the files; everything wrong with any of them is in the report. */
export function readSchema(texts: readonly SchemaText[], report: Report): ReadSchema {
  const dialects: ReadDialect[] = [];
  const profiles: ReadProfile[] = [];
  const files: SourceFile[] = [];
  const unread: SchemaText[] = [];
  // Sorted, so that "first declared here" does not depend on how the files were found.
  for (const given of [...texts].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))) {
    const source = SourceFile.parse(given.file, given.text, report);
    if (source === null) {
      unread.push(given);
      continue;
    }
    files.push(source);
    if (isProfile(source)) {
      const parsed = Profile.safeParse(source.value());
      if (parsed.success) {
        checkFileName(source, 'profile', parsed.data.profile, parsed.data.protocol, report);
        profiles.push({ source, value: parsed.data });
      } else {
        reportIssues(parsed.error.issues, Profile, source, report);
        unread.push(given);
      }
    } else {
      const parsed = Dialect.safeParse(source.value());
      if (parsed.success) {
        checkFileName(source, 'dialect', parsed.data.dialect, parsed.data.protocol, report);
        dialects.push({ source, value: parsed.data });
      } else {
        reportIssues(parsed.error.issues, Dialect, source, report);
        unread.push(given);
      }
    }
  }
  return {
    dialects,
    profiles,
    files,
    unread,
    fileCount: texts.length,
    bytes: texts.reduce((n, t) => n + Buffer.byteLength(t.text), 0),
  };
}

/** Whether a file that could not be read may declare `name`: nothing that hangs on it is worth an error of its own then. */
export function mayDeclare(unread: readonly SchemaText[], name: string): boolean {
  return unread.some(({ file, text }) => stemOf(file) === name || mentions(text, name));
}

/** Whether `name` stands in `text` as a word. */
export const mentions = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w.+-])${name.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&')}(?![\\w+-])`).test(text);

const stemOf = (file: string): string => (file.split('/').pop() ?? '').replace(/\.ya?ml$/, '');

/** What a file wants to be: a dialect may name its `profile`, so that the key alone does not tell. */
export function isProfile(source: SourceFile): boolean {
  const value = source.value() as Record<string, unknown>;
  if ('dialect' in value) return false;
  if (['extends', 'framing', 'header', 'classes', 'messages', 'structs', 'layouts'].some((key) => key in value))
    return false;
  return 'profile' in value || /(^|\/)profiles\/[^/]+$/.test(source.file);
}

/** A file is found by its name: `virtio-msg/rfc3.yaml` declares protocol virtio-msg, dialect rfc3. */
function checkFileName(
  source: SourceFile,
  key: 'dialect' | 'profile',
  name: string,
  protocol: string,
  report: Report,
): void {
  const folders = source.file.split('/').slice(0, -1);
  const stem = stemOf(source.file);
  if (stem !== name) {
    report.add('VW108', source.place([key]), `this file is called "${stem}" but declares ${key} "${name}"`, {
      hint: `call it ${name}.yaml`,
    });
  }
  const expected = key === 'profile' ? [protocol, 'profiles'] : [protocol];
  const actual = folders.slice(-expected.length);
  const misfiled = key === 'profile' && folders[folders.length - 1] !== 'profiles';
  // A schema folder may itself be named on the command line, and then its own name says nothing about the protocol.
  if (!misfiled && (folders.length <= expected.length || expected.join('/') === actual.join('/'))) return;
  report.add(
    'VW108',
    source.place([misfiled ? 'profile' : 'protocol']),
    `this file lies in folder "${actual.join('/')}" but declares ${key} "${name}" of protocol "${protocol}"`,
    {
      hint: `move it to ${expected.join('/')}/`,
    },
  );
}
