import { type BoundsIR, elementSizeOf, fixedSizeOf, type MemberCountIR, type MemberIR } from '../ir/structs.js';
import type { BitsIR, CountIR, FieldIR, HeaderRole, IntType } from '../ir/types.js';

/**
 * A field of a message, a header or a struct in one form, so that one comparison serves them all. An array of records is
 * a slot, and so is each field of its elements: `zones`, `zones[].z_cap`.
 */
export interface Slot {
  readonly name: string;
  /** What it is told by across dialects: the name its lineage first had for it. */
  readonly identity: string;
  /** Bytes from the start of the payload, header, struct or element, or from the end of `after`. */
  readonly offset: number;
  readonly after: string | null;
  /** Type of the integer, or of the elements. */
  readonly base: IntType | 'bytes' | 'uuid' | 'mac' | 'bitmap' | 'text' | 'record' | string;
  /** Bytes of the integer, or of one element. */
  readonly size: number;
  /** How many elements there are; null for a single integer. */
  readonly count: string | null;
  /** Elements where their number is fixed. */
  readonly fixed: number | null;
  readonly reserved: boolean;
  readonly enum: string | null;
  readonly role: HeaderRole | null;
  readonly bits: readonly BitsIR[];
  readonly bounds: BoundsIR | null;
  readonly validWhen: readonly string[];
}

export function slotOfField(field: FieldIR, start: number, prefix = ''): Slot {
  const int = field.kind === 'int';
  return {
    name: prefix + field.name,
    identity: prefix + (field.was ?? field.name),
    offset: field.offset - start,
    after: null,
    base: int ? field.type : field.kind === 'ints' ? field.type : field.format,
    size: int ? field.size : field.kind === 'ints' ? field.elementSize : 1,
    count: int ? null : countText(field.count),
    fixed: !int && 'fixed' in field.count ? field.count.fixed : null,
    reserved: field.reserved,
    enum: int ? field.enum : null,
    role: int ? field.role : null,
    bits: int ? field.bits : [],
    bounds: null,
    validWhen: [],
  };
}

export function slotsOfMember(member: MemberIR, prefix = ''): Slot[] {
  const name = joinName(prefix, member.name);
  const int = member.kind === 'int';
  const slot: Slot = {
    name,
    identity: name,
    offset: member.offset,
    after: member.after,
    base: baseOf(member),
    size: int ? member.size : elementSizeOf(member),
    count: int ? null : countText(member.count),
    fixed: !int && 'fixed' in member.count ? member.count.fixed : null,
    reserved: member.reserved,
    enum: int ? member.enum : null,
    role: null,
    bits: int ? member.bits : [],
    bounds: int ? member.bounds : null,
    validWhen: member.validWhen,
  };
  return member.kind === 'records'
    ? [slot, ...member.fields.flatMap((f) => (f.name === '' ? [] : slotsOfMember(f, `${name}[]`)))]
    : [slot];
}

function baseOf(member: MemberIR): string {
  if (member.kind === 'int' || member.kind === 'ints') return member.type;
  if (member.kind === 'bytes') return member.format;
  if (member.kind === 'structs') return member.struct;
  const [only] = member.fields;
  // Elements that are values themselves tell what they are; records are told by their fields.
  return only !== undefined && only.name === '' ? `${baseOf(only)}[${fixedSizeOf(only)}]` : 'record';
}

const joinName = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`);

function countText(count: CountIR | MemberCountIR): string {
  if ('fixed' in count) return String(count.fixed);
  if ('rest' in count) return '...';
  const plus = 'plus' in count && count.plus !== 0 ? ` ${count.plus > 0 ? '+' : '-'} ${Math.abs(count.plus)}` : '';
  return `${count.field}${plus}${count.unit === 'elements' ? '' : ` ${count.unit}`}`;
}

/** `u32`, `u8[count bits]`, `uuid`. */
export function typeOf({ base, count, size }: Slot): string {
  if (count === null || base === 'uuid' || base === 'mac') return base;
  const element = base === 'bytes' || base === 'bitmap' ? 'u8' : base === 'text' ? 'char' : base;
  return `${element === 'record' ? `record of ${size}` : element}[${count}]`;
}

/** `u16 at 12`: where the slot is and what; offsets count from the first byte of the message or struct. */
export function placeText(slot: Slot, start: number): string {
  const place =
    slot.after === null
      ? `at ${slot.offset + start}`
      : `behind ${slot.after}${slot.offset === 0 ? '' : ` + ${slot.offset}`}`;
  return `${typeOf(slot)} ${place}${slot.reserved ? ', reserved' : ''}`;
}

/** Bytes a slot takes in every message; 0 where it varies. */
export const spanOf = ({ size, count, fixed }: Slot): number => (count === null ? size : size * (fixed ?? 0));
