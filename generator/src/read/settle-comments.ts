import type { CST } from 'yaml';

/**
 * Gives every comment to the mapping or list it is aligned with. The parser leaves all comments behind the last item of a
 * collection in it as soon as one of them is indented as far as its items, those that are about what comes next too.
 */
export function settleComments(token: CST.Token | null | undefined): void {
  if (token?.type !== 'document') return;
  settle(token.value);
  const root = token.value;
  if (root?.type !== 'block-map' && root?.type !== 'block-seq') return;
  const last = root.items[root.items.length - 1];
  if (last === undefined || !isCommentOnly(last)) return;
  root.items.pop();
  token.end = [...last.start, ...(token.end ?? [])];
}

interface Item {
  readonly start: CST.SourceToken[];
  readonly key?: unknown;
  readonly sep?: unknown;
  readonly value?: CST.Token;
}

const isCommentOnly = (item: Item): boolean => !item.key && !item.sep && !item.value;

/** Settles everything inside; returns the comments behind the last item that belong to a collection further out. */
function settle(token: CST.Token | null | undefined): CST.SourceToken[] {
  if (token?.type !== 'block-map' && token?.type !== 'block-seq') return [];
  const items: Item[] = token.items;
  for (const [index, item] of [...items.entries()]) {
    const surplus = settle(item.value);
    if (surplus.length === 0) continue;
    const next = items[index + 1];
    if (next === undefined) items.push({ start: surplus });
    else next.start.unshift(...surplus);
  }
  const last = items[items.length - 1];
  if (last === undefined || !isCommentOnly(last)) return [];
  let cut = last.start.findIndex((t) => t.type === 'comment' && t.indent < token.indent);
  if (cut < 0) return [];
  // Blank lines go with what follows them; the line break that ends a comment stays with the comment.
  while (last.start[cut - 1]?.type === 'newline' && last.start[cut - 2]?.type !== 'comment') cut--;
  const surplus = last.start.splice(cut);
  if (cut === 0) items.pop();
  return surplus;
}
