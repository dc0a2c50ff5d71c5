import { isNode, isPair, isScalar, type Pair, type YAMLMap } from 'yaml';

/** Where a mapping stands: at the top of the file, behind a key, or in a list. */
export type Standing = 'root' | 'value' | 'item';

/** Puts the pairs of a mapping into the order of `keys`; what is not among them keeps its order behind the rest. */
export function orderKeys(map: YAMLMap, keys: readonly string[], standing: Standing): void {
  if (keys.length === 0) return;
  const rank = (pair: Pair): number => {
    const index = keys.indexOf(keyText(pair));
    return index < 0 ? keys.length : index;
  };
  const ordered = [...map.items].sort((a, b) => rank(a) - rank(b));
  if (ordered.every((pair, index) => pair === map.items[index])) return;
  // A comment above the first pair is parsed as one above the mapping, and has to follow its pair. Above an item of a list it
  // is about the item; at the top of the file the parser gives it to the first pair, and it has to stay where it is.
  const top = standing === 'root' ? takeComment(map.items[0]) : null;
  if (standing === 'value' && map.flow !== true) giveComment(map.items[0], takeComment(map));
  map.items = ordered;
  giveComment(ordered[0], top);
}

function takeComment(from: YAMLMap | Pair | undefined): string | null {
  const node = isPair(from) ? from.key : from;
  if (!isNode(node)) return null;
  const comment = node.commentBefore ?? null;
  node.commentBefore = null;
  return comment;
}

function giveComment(to: Pair | undefined, comment: string | null): void {
  if (comment === null || comment === '' || !isScalar(to?.key)) return;
  const own = to.key.commentBefore;
  to.key.commentBefore = own ? `${comment}\n\n${own}` : comment;
}

export const keyText = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value ?? '') : '');
