import { defaultStore, keptOrFetched, type Store, satisfies } from './kept.js';
import { askNode, type NodeBinary, ownNode } from './node-binary.js';

const VERSION = /^v?(\d+(?:\.\d+){0,2})$/;

/**
 * The Node that `--node` names: a version (`24`, `24.1.0`), which is this one where it fits, else one that was fetched before, else
 * fetched from npm; or a path, or a name in PATH. Null, where nothing is named, is the Node this runs under. Rejects with `WrongUse`.
 */
export async function nodeBinary(asked: string | null, store: Store = defaultStore()): Promise<NodeBinary> {
  if (asked === null) return ownNode;
  const version = VERSION.exec(asked)?.[1];
  if (version === undefined) return askNode(asked);
  if (satisfies(process.versions.node, version)) return ownNode;
  return askNode(await keptOrFetched(version, store));
}
