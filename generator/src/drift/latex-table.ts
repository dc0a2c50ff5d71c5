import {
  argumentsAt,
  childrenOf,
  isSpace,
  type LatexNode,
  macroOf,
  type ParseLatex,
  plainText,
} from './latex-nodes.js';

export interface TableRow {
  /** Offset of the row's first character in the source of the table. */
  readonly offset: number;
  readonly cells: readonly string[];
  /** Cells that a `\multicolumn` joined into one count as that many; the first holds the text. */
  readonly joined: boolean;
  /** Name of the macro that stands for a message in the first cell: `msgref` or `busref`. */
  readonly reference: string | null;
}

const RULE =
  /^(hline|toprule|midrule|bottomrule|end(first)?head|end(last)?foot|centering|hhline|firsthline|lasthline)$/;
/** Rules and captions with an argument. */
const RULED = /^(cline|cmidrule|rowcolor|caption|label|addlinespace|noalign|specialrule|setlength|renewcommand)$/;

/** The rows of a tabular environment, rules and comments left out. Throws what the parser throws. */
export function tableRows(source: string, parse: ParseLatex): TableRow[] {
  const environment = parse(source).find((n) => n.type === 'environment');
  if (environment === undefined) return [];
  const nodes = childrenOf(environment);
  const two = /^\\begin\s*\{(tabularx|tabular\*|tabulary|xltabular|tabu|longtabu)\}/.test(source);
  const rows: TableRow[] = [];
  let row: LatexNode[][] = [[]];
  const end = (): void => {
    const read = rowOf(row);
    if (read !== null) rows.push(read);
    row = [[]];
  };
  for (let i = argumentsAt(nodes, 0, two ? 2 : 1).next; i < nodes.length; i++) {
    const node = nodes[i] as LatexNode;
    const macro = macroOf(node);
    if (macro === '\\' || macro === 'tabularnewline') {
      end();
      i = afterBreak(nodes, i + 1) - 1;
    } else if (macro !== null && RULE.test(macro)) continue;
    else if (macro !== null && RULED.test(macro)) i = argumentsAt(nodes, i + 1, 1).next - 1;
    else if (node.type === 'string' && node.content === '&') row.push([]);
    else (row[row.length - 1] as LatexNode[]).push(node);
  }
  end();
  return rows;
}

/** Behind the star and the space that a line break may carry: `\\\\*[2pt]`. */
function afterBreak(nodes: readonly LatexNode[], from: number): number {
  const is = (at: number, text: string): boolean => nodes[at]?.type === 'string' && nodes[at]?.content === text;
  const at = is(from, '*') ? from + 1 : from;
  if (!is(at, '[')) return at;
  const end = nodes.findIndex((_, k) => k > at && k < at + 8 && is(k, ']'));
  return end < 0 ? at : end + 1;
}

function rowOf(columns: readonly (readonly LatexNode[])[]): TableRow | null {
  const cells: string[] = [];
  let joined = false;
  for (const nodes of columns) {
    cells.push(plainText(nodes));
    const at = nodes.findIndex((n) => macroOf(n) === 'multicolumn');
    if (at < 0) continue;
    joined = true;
    const span = Number(plainText(argumentsAt(nodes, at + 1, 1).groups.flatMap(childrenOf)));
    // A span is a number from outside: no table is wider than this.
    for (let n = 1; n < Math.min(span, 16); n++) cells.push('');
  }
  if (cells.every((c) => c === '')) return null;
  const first = columns.flat().find((n) => !isSpace(n) && n.position !== undefined);
  const reference = (columns[0] ?? []).map(macroOf).find((m) => m === 'msgref' || m === 'busref');
  return { offset: first?.position?.start.offset ?? 0, cells, joined, reference: reference ?? null };
}
