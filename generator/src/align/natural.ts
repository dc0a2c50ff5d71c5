import type { Declared } from '../backends/c/header-view.js';
import type { CNode } from '../backends/c/tree.js';
import { isFixed, type MemberIR } from '../ir/structs.js';
import type { IntType } from '../ir/types.js';

/** What an ABI decides here: of all integers only those of 64 bits are aligned otherwise on 32-bit x86. */
export interface Abi {
  /** Alignment of a u64 in a struct, in bytes. */
  readonly u64: 4 | 8;
}

/** What a compiler makes of a struct that is not packed. */
export interface Natural {
  readonly size: number;
  readonly align: number;
  /** Where the last member ends. */
  readonly end: number;
  /** By C path, elements of an array with `[0]`, from the start of the struct. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Bytes from one element of an array to the next, where the elements are structs; by C path. */
  readonly strides: ReadonlyMap<string, number>;
}

/** The declarations a type stands for: of a struct one, of a union those of its arms. */
export type Find = (type: string) => readonly Declared[];

interface Extent {
  readonly size: number;
  readonly align: number;
}

/** Members of one struct, from its start. */
interface Laid extends Extent {
  readonly end: number;
  readonly offsets: readonly Placed[];
  readonly strides: readonly Placed[];
}

type Placed = readonly [path: string, bytes: number];

const SIZES: Readonly<Record<IntType, number>> = { u8: 1, u16: 2, u24: 3, u32: 4, u64: 8, s32: 4, be16: 2, be32: 4 };

const up = (offset: number, align: number): number => Math.ceil(offset / align) * align;

/**
 * Lays out the struct of `vwire header` as if nothing were packed: every member at the next multiple of its alignment, and
 * the whole a multiple of the largest.
 */
export function natural(declared: Declared, abi: Abi, find: Find): Natural {
  const { size, align, end, offsets, strides } = new Layer(abi, find).lay(declared.tree.nodes);
  return { size, align, end, offsets: new Map(offsets), strides: new Map(strides) };
}

class Layer {
  constructor(
    readonly abi: Abi,
    readonly find: Find,
  ) {}

  lay(nodes: readonly CNode[]): Laid {
    const offsets: Placed[] = [];
    const strides: Placed[] = [];
    let cursor = 0;
    let align = 1;
    for (const node of nodes) {
      const inner = node.members.length === 0 ? null : this.lay(node.members);
      const each = inner ?? this.#element(node);
      cursor = up(cursor, each.align);
      const start = cursor;
      offsets.push([node.name, start]);
      if (node.array !== '' && (inner !== null || node.item?.kind === 'structs')) strides.push([node.name, each.size]);
      if (inner !== null) {
        const at = node.array === '' ? `${node.name}.` : `${node.name}[0].`;
        offsets.push(...inner.offsets.map(([path, offset]): Placed => [at + path, start + offset]));
        strides.push(...inner.strides.map(([path, size]): Placed => [at + path, size]));
      }
      cursor += each.size * timesOf(node);
      align = Math.max(align, each.align);
    }
    return { size: up(cursor, align), align, end: cursor, offsets, strides };
  }

  /** What is declared by a type: an integer, a byte, or a struct with a name. */
  #element({ item, type, size }: CNode): Extent {
    if (item?.kind === 'structs' && item.elementSize === null) return { size: 1, align: 1 };
    const named = type !== null && /^(struct|union) /.test(type) ? this.find(type) : null;
    if (named !== null) return this.#union(named);
    return item === null ? { size, align: 1 } : this.#value(item);
  }

  /** The largest of its arms, at the strictest of their alignments. */
  #union(arms: readonly Declared[]): Extent {
    const all = arms.map(({ tree }) => this.lay(tree.nodes));
    const align = Math.max(1, ...all.map((a) => a.align));
    return { size: up(Math.max(0, ...all.map((a) => a.size)), align), align };
  }

  /** One element of what is no struct. */
  #value(item: MemberIR): Extent {
    if (item.kind === 'int' || item.kind === 'ints') {
      const size = SIZES[item.type];
      return { size, align: item.type === 'u24' ? 1 : item.type === 'u64' ? this.abi.u64 : size };
    }
    const [only] = item.kind === 'records' ? item.fields : [];
    if (only === undefined) return { size: 1, align: 1 };
    const each = this.#value(only);
    return { size: each.size * fixedCount(only), align: each.align };
  }
}

const fixedCount = (item: MemberIR): number => (item.kind !== 'int' && isFixed(item.count) ? item.count.fixed : 1);

/** Elements that count for the size: a hole has the size of all its bytes already, and a flexible array has none. */
const timesOf = ({ item, flexible }: CNode): number => (flexible ? 0 : item === null ? 1 : fixedCount(item));
