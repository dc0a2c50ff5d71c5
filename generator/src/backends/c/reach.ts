import { elementSizeOf, fixedSizeOf, isFixed, type MemberIR } from '../../ir/structs.js';
import type { Declared } from './header-view.js';

/** A declared member: its path in the schema, its path in C, and where it lies. Elements are those of index 0. */
export interface Reached {
  readonly path: string;
  readonly c: string;
  readonly offset: number;
  /** Bytes; of an array of variable size, those of one element. */
  readonly size: number;
}

/** Every member of a struct that has a fixed place, arrays first and then the members of their elements. */
export function reachOf({ laid, tree }: Declared): Reached[] {
  const visit = (members: readonly MemberIR[], at: string, start: number): Reached[] =>
    members.flatMap((member) => {
      const path = at + member.name;
      const c = tree.paths.get(path);
      if (c === undefined) return [];
      const offset = start + member.offset;
      const varying = member.kind !== 'int' && !isFixed(member.count);
      const own = { path, c, offset, size: varying ? elementSizeOf(member) : fixedSizeOf(member) };
      return member.kind === 'records' ? [own, ...visit(member.fields, `${path}[].`, offset)] : [own];
    });
  return visit(laid.members, '', 0);
}
