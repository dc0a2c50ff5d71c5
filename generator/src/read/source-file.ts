import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair } from 'yaml';
import type { Place } from '../diagnostics/diagnostic.js';
import type { Report } from '../diagnostics/report.js';

export type Path = readonly (string | number)[];

/** One YAML file with its concrete syntax tree, so that every value can be traced to its line and column. */
export class SourceFile {
  readonly #document: Document;
  readonly #lines: LineCounter;

  private constructor(
    /** Path as shown to people, with forward slashes. */
    readonly file: string,
    readonly text: string,
    document: Document,
    lines: LineCounter,
  ) {
    this.#document = document;
    this.#lines = lines;
  }

  /** Parses `text`; syntax errors and duplicate keys are reported, and null returned when no value can be had. */
  static parse(file: string, text: string, report: Report): SourceFile | null {
    const lines = new LineCounter();
    const document = parseDocument(text, { version: '1.2', schema: 'core', lineCounter: lines, prettyErrors: false });
    const source = new SourceFile(file, text, document, lines);
    for (const error of document.errors) {
      const code = error.code === 'DUPLICATE_KEY' ? 'VW101' : 'VW100';
      const hint = code === 'VW101' ? 'keep one of the two; the second would silently replace the first' : undefined;
      report.add(code, source.#placeAt(error.pos[0]), error.message, { hint });
    }
    if (document.errors.length > 0) return null;
    if (document.contents === null || !isMap(document.contents)) {
      report.add('VW109', source.#placeAt(0), 'expected a mapping with the keys of a dialect or profile, got nothing of the kind', {
        hint: 'start from an existing file of the same folder',
      });
      return null;
    }
    return source;
  }

  value(): unknown {
    return this.#document.toJS();
  }

  /** Place of the value at `path`, or of its nearest ancestor that exists. */
  place(path: Path): Place {
    let node: unknown = this.#document.contents;
    let last = node;
    for (const step of path) {
      node = isMap(node) ? node.get(step, true) : isSeq(node) ? node.get(Number(step), true) : undefined;
      if (node === undefined || node === null) break;
      last = node;
    }
    return this.#placeOf(last as Node);
  }

  /** Place of the key at `path` (of the value, where the last step is an index). */
  placeOfKey(path: Path): Place {
    const parent = this.#document.getIn(path.slice(0, -1), true) ?? this.#document.contents;
    const name = path[path.length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item: Pair) => isScalar(item.key) && item.key.value === name);
      if (pair !== undefined) return this.#placeOf(pair.key as Node);
    }
    return this.place(path);
  }

  line(number: number): string | undefined {
    return this.text.split('\n')[number - 1];
  }

  #placeOf(node: Node | undefined): Place {
    return this.#placeAt(node?.range?.[0] ?? 0);
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}
