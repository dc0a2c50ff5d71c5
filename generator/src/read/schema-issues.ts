import type { z } from 'zod';
import type { Code } from '../diagnostics/catalog.js';
import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import { keysAt } from './known-keys.js';
import type { Path, SourceFile } from './source-file.js';

type Issue = z.core.$ZodIssue;

/** Turns what zod found into diagnostics with the place in the file and the keys that would have been right. */
export function reportIssues(issues: readonly Issue[], schema: z.ZodType, source: SourceFile, report: Report): void {
  const root = source.value();
  for (const issue of issues) reportIssue(issue, [], schema, source, root, report);
}

function reportIssue(
  issue: Issue,
  prefix: Path,
  schema: z.ZodType,
  source: SourceFile,
  root: unknown,
  report: Report,
): void {
  const path = [...prefix, ...(issue.path as (string | number)[])];
  const what = describePath(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      for (const key of issue.keys) {
        const known = keysAt(schema, path);
        if (known.includes(key)) {
          report.add(
            'VW102',
            source.placeOfKey([...path, key]),
            `"${key}" cannot stand beside the other keys of ${what}`,
            { hint: 'keep one of them' },
          );
        } else
          report.add('VW102', source.placeOfKey([...path, key]), `unknown key "${key}" in ${what}`, {
            hint: knownNames(key, known),
          });
      }
      return;
    case 'invalid_type':
      if (valueAt(root, path) === undefined) {
        const key = String(path[path.length - 1]);
        report.add(
          'VW103',
          source.place(path.slice(0, -1)),
          `missing key "${key}" in ${describePath(path.slice(0, -1))}`,
          {
            hint: `expected ${article(issue.expected)}`,
          },
        );
      } else {
        report.add(
          'VW104',
          source.place(path),
          `${what}: expected ${article(issue.expected)}, got ${show(valueAt(root, path))}`,
          {
            hint: HOW_TO_WRITE[issue.expected],
          },
        );
      }
      return;
    case 'invalid_union': {
      const near = nearestAlternative(issue.errors);
      if (near !== null) {
        for (const inner of near) reportIssue(inner, path, schema, source, root, report);
        return;
      }
      const forms = [...new Set(issue.errors.flat().map((i) => ('expected' in i ? article(i.expected) : i.message)))];
      report.add(
        'VW104',
        source.place(path),
        `${what}: expected ${forms.join(', or ')}, got ${show(valueAt(root, path))}`,
        {
          hint: 'one of these forms stands here',
        },
      );
      return;
    }
    case 'invalid_key':
      report.add(
        'VW105',
        source.placeOfKey(path),
        `key "${String(path[path.length - 1])}" of ${describePath(path.slice(0, -1))}: expected ${issue.issues[0]?.message ?? 'a name'}`,
        {
          hint: nameLike(String(path[path.length - 1]), issue.issues[0]?.message),
        },
      );
      return;
    case 'invalid_value': {
      const given = valueAt(root, path);
      if (given === undefined) {
        report.add(
          'VW103',
          source.place(path.slice(0, -1)),
          `missing key "${String(path[path.length - 1])}" in ${describePath(path.slice(0, -1))}`,
          {
            hint: `expected ${issue.values.map(String).join(' | ')}`,
          },
        );
        return;
      }
      report.add(
        'VW104',
        source.place(path),
        `${what}: expected ${issue.values.map(String).join(' | ')}, got ${show(given)}`,
        {
          hint: typeof given === 'string' ? knownNames(given, issue.values.map(String)) : 'write it as shown',
        },
      );
      return;
    }
    default: {
      const key = path[path.length - 1];
      const code: Code = key === 'type' ? 'VW106' : issue.code === 'invalid_format' ? 'VW105' : 'VW104';
      report.add(
        code,
        source.place(path),
        `${what}: expected ${boundOf(issue) ?? issue.message}, got ${show(valueAt(root, path))}`,
        {
          hint:
            code === 'VW106'
              ? 'for example u32, u8[32] or u8[length]'
              : code === 'VW105'
                ? nameLike(String(valueAt(root, path)), issue.message)
                : 'change the value',
        },
      );
    }
  }
}

/** The issues of the alternative that came closest: one that failed deeper than at its first step, or the last. */
function nearestAlternative(alternatives: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const deeper = alternatives.filter((issues) =>
    issues.every((i) => i.path.length > 0 || i.code === 'unrecognized_keys'),
  );
  if (deeper.length > 0) return deeper.reduce((a, b) => (b.length < a.length ? b : a));
  return null;
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Record<string, unknown>)[String(step)];
  }
  return value;
}

/** `messages.transport.GET_CONFIG`, or "the file" at the top; array items by number, or by name where they have one. */
function describePath(path: Path): string {
  if (path.length === 0) return 'the file';
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}

const HOW_TO_WRITE: Readonly<Record<string, string>> = {
  string: 'put it in quotes',
  number: 'write it without quotes, decimal or as 0x…',
  int: 'write it without a fraction',
  boolean: 'write true or false without quotes',
  object: 'write keys and values: { key: value }',
  record: 'write names and values: { name: value }',
  array: 'write a list: [ item, item ]',
};

/** The name that was perhaps meant, in the form that is allowed here. */
function nameLike(given: string, form: string | undefined): string {
  const word = form?.startsWith('a message')
    ? given.toUpperCase().replace(/[^A-Z0-9_]/g, '_')
    : form?.startsWith('a dialect')
      ? given.toLowerCase().replace(/[^a-z0-9+.-]/g, '-')
      : given.replace(/\W/g, '_');
  return form?.startsWith('a') && /^[A-Za-z_]/.test(word)
    ? `for example "${word.slice(0, 40)}"`
    : 'choose a name of that form';
}

/** What zod calls "too small" and "too big", as a noun; null where the schema language gave the words itself. */
function boundOf(issue: Issue): string | null {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return null;
  if (!issue.message.startsWith('Too ')) return issue.message;
  const bound = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  if (issue.origin === 'array')
    return `a list of ${bound} ${(issue.code === 'too_small' ? issue.minimum : issue.maximum) === 1 ? 'item' : 'items'}`;
  return issue.origin === 'string' ? 'some text' : bound;
}

const article = (kind: string): string =>
  ({
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    object: 'a mapping',
    record: 'a mapping',
    array: 'a list',
  })[kind] ?? kind;

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
