import { isDeepStrictEqual } from 'node:util';
import { LineCounter } from 'yaml';
import type { z } from 'zod';
import { Report } from '../diagnostics/report.js';
import { Dialect } from '../language/dialect.js';
import { Profile } from '../language/profile.js';
import { parseYaml } from '../read/parse-yaml.js';
import { isProfile, type SchemaText } from '../read/read-schema.js';
import { SourceFile } from '../read/source-file.js';
import { canonicalize } from './canonical.js';
import { commentsIn } from './comments.js';
import { print } from './print.js';

/**
 * The canonical form of a schema file: the same value with the same comments. Null where the text cannot be read as one;
 * why is in the report. What is wrong with the value does not matter here: a formatter serves files that are half written.
 */
export function formatSchema(given: SchemaText, report: Report): string | null {
  const source = SourceFile.parse(given.file, given.text.replace(/\r\n?/g, '\n'), report);
  if (source === null) return null;
  const language = isProfile(source) ? Profile : Dialect;
  let formatted = formatOnce(source.text, language);
  // Which item a comment belongs to depends on how far it is indented, so that a comment which moved may move once more.
  for (let round = 1; round < MAX_ROUNDS; round++) {
    const again = formatOnce(formatted, language);
    if (again === formatted) break;
    formatted = again;
  }
  checkNothingLost(source, formatted);
  return formatted;
}

const MAX_ROUNDS = 4;

function formatOnce(text: string, language: z.ZodType): string {
  const { document } = parseYaml(text, new LineCounter());
  canonicalize(document.contents, [language], 'root');
  return print(document).replace(/^\n+/, '');
}

/** Better a file that is not formatted than one that says something else. */
function checkNothingLost(before: SourceFile, formatted: string): void {
  const after = SourceFile.parse(before.file, formatted, new Report());
  if (after === null || !isDeepStrictEqual(after.value(), before.value()))
    throw new Error(`formatting would change the meaning of ${before.file}; it is left as it is`);
  if (!isDeepStrictEqual(commentsIn(formatted), commentsIn(before.text)))
    throw new Error(`formatting would lose a comment of ${before.file}; it is left as it is`);
}
