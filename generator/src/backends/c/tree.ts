import { fixedEnd, fixedMembers, type LaidOut } from '../../ir/laid-out.js';
import { type ArrayMemberIR, elementSizeOf, fixedSizeOf, type MemberIR, varies } from '../../ir/structs.js';
import { byteType, intType, type TypeStyle } from './int-types.js';
import { Scope } from './names.js';

/** A member as C declares it. */
export interface CNode {
  readonly name: string;
  /** From the start of the outermost struct, or of the element it stands in. */
  readonly offset: number;
  /** Bytes; 0 for a flexible array. */
  readonly size: number;
  /** What stands before the name; null for a struct without a name, of these members. */
  readonly type: string | null;
  /** What stands behind it: `[4]`, or `[]` for a flexible array. */
  readonly array: string;
  readonly flexible: boolean;
  /** Members of an inner struct. */
  readonly members: readonly CNode[];
  /** The item of the IR; null for an inner struct, the header, or a hole. */
  readonly item: MemberIR | null;
}

/** A struct as C declares it. */
export interface CTree {
  readonly nodes: readonly CNode[];
  /** What `sizeof` gives: arrays of variable size and what follows them do not count. */
  readonly size: number;
  /** Arrays no declaration can hold, because they do not come last or stand in an inner struct. */
  readonly loose: readonly ArrayMemberIR[];
  /** Members behind an array of variable size. */
  readonly behind: readonly MemberIR[];
  /** How C reaches each member that is declared, by its path in the IR; elements of an array with `[]`. */
  readonly paths: ReadonlyMap<string, string>;
}

export interface TreeOptions {
  readonly types: TypeStyle;
  /** How the header of a message, or a struct of the same family, is declared: `struct rfc3_header`. */
  readonly typeOf: (key: string) => string;
}

/** Flat members with dotted paths as nested structs, holes filled in. */
export function treeOf(laid: LaidOut, options: TreeOptions): CTree {
  const builder = new Builder(options);
  const scope = new Scope();
  const head = laid.header === null ? [] : [headNode(laid.header, scope, options)];
  const end = fixedEnd(laid);
  const nodes = [
    ...head,
    ...builder.nodes(fixedMembers(laid.members), { depth: 0, from: laid.header?.minSize ?? 0, to: end, scope, at: '' }),
  ];
  const arrays = laid.members.filter(varies);
  const [last] = arrays;
  // A flexible array comes last in a struct that has other members, and its elements are something.
  const flexible = last !== undefined && nodes.length > 0 && !last.name.includes('.') && elementSizeOf(last) > 0;
  if (flexible) nodes.push(builder.array(last, '[]', scope, ''));
  return {
    nodes,
    size: end,
    loose: flexible ? arrays.slice(1) : arrays,
    behind: laid.members.filter((m) => m.after !== null && !varies(m)),
    paths: builder.paths,
  };
}

const headNode = (header: LaidOut, scope: Scope, { typeOf }: TreeOptions): CNode => ({
  ...node(scope.claim('header'), 0, header.minSize),
  type: typeOf(header.key),
});

const node = (name: string, offset: number, size: number): CNode => {
  return { name, offset, size, type: null, array: '', flexible: false, members: [], item: null };
};

interface Extent {
  /** Parts of a member's path that are behind us. */
  readonly depth: number;
  readonly from: number;
  readonly to: number;
  readonly scope: Scope;
  /** The C path so far, with its dot. */
  readonly at: string;
}

class Builder {
  readonly paths = new Map<string, string>();
  readonly #types: TypeStyle;
  /** Path in the IR up to the element whose members are being built: `pmodes[].`. */
  #element = '';

  constructor(readonly options: TreeOptions) {
    this.#types = options.types;
  }

  nodes(members: readonly MemberIR[], extent: Extent): CNode[] {
    const { depth, to, scope, at } = extent;
    const nodes: CNode[] = [];
    let cursor = extent.from;
    const skipTo = (offset: number): void => {
      if (offset > cursor) nodes.push(this.#hole(cursor, offset - cursor, scope));
    };
    for (let i = 0; i < members.length; ) {
      const first = members[i] as MemberIR;
      skipTo(first.offset);
      const run = runOf(members, i, depth);
      if (run.length === 0) {
        nodes.push(this.#leaf(first, scope, at, first.name.split('.')[depth] ?? ''));
        cursor = first.offset + fixedSizeOf(first);
        i += 1;
        continue;
      }
      const last = run[run.length - 1] as MemberIR;
      cursor = last.offset + fixedSizeOf(last);
      const name = scope.claim(first.name.split('.')[depth] ?? '');
      const inner = { depth: depth + 1, from: first.offset, to: cursor, scope: new Scope(), at: `${at}${name}.` };
      nodes.push({ ...node(name, first.offset, cursor - first.offset), members: this.nodes(run, inner) });
      i += run.length;
    }
    skipTo(to);
    return nodes;
  }

  #hole(offset: number, size: number, scope: Scope): CNode {
    return { ...node(scope.claim(`hole_${offset}`), offset, size), type: byteType(this.#types), array: `[${size}]` };
  }

  #leaf(member: MemberIR, scope: Scope, at: string, wish: string): CNode {
    if (member.kind !== 'int') {
      const count = 'fixed' in member.count ? member.count.fixed : 0;
      return this.array(member, `[${count}]`, scope, at, wish);
    }
    const name = scope.claim(wish);
    this.paths.set(this.#element + member.name, at + name);
    return {
      ...node(name, member.offset, member.size),
      ...intType(member.type, this.#types),
      item: member,
    };
  }

  /** An array; `extent` is `[4]` or `[]`. */
  array(member: ArrayMemberIR, extent: string, scope: Scope, at: string, wish = member.name): CNode {
    const name = scope.claim(wish);
    this.paths.set(this.#element + member.name, at + name);
    const flexible = extent === '[]';
    const size = flexible ? 0 : fixedSizeOf(member);
    const base = { ...node(name, member.offset, size), flexible, item: member };
    switch (member.kind) {
      case 'bytes':
        return { ...base, type: byteType(this.#types), array: extent };
      case 'ints': {
        const { type, array } = intType(member.type, this.#types);
        return { ...base, type, array: extent + array };
      }
      case 'structs':
        // Elements that differ in size are found by walking over bytes.
        return {
          ...base,
          type: member.elementSize === null ? byteType(this.#types) : this.options.typeOf(member.struct),
          array: extent,
        };
      case 'records':
        return this.#records(member, base, extent, `${at}${name}[].`);
    }
  }

  #records(member: ArrayMemberIR & { kind: 'records' }, base: CNode, extent: string, at: string): CNode {
    const outer = this.#element;
    this.#element = `${outer}${member.name}[].`;
    const [only] = member.fields;
    try {
      if (only?.name === '' && member.fields.length === 1) {
        const value = this.#leaf(only, new Scope(), at, 'value');
        this.paths.set(`${outer}${member.name}[].`, at.slice(0, -1));
        return { ...base, type: value.type, members: value.members, array: extent + value.array };
      }
      const inner = { depth: 0, from: 0, to: elementSizeOf(member), scope: new Scope(), at };
      return { ...base, members: this.nodes(fixedMembers(member.fields), inner), array: extent };
    } finally {
      this.#element = outer;
    }
  }
}

/** Members from `start` on that lie in the same inner struct; none where the first one lies in no inner one. */
function runOf(members: readonly MemberIR[], start: number, depth: number): MemberIR[] {
  const head = outer(members[start] as MemberIR, depth);
  if (head === null) return [];
  const run: MemberIR[] = [];
  for (const member of members.slice(start)) {
    if (outer(member, depth) !== head) break;
    run.push(member);
  }
  return run;
}

function outer({ name }: MemberIR, depth: number): string | null {
  const parts = name.split('.');
  return parts.length > depth + 1 ? (parts[depth] as string) : null;
}
