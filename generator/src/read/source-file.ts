import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Diagnostic, Place } from '../diagnostics/diagnostic.js';
import type { Report } from '../diagnostics/report.js';
import { MAX_DEPTH, parseYaml } from './parse-yaml.js';

export type Path = readonly (string | number)[];

/** The first syntax error is the mistake; most of the later ones follow from it. */
const MAX_SYNTAX_ERRORS = 3;

/** One YAML file with its concrete syntax tree, so that every value can be traced to its line and column. */
export class SourceFile {
  readonly #document: Document;
  /** Where lines begin. Not the parser's: where a quote is never closed, that misses some. */
  readonly #starts: readonly number[];
  #value: unknown;

  private constructor(
    /** Path as shown to people, with forward slashes. */
    readonly file: string,
    readonly text: string,
    document: Document,
  ) {
    this.#document = document;
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map((m) => m.index + 1)];
  }

  /** Parses `given`; what is wrong is reported, and null returned when no value can be had. */
  static parse(file: string, given: string, report: Report): SourceFile | null {
    // Editors do not count a byte order mark as a column.
    const text = given.replace(/^\uFEFF/, '');
    const lines = new LineCounter();
    const { document, tooDeepAt } = parseYaml(text, lines);
    const source = new SourceFile(file, text, document);
    if (tooDeepAt !== undefined) {
      report.add('VW100', source.#placeAt(tooDeepAt), `the file nests deeper than ${MAX_DEPTH} levels here`, {
        hint: 'no schema does; a flow bracket is perhaps not closed',
      });
      return null;
    }
    const problems = [...document.errors, ...document.warnings];
    problems.slice(0, MAX_SYNTAX_ERRORS).forEach((problem, index) => {
      const more = index === MAX_SYNTAX_ERRORS - 1 ? problems.length - MAX_SYNTAX_ERRORS : 0;
      const place = source.#placeAt(problem.pos[0]);
      if (problem.code === 'DUPLICATE_KEY') source.#reportDuplicate(problem.pos[0], place, report);
      else {
        report.add(
          'VW100',
          place,
          `not valid YAML: ${problem.message}${more > 0 ? ` (and ${more} more after it)` : ''}`,
          {
            hint: SYNTAX_HINT[problem.code] ?? 'put text that holds quotes, brackets, ":" or "#" in quotes of its own',
          },
        );
      }
    });
    if (problems.length > 0) return null;
    if (document.contents === null || !isMap(document.contents)) {
      report.add(
        'VW109',
        source.#placeOf(document.contents),
        `expected a mapping with the keys of a dialect or profile, got ${kindOf(document.contents)}`,
        {
          hint: 'start from an existing file of the same folder',
        },
      );
      return null;
    }
    if (source.#hasAliases(report)) return null;
    source.#value = document.toJS();
    return source;
  }

  value(): unknown {
    return this.#value;
  }

  /** Place of the value at `path`, or of its nearest ancestor that exists. */
  place(path: Path): Place {
    let node: unknown = this.#document.contents;
    let last = node;
    for (const step of path) {
      node = isMap(node) ? pairOf(node, step)?.value : isSeq(node) ? node.get(Number(step), true) : undefined;
      if (node === undefined || node === null) break;
      last = node;
    }
    return this.#placeOf(last as Node);
  }

  /** Place of the key at `path` (of the value, where the last step is an index). */
  placeOfKey(path: Path): Place {
    const name = path[path.length - 1];
    let parent: unknown = this.#document.contents;
    for (const step of path.slice(0, -1))
      parent = isMap(parent) ? pairOf(parent, step)?.value : isSeq(parent) ? parent.get(Number(step), true) : undefined;
    const pair = isMap(parent) && name !== undefined ? pairOf(parent, name) : undefined;
    return pair === undefined ? this.place(path) : this.#placeOf(pair.key as Node);
  }

  line(number: number): string | undefined {
    return this.text.split('\n')[number - 1]?.replace(/\r$/, '');
  }

  #placeOf(node: Node | null | undefined): Place {
    return this.#placeAt(node?.range?.[0] ?? 0);
  }

  #placeAt(offset: number): Place {
    const at = Math.min(Math.max(0, offset), this.text.length);
    const line = this.#starts.findLastIndex((start) => start <= at) + 1;
    return { file: this.file, line, column: at - (this.#starts[line - 1] ?? 0) + 1 };
  }

  /** The parser tells where the second of two equal keys is; the first one has to be looked for. */
  #reportDuplicate(offset: number, place: Place, report: Report): void {
    let name = '';
    let also: Diagnostic['also'];
    this.#visit((node) => {
      if (!isMap(node)) return;
      const second = node.items.find((item) => isScalar(item.key) && item.key.range?.[0] === offset);
      if (second === undefined) return;
      name = keyText(second);
      const first = node.items.find((item) => keyText(item) === name);
      if (first !== undefined && first !== second)
        also = { ...this.#placeOf(first.key as Node), text: 'first used here' };
    });
    report.add('VW101', place, `the key "${name}" occurs twice in one mapping`, {
      also,
      hint: 'keep one of the two, or rename one',
    });
  }

  /** Whether the file repeats itself by aliases, which is reported: ten lines of them can stand for a million. */
  #hasAliases(report: Report): boolean {
    const aliases: Node[] = [];
    const anchors = new Map<string, Node>();
    this.#visit((node) => {
      if (isAlias(node)) aliases.push(node);
      else if ('anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, node);
    });
    const [first] = aliases.sort((a, b) => (a.range?.[0] ?? 0) - (b.range?.[0] ?? 0));
    if (first === undefined || !isAlias(first)) return false;
    const anchor = anchors.get(first.source);
    report.add(
      'VW111',
      this.#placeOf(first),
      `alias "*${first.source}"${aliases.length > 1 ? ` and ${aliases.length - 1} more` : ''}: a schema file repeats nothing by reference`,
      {
        also: anchor === undefined ? undefined : { ...this.#placeOf(anchor), text: 'what it stands for is here' },
        hint: 'write the value out: a text diff has to be a wire diff',
      },
    );
    return true;
  }

  #visit(see: (node: Node) => void): void {
    const open: unknown[] = [this.#document.contents];
    while (open.length > 0) {
      const node = open.pop();
      if (isPair(node)) open.push(node.key, node.value);
      else if (node !== null && typeof node === 'object') {
        see(node as Node);
        if (isMap(node) || isSeq(node)) open.push(...node.items);
      }
    }
  }
}

const SYNTAX_HINT: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'items of one mapping or list start in the same column',
  NON_STRING_KEY: 'put the key in quotes, or write a name; a list or mapping is no key',
  MULTIPLE_DOCS: 'one dialect or profile per file',
  TAG_RESOLVE_FAILED: 'the schema language has no tags; quote text that starts with "!"',
  MISSING_CHAR: 'a quote, bracket or brace is not closed, or a comma is missing',
};

const keyText = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value ?? '') : '');

const pairOf = (map: YAMLMap, step: string | number): Pair | undefined =>
  map.items.find((item) => isScalar(item.key) && keyText(item) === String(step));

function kindOf(contents: unknown): string {
  if (isSeq(contents)) return 'a list';
  if (isAlias(contents)) return 'an alias';
  return isScalar(contents) && contents.value !== null && contents.value !== '' ? 'text' : 'an empty file';
}
