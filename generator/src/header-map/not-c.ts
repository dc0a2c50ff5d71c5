import type { MapFinding } from './finding.js';

const DIRECTIVES = new Set(
  'define undef include include_next import if ifdef ifndef elif elifdef elifndef else endif error warning pragma line ident assert unassert'.split(
    ' ',
  ),
);

/** What a text begins with that other languages begin with and C never does. */
const OTHERS: readonly (readonly [string, RegExp])[] = [
  ['JSON', /^[[{]/],
  ['LaTeX', /^[\\%]/],
  ['XML or HTML', /^</],
  ['YAML', /^---\s*$/m],
];

/** Comments, literals and preprocessor lines of C, or one character of anything else. */
const TOKEN =
  /\/\*[\s\S]*?\*\/|\/\/(?:\\\r?\n|[^\n])*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|^[ \t]*#(?:\\\r?\n|\/\*[\s\S]*?\*\/|[^\n])*|\\\r?\n|\w+|[^\w\s]/gm;

/** Characters that no C has outside of comments, literals and the preprocessor. */
const FOREIGN = /^[\\`@]$/;

/** Enough to tell what a file is. Expressions recurse, and a file of one endless line must not exhaust them. */
const LOOKED_AT = 1 << 20;

/**
 * The first place at which the bytes of a file are no C header, or null. It is not parsed: that is for a compiler. But a
 * picture, a table of LaTeX or a list of JSON under the wrong name is told here, and not by a hundred lines of that compiler.
 */
export function notC(file: string, bytes: Uint8Array): MapFinding | null {
  const text = Buffer.from(bytes.subarray(0, LOOKED_AT))
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const found = (at: number, message: string): MapFinding => {
    const before = text.slice(0, at).split('\n');
    const place = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const hint = 'name the C header that declares the structs of the map';
    return { code: 'not-c', severity: 'error', message: `this is no C header: ${message}`, place, hint };
  };
  const binary = bytes.findIndex((b) => b < 0x09 || (b > 0x0d && b < 0x20));
  if (binary >= 0) {
    const before = Buffer.from(bytes.subarray(0, Math.min(binary, LOOKED_AT))).toString('utf8');
    return found(before.length, `byte ${binary} is of no text`);
  }
  for (const [token, first] of significant(text)) {
    const [all] = token;
    if (first) {
      const other = OTHERS.find(([, begins]) => begins.test(text.slice(token.index)));
      if (other !== undefined)
        return found(token.index, `it begins as ${other[0]} does, with ${JSON.stringify(lineAt(text, token.index))}`);
    }
    if (all.trimStart().startsWith('#')) {
      const name = /^\s*#\s*(\w*)/.exec(all)?.[1] ?? '';
      if (name !== '' && !/^\d/.test(name) && !DIRECTIVES.has(name))
        return found(token.index, `"#${name}" is no line of the preprocessor`);
    } else if (all === '"' && bytes.length <= LOOKED_AT) return found(token.index, 'a string does not end on its line');
    else if (all === '/' && text.startsWith('/*', token.index))
      return bytes.length > LOOKED_AT ? null : found(token.index, 'a comment does not end');
    else if (FOREIGN.test(all)) return found(token.index, `C has no ${JSON.stringify(all)} there`);
  }
  return null;
}

/** The tokens that are neither comments nor blanks, and which of them is the first. */
function* significant(text: string): Generator<[RegExpExecArray, boolean]> {
  let first = true;
  for (const token of text.matchAll(TOKEN)) {
    const [all] = token;
    if (/^\/[*/]/.test(all) || all === '\\\n' || all === '\\\r\n') continue;
    yield [token, first];
    first = false;
  }
}

const lineAt = (text: string, at: number): string => text.slice(at).split(/\r?\n/, 1)[0]?.slice(0, 40) ?? '';
