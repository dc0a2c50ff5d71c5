/** What of the parser's tree is used here. Offsets of positions count from the start of the parsed text. */
export interface LatexNode {
  readonly type: string;
  /** Name of a macro, text of a string, or what a group, environment or formula holds. */
  readonly content?: string | readonly LatexNode[];
  readonly position?: { readonly start: { readonly offset: number } };
}

export type ParseLatex = (text: string) => readonly LatexNode[];

/** The parser, loaded when it is needed: nothing else of the generator reads LaTeX. */
export async function latexParser(): Promise<ParseLatex> {
  const { LatexPegParser } = await import('@unified-latex/unified-latex-util-pegjs');
  return (text) => childrenOf(LatexPegParser.parse(text) as LatexNode);
}

export const childrenOf = (node: LatexNode): readonly LatexNode[] =>
  typeof node.content === 'object' ? node.content : [];

export const macroOf = (node: LatexNode | undefined): string | null =>
  node?.type === 'macro' && typeof node.content === 'string' ? node.content : null;

export const isSpace = (node: LatexNode | undefined): boolean =>
  node !== undefined && ['whitespace', 'parbreak', 'comment'].includes(node.type);

const SIGN: Readonly<Record<string, string>> = {
  ldots: '...',
  dots: '...',
  textellipsis: '...',
  cdots: '...',
  le: '<=',
  leq: '<=',
  ge: '>=',
  geq: '>=',
  times: '*',
  cdot: '*',
  textless: '<',
  textgreater: '>',
  textasciitilde: '~',
  textbackslash: '\\',
  textunderscore: '_',
};

/** Macros whose arguments are not text to read. */
const SILENT = /^(label|ref|pageref|footnote|index|cite|cellcolor|rowcolor|color|vspace|hspace|rule)$/;
/** Macros that show their last argument; the number says how many they have. */
const LAST: Readonly<Record<string, number>> = {
  multicolumn: 3,
  multirow: 3,
  textcolor: 2,
  href: 2,
  parbox: 2,
  hyperref: 1,
};

/** The text of nodes as a reader sees it: without macros, comments and line breaks. */
export function plainText(nodes: readonly LatexNode[]): string {
  return write(nodes).replace(/\s+/g, ' ').trim();
}

function write(nodes: readonly LatexNode[]): string {
  let text = '';
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as LatexNode;
    const macro = macroOf(node);
    if (macro === null) {
      if (typeof node.content === 'string' && !isSpace(node)) text += node.content === '~' ? ' ' : node.content;
      else text += isSpace(node) ? ' ' : write(childrenOf(node));
      continue;
    }
    const wanted = SILENT.test(macro) ? 1 : (LAST[macro] ?? 0);
    if (wanted > 0) {
      const { groups, next } = argumentsAt(nodes, i + 1, wanted);
      if (!SILENT.test(macro)) text += write(groups.slice(-1).flatMap(childrenOf));
      i = next - 1;
    } else text += SIGN[macro] ?? (/^[^A-Za-z]$/.test(macro) ? (/[\\, ;:!]/.test(macro) ? ' ' : macro) : '');
  }
  return text;
}

/** Up to `count` groups from `index` on, what stands in brackets between them left out. */
export function argumentsAt(
  nodes: readonly LatexNode[],
  index: number,
  count: number,
): { groups: LatexNode[]; next: number } {
  const groups: LatexNode[] = [];
  let next = index;
  let at = index;
  while (groups.length < count && at < nodes.length) {
    const node = nodes[at] as LatexNode;
    if (node.type === 'group' || (node.type === 'string' && node.content === '*' && groups.length > 0)) {
      groups.push(node);
      next = ++at;
    } else if (node.type === 'string' && node.content === '[') {
      const end = nodes.findIndex((n, i) => i > at && n.type === 'string' && n.content === ']');
      if (end < 0) break;
      next = at = end + 1;
    } else if (isSpace(node)) at += 1;
    else break;
  }
  return { groups, next };
}
