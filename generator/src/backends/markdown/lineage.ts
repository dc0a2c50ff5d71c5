import type { DialectIR } from '../../ir/types.js';

const byName = (a: DialectIR, b: DialectIR): number => (a.dialect < b.dialect ? -1 : 1);

/** Dialects of one protocol, parents before their children and siblings by name, with their depth. */
export function inOrder(
  dialects: readonly DialectIR[],
): { dialect: DialectIR; depth: number; last: readonly boolean[] }[] {
  const below = (parent: string | null, last: readonly boolean[]): ReturnType<typeof inOrder> => {
    const known = (name: string | null): boolean => dialects.some((d) => d.dialect === name);
    const children = dialects.filter((d) => (known(d.parent) ? d.parent : null) === parent).sort(byName);
    return children.flatMap((dialect, i) => {
      const line = [...last, i === children.length - 1];
      return [{ dialect, depth: last.length, last: line }, ...below(dialect.dialect, line)];
    });
  };
  return below(null, []);
}

/** Names from the root of the lineage to a dialect, itself included. */
export function lineageOf(dialect: DialectIR, dialects: readonly DialectIR[]): string[] {
  const parent = dialects.find((d) => d.dialect === dialect.parent);
  return [...(parent === undefined ? [] : lineageOf(parent, dialects)), dialect.dialect];
}

/** The lineage as text, a line per dialect. */
export function treeOf(dialects: readonly DialectIR[]): string[] {
  const nodes = inOrder(dialects).map(({ dialect, last }) => {
    // The root has no branch before it; deeper ones draw a bar for every ancestor that has more to come.
    const bars = last.slice(1, -1).map((end) => (end ? '    ' : '│   '));
    const branch = last.length === 1 ? '' : last[last.length - 1] ? '└── ' : '├── ';
    const same = dialect.aliases.map((a) => a.name).join(', ');
    return { name: `${bars.join('')}${branch}${dialect.dialect}`, title: dialect.title, same };
  });
  const width = Math.max(0, ...nodes.map((n) => n.name.length));
  return nodes.map((n) => `${n.name.padEnd(width)}  ${n.title}${n.same === '' ? '' : `  = ${n.same}`}`);
}
