import { Composer, type CST, Document, Lexer, type LineCounter, type Node, Parser, YAMLParseError } from 'yaml';
import { settleComments } from './settle-comments.js';

/** Open collections at one place. No schema nests deeper than a union in a union. */
export const MAX_DEPTH = 48;

/**
 * The first document of `text`. The depth is limited while the parser reads, not after: the composer behind it is
 * recursive, and input that exhausts its stack can end the whole process instead of throwing.
 */
export function parseYaml(text: string, lines: LineCounter): { document: Document; tooDeepAt?: number } {
  const parser = new Parser(lines.addNewLine);
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
  });
  const settled = (token: CST.Token): CST.Token => {
    settleComments(token);
    return token;
  };
  let tooDeepAt: number | undefined;
  const tokens = function* () {
    lines.addNewLine(0);
    for (const lexeme of new Lexer().lex(text)) {
      for (const token of parser.next(lexeme)) yield settled(token);
      if (parser.stack.length > MAX_DEPTH) {
        tooDeepAt = parser.offset;
        return;
      }
    }
    for (const token of parser.end()) yield settled(token);
  };
  const [document = new Document<Node>(null), second] = composer.compose(tokens(), true, text.length);
  if (second !== undefined) {
    document.errors.push(
      new YAMLParseError([second.range[0], second.range[1]], 'MULTIPLE_DOCS', 'a second document starts here'),
    );
  }
  return { document, ...(tooDeepAt === undefined ? {} : { tooDeepAt }) };
}
