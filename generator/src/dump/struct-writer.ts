import { readInt } from '../interpret/int.js';
import { chooseShape } from '../interpret/structs/choose-shape.js';
import { decodeStruct, isRefusedStruct, joined } from '../interpret/structs/decode-struct.js';
import type { FamilyIndex, Named } from '../interpret/structs/family-index.js';
import { startOf } from '../interpret/structs/place.js';
import type { ArrayMemberIR, IntMemberIR, MemberIR, RecordsMemberIR, ShapeIR, StructsMemberIR } from '../ir/structs.js';
import { elementSizeOf, fixedSizeOf, isWalked, segmentsOf, varies } from '../ir/structs.js';
import { piecesOf } from './pieces.js';
import type { DumpRow } from './row.js';
import { Rows, type Told, toldOf } from './rows.js';

/** A struct in the making: where it began, and the ends of its arrays of variable size so far. */
interface Frame {
  readonly base: number;
  readonly shape: ShapeIR;
  readonly ends: Map<string, number>;
  readonly runs: ReadonlyMap<ArrayMemberIR, number>;
}

/** Path of what holds a member, and whether that is in an array of variable size. */
interface Within {
  readonly prefix: string;
  readonly part: 'body' | 'tail';
}

interface ArrayLabel {
  readonly label: string;
  readonly part: Within['part'];
  readonly told: Told;
}

const ONE_VALUE: readonly string[] = ['uuid', 'mac'];

const WHOLE: Within = { prefix: '', part: 'body' };

/** Writes the members of a struct, those of its elements included. */
export class StructWriter extends Rows {
  constructor(
    readonly index: FamilyIndex,
    bytes: Uint8Array,
    all: boolean,
  ) {
    super(index.ir.enums, bytes, all);
  }

  /** The struct that begins here, as far as bytes reach; null, or the row of the member that is not whole. */
  struct({ struct, shape: named }: Named, within: Within = WHOLE): DumpRow | null {
    const base = this.at;
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + base, this.bytes.length - base);
    const chosen = named ?? chooseShape(this.index, struct, view, view.byteLength);
    if ('settled' in chosen)
      return this.#members(chosen.settled.members, this.#frame(chosen.settled.shape, base), within);
    const frame = this.#frame(chosen, base);
    const broken = this.#members(chosen.fields, frame, within);
    if (broken !== null) return broken;
    const last = segmentsOf(chosen).at(-1);
    const size = last === undefined ? chosen.minSize : (frame.ends.get(last.array.name) ?? 0) + last.run;
    this.plain('hole', Math.min(base + size, this.bytes.length));
    return null;
  }

  #frame(shape: ShapeIR, base: number): Frame {
    return { base, shape, ends: new Map(), runs: new Map(segmentsOf(shape).map(({ array, run }) => [array, run])) };
  }

  #members(members: readonly MemberIR[], frame: Frame, within: Within): DumpRow | null {
    for (const member of members) {
      const start = frame.base + startOf(member, frame.ends);
      const broken = this.#member(member, start, within, () => this.#bytesOf(member as ArrayMemberIR, frame));
      if (broken !== null) return broken;
      if (varies(member)) frame.ends.set(member.name, this.at - frame.base);
    }
    return null;
  }

  /** A member at `start`; `bytesOf` tells what an array there should have, which may be more than there are. */
  #member(member: MemberIR, start: number, within: Within, bytesOf: () => number): DumpRow | null {
    const end = this.bytes.length;
    this.plain('hole', Math.min(start, end));
    const part = varies(member) ? 'tail' : within.part;
    const about: ArrayLabel = { label: joined(within.prefix, member.name), part, told: toldOf(member) };
    if (member.kind === 'int') return this.int(member, about, end);
    if (isWalked(member)) return this.#walk(member, about);
    return this.#array(member, bytesOf(), about);
  }

  #array(member: ArrayMemberIR, bytes: number, about: ArrayLabel): DumpRow | null {
    const { at } = this;
    const end = this.bytes.length;
    const each = elementSizeOf(member);
    const type = typeOf(member);
    if (bytes < 0) return this.cut(type, about, at);
    const whole = Math.floor(Math.min(bytes, end - at) / each);
    if (bytes === 0) this.empty(type, about);
    // An address is one value: half of it is none.
    if (ONE_VALUE.includes(type) && member.kind === 'bytes' && at + bytes > end) return this.cut(type, about, end);
    if (member.kind === 'ints') this.elements(member.type, each, whole, about);
    else if (member.kind === 'bytes') this.byteRows(member.format, whole, about);
    else {
      const broken = this.#records(member, each, whole, about);
      if (broken !== null) return broken;
    }
    if (whole * each === bytes) return null;
    const next = { ...about, label: `${about.label}[${whole}]` };
    if (at + bytes <= end) {
      // Counted in bytes, and not in whole elements.
      this.rest(type, next, at + bytes);
      return null;
    }
    if (member.kind === 'ints' || member.kind === 'bytes') return this.cut(type, next, end);
    return this.#element(member, within(about, whole)) ?? this.cut(type, next, end);
  }

  #records(member: RecordsMemberIR | StructsMemberIR, each: number, count: number, about: ArrayLabel): DumpRow | null {
    for (const piece of piecesOf(count, 1, this.all)) {
      if (piece.folded) this.folded(piece, piece.count * each, about);
      else {
        const start = this.at;
        const broken = this.#element(member, within(about, piece.from));
        if (broken !== null) return broken;
        this.plain('hole', start + each);
      }
    }
    return null;
  }

  #element(member: RecordsMemberIR | StructsMemberIR, own: Within): DumpRow | null {
    if (member.kind === 'structs') {
      const named = this.index.find(member.struct);
      return named === null ? null : this.struct(named, own);
    }
    const base = this.at;
    for (const field of member.fields) {
      const broken = this.#member(field, base + field.offset, own, () => fixedSizeOf(field));
      if (broken !== null) return broken;
    }
    return null;
  }

  /** Elements that differ in size, to the end; what is too short for one is no element. */
  #walk(member: StructsMemberIR, about: ArrayLabel): DumpRow | null {
    const named = this.index.find(member.struct);
    if (named === null) return null;
    const starts: number[] = [];
    let at = this.at;
    while (this.bytes.length - at >= member.least) {
      starts.push(at);
      const element = decodeStruct(this.index, named, this.bytes.subarray(at));
      if (isRefusedStruct(element)) break;
      at += element.size;
    }
    if (starts.length === 0) this.empty(typeOf(member), about);
    for (const piece of piecesOf(starts.length, 1, this.all)) {
      const next = starts[piece.from + piece.count];
      if (piece.folded) this.folded(piece, (next ?? at) - this.at, about);
      else {
        const broken = this.struct(named, within(about, piece.from));
        if (broken !== null) return broken;
      }
    }
    return null;
  }

  /** Bytes an array should have. Its counter stands before it and has been read. */
  #bytesOf(member: ArrayMemberIR, { base, shape, ends, runs }: Frame): number {
    const each = elementSizeOf(member);
    const { count } = member;
    if ('fixed' in count) return count.fixed * each;
    if ('rest' in count)
      return Math.floor(Math.max(0, this.bytes.length - this.at - (runs.get(member) ?? 0)) / each) * each;
    const counter = shape.fields.find((f): f is IntMemberIR => f.kind === 'int' && f.name === count.field);
    if (counter === undefined) return 0;
    const n = Number(readInt(this.view, base + startOf(counter, ends), counter.type)) + count.plus;
    return count.unit === 'bytes' ? n : n * each;
  }
}

const within = ({ label, part }: ArrayLabel, i: number): Within => ({ prefix: `${label}[${i}]`, part });

/** An element that is a value itself has no name, and the array is one of such values. */
function typeOf(member: ArrayMemberIR): string {
  if (member.kind === 'ints') return member.type;
  if (member.kind === 'bytes') return member.format;
  if (member.kind === 'structs') return member.struct;
  const [value] = member.fields;
  if (value === undefined || value.name !== '') return 'struct';
  return value.kind === 'int' ? value.type : typeOf(value);
}
