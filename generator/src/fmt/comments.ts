import { isCollection, isPair, isScalar, Lexer } from 'yaml';

/** Whether a comment stands between the first and the last character of a value: it could not stay on one line then. */
export function holdsComment(node: unknown): boolean {
  if (!isCollection(node)) return false;
  const inside = (child: unknown): boolean =>
    isPair(child) ? inside(child.key) || inside(child.value) : hasComment(child) || holdsComment(child);
  return node.items.some(inside);
}

const hasComment = (node: unknown): boolean =>
  (isScalar(node) || isCollection(node)) && Boolean(node.commentBefore || node.comment);

/** Every comment of a text, sorted: formatting moves comments with what they stand at, and loses none. */
export function commentsIn(text: string): string[] {
  const comments: string[] = [];
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    // A unit separator announces the text of a scalar, which may start with "#" as well.
    if (lexeme.startsWith('#') && before !== '\x1f') comments.push(lexeme.trimEnd());
    before = lexeme;
  }
  return comments.sort();
}
