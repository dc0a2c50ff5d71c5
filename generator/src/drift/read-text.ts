import type { Place } from '../diagnostics/diagnostic.js';
import { latexParser, type ParseLatex, plainText } from './latex-nodes.js';
import { type TableRow, tableRows } from './latex-table.js';
import { messageName } from './message-name.js';
import { constantColumns, readConstants } from './read-constants.js';
import { idColumns, readIds } from './read-ids.js';
import { layoutColumns, readLayout } from './read-layout.js';
import { isHeader, type ListedStruct, listedStructs } from './read-structs.js';
import { type Piece, scanLatex } from './scan-latex.js';
import type { Problem, SpecText, TextBody, TextClass, TextConstant, TextId, TextModel } from './text-model.js';

interface Section {
  readonly class: TextClass;
  readonly name: string;
  readonly place: Place;
  readonly bodies: TextBody[];
}

/**
 * Reads the messages of a LaTeX text: ids, and the layouts of `\msgdef` and `\busdef`, told in tables or in listings of C.
 * What cannot be read is a problem with its place, and the rest is read all the same. Never throws on what the text holds.
 */
export async function readText(texts: readonly SpecText[]): Promise<TextModel> {
  const parse = await latexParser();
  const reader = new Reader(parse);
  for (const { file, text } of texts) reader.read(file, text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
  const { messages, ids, headers, constants, problems } = reader;
  if (messages.length === 0 && ids.length === 0)
    problems.push({
      place: { file: texts[0]?.file ?? '', line: 1, column: 1 },
      message: 'there is not one message in this text',
      hint: 'name the file with \\msgdef, \\busdef and their tables: transport-msg.tex',
    });
  return { files: texts.map((t) => t.file), messages, ids, headers, constants, problems };
}

class Reader {
  readonly messages: Section[] = [];
  readonly ids: TextId[] = [];
  readonly headers: TextBody[] = [];
  readonly constants: TextConstant[] = [];
  readonly problems: Problem[] = [];
  #class: TextClass | null = null;
  #message: Section | null = null;

  constructor(readonly parse: ParseLatex) {}

  read(file: string, text: string): void {
    const { pieces, problems, lines } = scanLatex(file, text);
    this.problems.push(...problems);
    this.#class = null;
    this.#message = null;
    for (const piece of pieces) {
      const place = (offset: number): Place => lines.place(piece.offset + offset);
      if (piece.kind === 'heading') this.#heading(piece, place(0));
      else if (piece.kind === 'table') this.#table(piece, place);
      else this.#listing(piece, place);
    }
  }

  #heading(piece: Piece, place: Place): void {
    const title = this.#plain(piece.text);
    const named = messageName(title);
    if (piece.name === 'msgdef' || piece.name === 'busdef') {
      if (named === null) {
        this.problems.push({
          place,
          message: `\\${piece.name} of "${title}", which is no name of a message`,
          hint: 'names are written like GET_DEVICE_INFO',
        });
        this.#message = null;
      } else this.#begin(named.name, piece.name === 'msgdef' ? 'transport' : 'bus', place);
      return;
    }
    if (/paragraph$/.test(piece.name) && !(named !== null && named.class !== null)) return;
    if (/bus messages$/i.test(title)) this.#class = 'bus';
    else if (/transport messages$/i.test(title)) this.#class = 'transport';
    const of = named?.class ?? this.#class;
    this.#message = null;
    if (named !== null && of !== null && (named.class !== null || title.includes('_') || this.#class !== null))
      this.#begin(named.name, of, place);
  }

  #begin(name: string, of: TextClass, place: Place): void {
    this.#message = { class: of, name, place, bodies: [] };
    this.messages.push(this.#message);
  }

  #table(piece: Piece, place: (offset: number) => Place): void {
    let rows: TableRow[];
    try {
      rows = tableRows(piece.text, this.parse);
    } catch (error) {
      this.problems.push({
        place: place(0),
        message: `this table is not LaTeX: ${error instanceof Error ? error.message : String(error)}`,
        hint: 'the rest of the text is compared without it',
      });
      return;
    }
    const at = (row: TableRow): Place => place(row.offset);
    const ids = idColumns(rows);
    if (ids !== null) {
      const read = readIds(rows, ids, this.#class, at);
      this.ids.push(...read.ids);
      this.problems.push(...read.problems);
      return;
    }
    const named = constantColumns(rows);
    if (named !== null) {
      this.constants.push(...readConstants(rows, named, at));
      return;
    }
    const columns = layoutColumns(rows);
    if (columns === null || this.#message === null) return;
    const read = readLayout(rows, columns, place(0), at);
    this.#message.bodies.push(...read.bodies);
    this.problems.push(...read.problems);
  }

  #listing(piece: Piece, place: (offset: number) => Place): void {
    for (const struct of listedStructs(piece.text)) {
      if (isHeader(struct)) {
        // What follows the header is in it only for the sake of C.
        const members = struct.members.filter((m) => m.name !== 'payload');
        this.headers.push(this.#body({ ...struct, members }, place));
        continue;
      }
      // A struct outside the section of a message is an example, or the header.
      if (this.#message === null) return;
      if (this.#message.name !== struct.name || this.#message.class !== struct.class)
        this.problems.push({
          place: place(struct.at),
          message: `struct of ${struct.class} ${struct.name} in the section of ${this.#message.class} ${this.#message.name}`,
          hint: `it is compared as ${this.#message.name}; name both alike`,
        });
      this.#message.bodies.push(this.#body(struct, place));
    }
  }

  #body({ kind, at, members }: ListedStruct, place: (offset: number) => Place): TextBody {
    for (const m of members)
      if (m.unreadable !== null)
        this.problems.push({
          place: place(m.at),
          message: `cannot read the member "${m.unreadable.slice(0, 60)}"`,
          hint: 'members are written like "le32 offset;" or "u8 data[];"',
        });
    const rows = members.map(({ at, offset, size, name }) => ({
      place: place(at),
      offset,
      size,
      content: name,
      broken: offset === null,
    }));
    return { kind, place: place(at), rows };
  }

  #plain(source: string): string {
    if (/^[\w ]*$/.test(source)) return source.trim();
    try {
      return plainText(this.parse(source.slice(0, 400)));
    } catch {
      return source.trim();
    }
  }
}
