import type { MemberIR } from '../../../ir/structs.js';

/** Members by the dots of their paths: what the object form is nested by. */
export type Node =
  | { readonly kind: 'member'; readonly name: string; readonly member: MemberIR }
  | { readonly kind: 'group'; readonly name: string; readonly nodes: readonly Node[] };

export function treeOf(members: readonly MemberIR[]): readonly Node[] {
  return grouped(members.map((member) => ({ path: member.name.split('.'), member })));
}

interface Pathed {
  readonly path: readonly string[];
  readonly member: MemberIR;
}

function grouped(items: readonly Pathed[]): readonly Node[] {
  const groups = new Map<string, Pathed[]>();
  for (const { path, member } of items) {
    const [head = '', ...path_] = path;
    groups.set(head, [...(groups.get(head) ?? []), { path: path_, member }]);
  }
  return [...groups].map(([name, inner]): Node => {
    const [first] = inner;
    if (first !== undefined && first.path.length === 0) return { kind: 'member', name, member: first.member };
    return { kind: 'group', name, nodes: grouped(inner) };
  });
}
