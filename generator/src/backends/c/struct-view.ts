import type { LaidOut } from '../../ir/laid-out.js';
import { type ArrayMemberIR, elementSizeOf, fixedSizeOf, type MemberCountIR, type MemberIR } from '../../ir/structs.js';
import type { BitsIR } from '../../ir/types.js';
import { comment } from './comment.js';
import { remarkOn, type TypeStyle } from './int-types.js';
import { upper } from './names.js';
import type { CNode, CTree } from './tree.js';

/** One struct, with everything that belongs to it. */
export interface StructView {
  readonly notes: readonly string[];
  /** `struct rfc3_header`; null where nothing in it has a fixed place, so that there is only the comment. */
  readonly type: string | null;
  readonly members: readonly MemberView[];
  readonly defines: readonly DefineView[];
  readonly asserts: readonly AssertView[];
}

/** A declaration, or an inner struct with its own. */
export interface MemberView {
  readonly notes: readonly string[];
  readonly indent: string;
  readonly declaration: string;
  readonly members: readonly MemberView[] | null;
}

export interface DefineView {
  readonly name: string;
  readonly value: string;
}

export interface AssertView {
  readonly condition: string;
  readonly message: string;
}

export interface StructNames {
  /** Without `struct`. */
  readonly type: string;
  /** What its macros begin with. */
  readonly macro: string;
  readonly enumOf: (name: string) => string;
  /** The macro of this name, or one like it where another has the name. */
  readonly claim: (macro: string) => string;
  readonly types: TypeStyle;
}

export function structView(laid: LaidOut, tree: CTree, names: StructNames): StructView {
  const type = `struct ${names.type}`;
  const known = new Set(laid.spec === '' ? [] : [laid.spec]);
  const spell = new Speller(names, known);
  const none = tree.nodes.length === 0;
  const macros = offsetMacros(tree, names);
  return {
    notes: comment([laid.doc, laid.spec, ...remarks(laid, tree, macros)]),
    type: none ? null : type,
    members: tree.nodes.map((n) => spell.member(n, '\t')),
    defines: [...places(laid, macros), ...bitDefines(laid.members, names.macro, names.claim)],
    asserts: none ? [] : [...tree.nodes.flatMap((n) => offsets(n, type, '')), sizeOf(type, tree.size)],
  };
}

class Speller {
  constructor(
    readonly names: StructNames,
    /** Clauses told above: what most members share is told once. */
    readonly known: ReadonlySet<string>,
  ) {}

  member(node: CNode, indent: string): MemberView {
    const { item } = node;
    const notes = comment([item === null ? holeNote(node) : this.note(item)], indent);
    if (node.type === null)
      return {
        notes,
        indent: node.flexible ? `${indent}__extension__ ` : indent,
        declaration: `${indent}} __attribute__((packed)) ${node.name}${node.array};`,
        members: node.members.map((m) => this.member(m, `${indent}\t`)),
      };
    // C++ has no flexible arrays, but every compiler of C does.
    const extension = node.flexible ? '__extension__ ' : '';
    return {
      notes,
      indent,
      declaration: `${indent}${extension}${node.type} ${node.name}${node.array};`,
      members: null,
    };
  }

  note(item: MemberIR): string {
    const type = item.kind === 'int' || item.kind === 'ints' ? remarkOn(item.type, this.names.types) : null;
    const facts = [
      item.doc,
      item.reserved ? 'reserved: zero' : null,
      type,
      item.kind === 'int' && item.enum !== null ? this.names.enumOf(item.enum) : null,
      item.kind === 'int' ? null : countNote(item.count),
      item.validWhen.length === 0 ? null : `with ${item.validWhen.join(' or ')}`,
      this.known.has(item.spec) ? null : item.spec,
    ];
    return facts.filter((f) => f !== null && f !== '').join('; ');
  }
}

const holeNote = (node: CNode): string | null => (/^hole_\d/.test(node.name) ? 'no item of the text is here' : null);

function countNote(count: MemberCountIR): string | null {
  if ('fixed' in count) return null;
  if ('rest' in count) return 'to the end';
  const { field, unit, plus } = count;
  const more = plus === 0 ? '' : plus > 0 ? ` + ${plus}` : ` - ${-plus}`;
  return `${field}${more} ${unit}`;
}

/** What no declaration tells. */
function remarks(laid: LaidOut, tree: CTree, macros: OffsetMacros): string[] {
  return [
    ...tree.loose.map(
      (array) => `From ${macros.get(array)} on: ${array.name}[], ${countNote(array.count)}${elements(array)}.`,
    ),
    ...tree.behind.map((m) => `At ${macros.get(m)}: ${m.name}, ${fixedSizeOf(m)} bytes.`),
    ...(laid.maxSize === null ? [`${tree.size} bytes and what varies.`] : []),
  ];
}

function elements(array: ArrayMemberIR): string {
  if (array.kind === 'bytes') return '';
  return ` of ${elementSizeOf(array)} bytes${array.kind === 'structs' && array.elementSize === null ? ' or more' : ''}`;
}

type OffsetMacros = ReadonlyMap<MemberIR, string>;

/** Macros for what is not declared, in the order of the bytes. */
function offsetMacros({ loose, behind }: CTree, { macro, claim }: StructNames): OffsetMacros {
  const inOrder = [...loose, ...behind].sort(
    (a, b) => Number(a.after !== null) - Number(b.after !== null) || a.offset - b.offset,
  );
  return new Map(inOrder.map((m) => [m, claim(`${macro}_${upper(m.name)}_OFFSET`)]));
}

/** Where what is not declared lies: behind an array, that depends on how many bytes the array has. */
function places({ members }: LaidOut, macros: OffsetMacros): DefineView[] {
  return [...macros].map(([member, name]) => {
    const { terms, bytes } = placeOf(member, members);
    const [only = ''] = terms;
    if (bytes.length === 0) return { name, value: only };
    return { name: `${name}(${bytes.join(', ')})`, value: `(${terms.join(' + ')})` };
  });
}

/** The offset as a sum, with the bytes of each array before as a parameter. */
function placeOf(member: MemberIR, members: readonly MemberIR[]): { terms: string[]; bytes: string[] } {
  const array = members.find((m) => m.name === member.after);
  if (array === undefined) return { terms: [`${member.offset}u`], bytes: [] };
  const before = placeOf(array, members);
  const bytes = `${array.name.replaceAll(/\W/g, '_')}_bytes`;
  return { terms: [...before.terms, `(${bytes})`, `${member.offset}u`], bytes: [...before.bytes, bytes] };
}

function bitDefines(members: readonly MemberIR[], macro: string, claim: StructNames['claim']): DefineView[] {
  return members.flatMap((member) => {
    const at = member.name === '' ? macro : `${macro}_${upper(member.name)}`;
    if (member.kind === 'records') return bitDefines(member.fields, at, claim);
    if (member.kind !== 'int') return [];
    return member.bits.flatMap((bits) => maskAndShift(bits, `${at}_${upper(bits.name)}`, claim));
  });
}

function maskAndShift({ lsb, width }: BitsIR, name: string, claim: StructNames['claim']): DefineView[] {
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(lsb);
  const suffix = mask > 0xffffffffn ? 'ull' : 'u';
  return [
    { name: claim(`${name}_SHIFT`), value: String(lsb) },
    { name: claim(`${name}_MASK`), value: `0x${mask.toString(16)}${suffix}` },
  ];
}

function offsets(node: CNode, type: string, at: string): AssertView[] {
  const path = at + node.name;
  const own = {
    condition: `offsetof(${type}, ${path}) == ${node.offset}`,
    message: `${type}: ${path} is at byte ${node.offset}`,
  };
  // Members of the elements of an array have offsets from the start of an element.
  return node.array === '' ? [own, ...node.members.flatMap((m) => offsets(m, type, `${path}.`))] : [own];
}

const sizeOf = (type: string, size: number): AssertView => ({
  condition: `sizeof(${type}) == ${size}`,
  message: `${type} has ${size} bytes`,
});
