import { LineMap } from './line-map.js';
import type { Problem } from './text-model.js';

/** A heading, a table or a listing, where it begins in the text. */
export interface Piece {
  readonly kind: 'heading' | 'table' | 'listing';
  /** Macro or environment: `msgdef`, `subsection`, `tabular`, `lstlisting`. */
  readonly name: string;
  /** Argument of a heading, source of a table with its begin and end, content of a listing. */
  readonly text: string;
  readonly offset: number;
}

export interface Scanned {
  readonly pieces: readonly Piece[];
  readonly problems: readonly Problem[];
  readonly lines: LineMap;
}

const HEADING = /^(msgdef|busdef|(sub){0,2}section|chapter|(sub)?paragraph)$/;
const NEXT_HEADING = /\\(msgdef|busdef|(sub){0,2}section|chapter)\b/g;
const DEFINITION = /^((re)?newcommand|providecommand|DeclareRobustCommand|def|gdef|edef|newenvironment)$/;
const TABLE = /^(tabular[xy*]?|long(table|tabu)|tabulary|xltabular|tabu|tblr|supertabular)$/;
const VERBATIM = /^(lstlisting|[vV]erbatim|minted|comment|alltt)\*?$/;
/** A parser that goes down a level per brace must not be led deeper. No real table has three. */
const MAX_DEPTH = 60;
const MAX_TABLE = 1 << 16;
/** After so many mistakes the rest of a file is not read: it is no LaTeX. */
const MAX_PROBLEMS = 100;
/** How far the end of a macro's definition or of an argument is looked for. */
const MAX_GROUP = 1 << 12;

interface Open {
  readonly name: string;
  readonly from: number;
  /** First offset behind `\begin{…}`. */
  readonly to: number;
  readonly braces: number;
}

/**
 * Finds the headings, tables and listings of a LaTeX text in one pass, and says what is not balanced. What it hands out is
 * balanced: braces and environments without a partner are blanked, so that a mistake ends with the table it is in.
 */
export function scanLatex(file: string, text: string): Scanned {
  return new Scanner(file, text).run();
}

class Scanner {
  readonly #pieces: Piece[] = [];
  readonly #problems: Problem[] = [];
  readonly #lines: LineMap;
  readonly #open: Open[] = [];
  readonly #braces: number[] = [];
  #blanks: [number, number][] = [];
  #deepest = 0;
  #table: Open | null = null;

  constructor(
    file: string,
    readonly text: string,
  ) {
    this.#lines = new LineMap(file, text);
  }

  run(): Scanned {
    let at = 0;
    while (at < this.text.length && this.#problems.length < MAX_PROBLEMS) at = this.#step(at);
    if (at < this.text.length) {
      this.#problem(at, 'too many mistakes: the text is not read from here on', 'is this a LaTeX file?');
      return { pieces: this.#pieces, problems: this.#problems, lines: this.#lines };
    }
    if (this.#table !== null) this.#endTable(this.text.length, false);
    for (const open of this.#open.slice(0, MAX_PROBLEMS)) this.#unclosed(open);
    const [first] = this.#braces;
    if (first !== undefined)
      this.#problem(first, `this brace is never closed${more(this.#braces.length)}`, 'add its }');
    return { pieces: this.#pieces, problems: this.#problems, lines: this.#lines };
  }

  /** Reads what begins at `at` and returns where it ends. */
  #step(at: number): number {
    const { text } = this;
    switch (text[at]) {
      case '%': {
        const end = text.indexOf('\n', at);
        return end < 0 ? text.length : end + 1;
      }
      case '{':
        this.#braces.push(at);
        this.#deepest = Math.max(this.#deepest, this.#braces.length + this.#open.length - this.#outside());
        return at + 1;
      case '}':
        this.#closeBrace(at);
        return at + 1;
      case '\\':
        return this.#macro(at);
      default: {
        SPECIAL.lastIndex = at + 1;
        return SPECIAL.exec(text)?.index ?? text.length;
      }
    }
  }

  #outside = (): number => (this.#table === null ? 0 : this.#table.braces);

  #closeBrace(at: number): void {
    if (this.#braces.length > this.#outside()) {
      this.#braces.pop();
      return;
    }
    this.#problem(at, 'this brace closes nothing', 'remove it, or add the { it belongs to');
    this.#blanks.push([at, at + 1]);
  }

  #macro(at: number): number {
    const name = /^[A-Za-z@]+/.exec(this.text.slice(at + 1, at + 65))?.[0];
    if (name === undefined) return at + 2;
    const end = at + 1 + name.length;
    if (name === 'verb' || name === 'lstinline') return this.#verb(end);
    if (name === 'begin' || name === 'end') return this.#environment(at, end, name);
    if (DEFINITION.test(name)) return this.#definition(end);
    return HEADING.test(name) ? this.#heading(at, end, name) : end;
  }

  #verb(at: number): number {
    const rest = this.text.slice(at, at + 1000).split('\n')[0] ?? '';
    const end = rest.indexOf(rest[0] === '{' ? '}' : (rest[0] ?? ''), 1);
    return end < 0 ? at + 1 : at + end + 1;
  }

  /** Skips the definition of a macro: the headings and tables in it are those of its users. */
  #definition(at: number): number {
    let i = at;
    for (let groups = 0; groups < 3; ) {
      const next = /^\s*(\*|\\[A-Za-z@]+|#\d|\[[^\]\n]*\])*\s*/.exec(this.text.slice(i, i + 400));
      i += next?.[0].length ?? 0;
      if (this.text[i] !== '{') return i;
      const end = this.#groupEnd(i);
      if (end === null) return i + 1;
      i = end;
      groups += 1;
      // A definition that names its macro in braces has one more group; what follows on another line is none of it.
      if (!/^[ \t]*[[{]/.test(this.text.slice(i, i + 40))) return i;
    }
    return i;
  }

  #heading(at: number, from: number, name: string): number {
    let i = from;
    if (this.text[i] === '*') i += 1;
    const option = /^\s*\[[^\]\n]*\]/.exec(this.text.slice(i, i + 400));
    i += option?.[0].length ?? 0;
    // In the body of another macro there is no argument.
    if (this.text[i] !== '{') return i;
    if (this.#table !== null) this.#endTable(at, false);
    const end = this.#groupEnd(i);
    if (end === null) {
      this.#problem(i, `the argument of \\${name} is never closed`, 'add its }');
      const line = this.text.indexOf('\n', i);
      const stop = line < 0 ? this.text.length : line;
      this.#pieces.push({ kind: 'heading', name, text: this.text.slice(i + 1, stop), offset: at });
      return stop;
    }
    this.#pieces.push({ kind: 'heading', name, text: this.text.slice(i + 1, end - 1), offset: at });
    return end;
  }

  #environment(at: number, from: number, which: 'begin' | 'end'): number {
    const named = /^[ \t]*\{([A-Za-z]+\*?)\}/.exec(this.text.slice(from, from + 80));
    const name = named?.[1];
    if (named === null || name === undefined) return from;
    const to = from + named[0].length;
    if (which === 'end') this.#end(name, at, to);
    else if (VERBATIM.test(name)) return this.#listing(name, at, to);
    else {
      const open = { name, from: at, to, braces: this.#braces.length };
      this.#open.push(open);
      if (TABLE.test(name) && this.#table === null) {
        this.#table = open;
        this.#blanks = [];
        this.#deepest = 0;
      }
    }
    return to;
  }

  #listing(name: string, at: number, from: number): number {
    const end = this.text.indexOf(`\\end{${name}}`, from);
    const stop = end < 0 ? this.#nextHeading(from) : end;
    if (end < 0) this.#problem(at, `\\begin{${name}} is never ended`, `add \\end{${name}}`);
    if (name !== 'comment')
      this.#pieces.push({ kind: 'listing', name, text: this.text.slice(from, stop), offset: from });
    return end < 0 ? stop : end + name.length + 6;
  }

  #nextHeading(from: number): number {
    NEXT_HEADING.lastIndex = from;
    return NEXT_HEADING.exec(this.text)?.index ?? this.text.length;
  }

  #end(name: string, at: number, to: number): void {
    const floor = this.#table === null ? 0 : this.#open.indexOf(this.#table);
    const index = this.#open.findLastIndex((open, i) => open.name === name && i >= floor);
    if (index < 0) {
      this.#problem(at, `\\end{${name}} without a \\begin`, `remove it, or add \\begin{${name}}`);
      this.#blanks.push([at, to]);
      return;
    }
    for (const open of this.#open.splice(index + 1)) this.#unclosed(open);
    const ended = this.#open[index];
    if (ended === this.#table) this.#endTable(to, true);
    else this.#open.pop();
  }

  #unclosed(open: Open): void {
    this.#problem(open.from, `\\begin{${open.name}} is never ended`, `add \\end{${open.name}}`);
    this.#blanks.push([open.from, open.to]);
  }

  /** Hands out the table that is open, up to `to`. Without its end, it is what stands before the next heading. */
  #endTable(to: number, ended: boolean): void {
    const table = this.#table;
    if (table === null) return;
    for (const open of this.#open.splice(this.#open.indexOf(table) + 1).slice(0, MAX_PROBLEMS)) this.#unclosed(open);
    this.#open.pop();
    if (!ended) this.#problem(table.from, `\\begin{${table.name}} is never ended`, `add \\end{${table.name}}`);
    for (const brace of this.#braces.splice(table.braces).slice(0, MAX_PROBLEMS)) {
      this.#problem(brace, 'this brace is never closed', 'add its } before the table ends');
      this.#blanks.push([brace, brace + 1]);
    }
    this.#table = null;
    if (this.#deepest > MAX_DEPTH || to - table.from > MAX_TABLE) {
      const what =
        this.#deepest > MAX_DEPTH ? `nests deeper than ${MAX_DEPTH} levels` : `has more than ${MAX_TABLE} bytes`;
      this.#problem(table.from, `this table ${what} and is not read`, 'a table of a message has a dozen lines');
      return;
    }
    const source = blank(this.text.slice(table.from, to), table.from, this.#blanks);
    const text = ended ? source : `${source}\n\\end{${table.name}}`;
    this.#pieces.push({ kind: 'table', name: table.name, text, offset: table.from });
  }

  /** Behind the brace that closes the one at `at`; null where a paragraph or the text ends first. */
  #groupEnd(at: number): number | null {
    let depth = 0;
    const stop = Math.min(this.text.length, at + MAX_GROUP);
    for (let i = at; i < stop; i++) {
      const c = this.text[i];
      if (c === '\\') i += 1;
      else if (c === '{') depth += 1;
      else if (c === '}' && --depth === 0) return i + 1;
      else if (c === '\n' && this.text[i + 1] === '\n') return null;
    }
    return null;
  }

  #problem(at: number, message: string, hint: string): void {
    this.#problems.push({ place: this.#lines.place(at), message, hint });
  }
}

const SPECIAL = /[%{}\\]/g;

const more = (count: number): string => (count > 1 ? ` (and ${count - 1} more after it)` : '');

function blank(source: string, from: number, blanks: readonly (readonly [number, number])[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const [a, b] of [...blanks].sort((x, y) => x[0] - y[0])) {
    if (a - from < at) continue;
    parts.push(source.slice(at, a - from), ' '.repeat(b - a));
    at = b - from;
  }
  return parts.join('') + source.slice(at);
}
