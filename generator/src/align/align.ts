import { type Declared, declarationsOf } from '../backends/c/header-view.js';
import type { CNode } from '../backends/c/tree.js';
import type { FamilyIR } from '../ir/structs.js';
import { elementSizeOf } from '../ir/structs.js';
import type { DialectIR } from '../ir/types.js';
import { type Find, type Natural, natural } from './natural.js';

/** A number on the wire, and what a compiler makes of it without `packed`. */
export interface Compared {
  readonly wire: number;
  /** On the usual ABIs of 64 bits, and of 32 bits but x86: a u64 is aligned to 8 bytes. */
  readonly natural: number;
  /** On 32-bit x86: a u64 in a struct is aligned to 4 bytes. */
  readonly ia32: number;
}

/** Where one struct differs. */
export interface Misaligned {
  /** `transport.EVENT_CONFIG.event`, `virtio_scsi_config`. */
  readonly key: string;
  /** Name of the struct in the header of `vwire header`. */
  readonly type: string;
  /** What `sizeof` gives: arrays of variable size do not count. */
  readonly size: Compared;
  /** Members that are elsewhere on one ABI or the other, in bytes from the start; the first element of arrays. */
  readonly members: readonly (Compared & { readonly member: string })[];
  /** Arrays whose elements are further apart, in bytes from one to the next. */
  readonly strides: readonly (Compared & { readonly member: string })[];
  /** Bytes behind the last member that only alignment asks for. */
  readonly trailing: { readonly natural: number; readonly ia32: number };
}

export interface Alignment {
  readonly protocol: string;
  readonly name: string;
  /** Structs that were compared: those that have members. */
  readonly compared: number;
  readonly differing: readonly Misaligned[];
}

/**
 * Where the struct somebody writes down in C, with the members of the text and without `packed`, is not the wire. Inner
 * structs, the header of a message among them, are aligned as structs of their own, as they are in C.
 */
export function align(ir: DialectIR | FamilyIR): Alignment {
  const declared = declarationsOf(ir, { types: 'stdint', prefix: '' });
  const find = finderOf(ir, declared);
  const structs = declared.filter((d) => d.tree.nodes.length > 0);
  return {
    protocol: ir.protocol,
    name: 'dialect' in ir ? ir.dialect : ir.family,
    compared: structs.length,
    differing: structs.flatMap((d) => misaligned(d, find) ?? []),
  };
}

function finderOf(ir: DialectIR | FamilyIR, declared: readonly Declared[]): Find {
  return (type) => {
    const name = type.replace(/^\w+ /, '');
    if (type.startsWith('struct ')) return declared.filter((d) => d.type === name);
    const struct = 'structs' in ir ? ir.structs.find((s) => s.name === name) : undefined;
    const keys = new Set(struct?.shapes.map((s) => s.key));
    return declared.filter((d) => keys.has(d.laid.key));
  };
}

function misaligned(declared: Declared, find: Find): Misaligned | null {
  const wide = natural(declared, { u64: 8 }, find);
  const ia32 = natural(declared, { u64: 4 }, find);
  const wire = wireOf(declared.tree.nodes, '', 0);
  const compare = (member: string, on: (n: Natural) => ReadonlyMap<string, number>, bytes: number) => ({
    member,
    wire: bytes,
    natural: on(wide).get(member) ?? bytes,
    ia32: on(ia32).get(member) ?? bytes,
  });
  const members = wire.offsets.map(([path, at]) => compare(path, (n) => n.offsets, at)).filter(differs);
  const strides = wire.strides.map(([path, step]) => compare(path, (n) => n.strides, step)).filter(differs);
  const size = { wire: declared.tree.size, natural: wide.size, ia32: ia32.size };
  if (members.length === 0 && strides.length === 0 && !differs(size)) return null;
  const trailing = { natural: wide.size - wide.end, ia32: ia32.size - ia32.end };
  return { key: declared.laid.key, type: declared.type, size, members, strides, trailing };
}

const differs = (c: Compared): boolean => c.natural !== c.wire || c.ia32 !== c.wire;

type Numbers = [path: string, bytes: number][];

/** The same paths, with the numbers of the wire. */
function wireOf(nodes: readonly CNode[], at: string, start: number): { offsets: Numbers; strides: Numbers } {
  const offsets: Numbers = [];
  const strides: Numbers = [];
  for (const node of nodes) {
    const path = at + node.name;
    offsets.push([path, start + node.offset]);
    const { item } = node;
    const element = item !== null && item.kind !== 'int' ? elementSizeOf(item) : 0;
    if (item?.kind === 'structs' || (item?.kind === 'records' && node.members.length > 0))
      strides.push([path, element]);
    if (node.members.length === 0) continue;
    // Members of elements count from the start of an element, those of inner structs from that of the whole.
    const [inside, from] = node.array === '' ? [`${path}.`, start] : [`${path}[0].`, start + node.offset];
    const inner = wireOf(node.members, inside, from);
    offsets.push(...inner.offsets);
    strides.push(...inner.strides);
  }
  return { offsets, strides };
}
