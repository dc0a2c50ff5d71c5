import type { IntMemberIR, MemberIR, ShapeIR, StructIR } from '../../../ir/structs.js';
import { varies } from '../../../ir/structs.js';
import type { BitsIR } from '../../../ir/types.js';
import { identifier, Names } from '../names.js';

/** Every name a struct module exports, imports or needs of the language, whatever its fields are called. */
const MODULE = [
  ...['view', 'p', 'end', 'i', 'j', 'STRUCT', 'size', 'check', 'describe', 'decode', 'decodeExact', 'View'],
  ...['encode', 'encode_lohi', 'encode_number', 'encode_fields', 'Fields', 'FieldsInput', 'Struct', 'WireError'],
  ...['ErrorCode', 'copy_bytes', 'fill_zero', 'u64_number', 'short_body', 'short_tail', 'exact_struct'],
  ...['Array', 'ArrayLike', 'Math', 'Number', 'Uint8Array', 'undefined'],
];

/** Members every `View` has, whatever its fields are called. */
const MEMBERS = ['constructor', 'view', 'p', 'end', 'bind', 'at', 'check'];

/** How the members of a shape are called in one scope: its module, or its `View`. */
export interface MemberNames {
  readonly names: Names;
  of(item: MemberIR | BitsIR): string;
  /** Names made from that of a member by what follows it: `length` → `data_length`. */
  derived(member: MemberIR): Readonly<Record<string, string>>;
  /** The method that writes an element. */
  setter(item: MemberIR | BitsIR): string;
}

function suffixes(member: MemberIR): readonly string[] {
  const end = varies(member) ? ['end'] : [];
  switch (member.kind) {
    case 'int':
      return member.type === 'u64' ? ['lo', 'hi', 'number'] : [];
    case 'ints':
      return ['count', 'at', 'offset', ...end];
    case 'records':
      return ['count', 'offset', ...end];
    case 'structs':
      return member.elementSize === null
        ? ['offset', 'next', 'list', ...end]
        : ['count', 'offset', 'at', 'list', ...end];
    case 'bytes':
      return ['offset', 'length', 'view', ...end];
  }
}

/** Members with the path their names are made of; those of an element come behind their array. */
function* walk(members: readonly MemberIR[], prefix: string): Generator<{ member: MemberIR; path: string }> {
  for (const member of members) {
    const path = member.name === '' ? `${prefix}at` : `${prefix}${identifier(member.name)}`;
    yield { member, path };
    if (member.kind === 'records') yield* walk(member.fields, `${path}_`);
  }
}

function nameMembers(shape: ShapeIR, names: Names): MemberNames {
  const own = new Map<object, string>();
  const derived = new Map<object, Record<string, string>>();
  const all = [...walk(shape.fields, '')];
  for (const { member, path } of all) own.set(member, names.claim(path));
  for (const { member, path } of all) {
    if (member.kind !== 'int') continue;
    const word = member.name === '' ? path.replace(/_at$/, '') : path;
    for (const bits of member.bits) own.set(bits, names.claim(`${word}_${bits.name}`));
  }
  for (const { member, path } of all)
    derived.set(member, Object.fromEntries(suffixes(member).map((s) => [s, names.claim(`${path}_${s}`)])));
  const setters = new Map<object, string>();
  const set = (item: MemberIR | BitsIR, name: string): void => void setters.set(item, names.claim(`set_${name}`));
  for (const { member } of all) {
    if (member.kind === 'ints') set(member, derived.get(member)?.at ?? '');
    if (member.kind !== 'records') continue;
    for (const field of member.fields) {
      if (field.kind === 'int') for (const item of wordsOf(field)) set(item, own.get(item) ?? '');
      else if (field.kind === 'ints') set(field, derived.get(field)?.at ?? '');
    }
  }
  return {
    names,
    of: (item) => own.get(item) ?? item.name,
    derived: (member) => derived.get(member) ?? {},
    setter: (item) => setters.get(item) ?? '',
  };
}

/** A word, or the groups of bits it is made of. */
const wordsOf = (member: IntMemberIR): readonly (MemberIR | BitsIR)[] =>
  member.bits.length === 0 ? [member] : member.bits;

/** The functions of a struct module. */
export const structNames = (shape: ShapeIR): MemberNames => nameMembers(shape, new Names(MODULE));

/** The members of a shape's `View`. */
export const structViewNames = (shape: ShapeIR): MemberNames => nameMembers(shape, new Names(MEMBERS));

/** `virtio_net_hdr+hash` → `virtio_net_hdr.hash`: the module's file, without its ending. */
export const fileOf = (key: string): string => key.replaceAll(/[+/:]/g, '.');

/** `virtio_net_hdr+hash` → `virtio_net_hdr__hash`: the module in the family's index. One underscore could be a struct. */
export const identOf = (key: string): string => identifier(key.replaceAll(/[+/:]/g, '__'));

/** Whether the name of the struct stands for several shapes, and so for a module that chooses one. */
export const hasChoice = (struct: StructIR): boolean => struct.choice.by !== 'none';
