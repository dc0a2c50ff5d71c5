import { didYouMean } from '../../diagnostics/did-you-mean.js';
import type { IntMemberIR, MemberIR, ShapeIR, StructIR, StructsMemberIR, TagChoiceIR } from '../../ir/structs.js';
import { chosenBy, elementSizeOf, fixedSizeOf, isFixed, isWalked, leastBytes, varies } from '../../ir/structs.js';
import type { IntType } from '../../ir/types.js';
import { byteValues, EncodeProblem, fail, type Given, integer, own, wholeNumber } from '../encode.js';
import { writeInt } from '../int.js';
import type { WireError } from '../wire-error.js';
import { joined } from './decode-struct.js';
import type { FamilyIndex, Named } from './family-index.js';

export interface EncodedStruct {
  readonly shape: ShapeIR;
  readonly bytes: Uint8Array;
}

/** Writes one struct from values by path. Never throws on bad values: they come back as an error that names the field. */
export function encodeStruct(
  index: FamilyIndex,
  named: Named,
  given: Given,
): EncodedStruct | { readonly error: WireError } {
  try {
    const shape = named.shape ?? shapeFor(index, named.struct, given);
    return { shape, bytes: new Writer(index, shape, given).bytes() };
  } catch (problem) {
    if (problem instanceof EncodeProblem) return { error: problem.error };
    throw problem;
  }
}

/** The shape that ends with the last tail of which something is given, or whose arm the given tag chooses. */
export function shapeFor(index: FamilyIndex, struct: StructIR, given: Given): ShapeIR {
  const { choice } = struct;
  const first = struct.shapes[0] as ShapeIR;
  const shapeOf = (key: string): ShapeIR => index.shape(key) ?? first;
  if (choice.by === 'none') return first;
  if (choice.by === 'size') {
    const roots = Object.keys(given).map(rootOf);
    const needed = choice.shapes.filter((key, i) => {
      const before = shapeOf(choice.shapes[i - 1] ?? key).fields.map((f) => rootOf(f.name));
      return shapeOf(key).fields.some((f) => !before.includes(rootOf(f.name)) && roots.includes(rootOf(f.name)));
    });
    return shapeOf(needed.at(-1) ?? first.key);
  }
  return chosenByTag(struct, choice, given, shapeOf);
}

function chosenByTag(struct: StructIR, choice: TagChoiceIR, given: Given, shapeOf: (key: string) => ShapeIR): ShapeIR {
  if (choice.by === 'request') {
    const names = chosenBy(choice).join(', ');
    return fail(
      'ambiguous',
      `the request tells the shape of ${struct.name}: name one of ${names}`,
      choice.tag,
      0,
      names,
      struct.name,
    );
  }
  const value = own(given, choice.tag);
  if (value === undefined)
    return fail('missing_field', `"${choice.tag}" of ${struct.name} is not given`, choice.tag, 0, 'a value', 'nothing');
  const tag = Number(value);
  const then = choice.cases.find((c) => c.values.includes(tag))?.shape ?? choice.otherwise;
  if (typeof then === 'string') return shapeOf(then);
  if (then !== null) return chosenByTag(struct, then, given, shapeOf);
  const known = choice.cases.flatMap((c) => c.values).join(', ');
  return fail('unknown_arm', `${choice.tag} ${tag} of ${struct.name} chooses no arm`, choice.tag, 0, known, tag);
}

/** `zones[0].z_cap` → `zones`. */
const rootOf = (path: string): string => path.split(/[.[]/)[0] ?? '';

/** One run of encoding. Values are taken from `given` by path; what nobody took has no place in the struct. */
class Writer {
  readonly #known = new Set<string>();
  /** Bytes of every member, in order. */
  readonly #pieces = new Map<MemberIR, Uint8Array>();

  constructor(
    readonly index: FamilyIndex,
    readonly shape: ShapeIR,
    readonly given: Given,
  ) {}

  bytes(): Uint8Array {
    for (const member of this.shape.fields) this.#pieces.set(member, this.#piece(member));
    this.#refuseUnknown();
    let size = this.shape.minSize;
    const ends = new Map<string, number>();
    const start = (m: MemberIR): number => m.offset + (m.after === null ? 0 : (ends.get(m.after) ?? 0));
    for (const member of this.shape.fields.filter(varies)) {
      const length = this.#pieces.get(member)?.length ?? 0;
      size += length - leastBytes(member);
      ends.set(member.name, start(member) + length);
    }
    const bytes = new Uint8Array(size);
    for (const [member, piece] of this.#pieces) bytes.set(piece, start(member));
    return bytes;
  }

  #piece(member: MemberIR): Uint8Array {
    if (member.kind === 'int') return this.#word(member, member.name, this.#derived(member));
    const elements = this.#elements(member, member.name);
    if (!isWalked(member)) this.#agree(member, elements.length / elementSizeOf(member));
    return elements;
  }

  /** All elements of an array, laid one behind the other. */
  #elements(member: Exclude<MemberIR, IntMemberIR>, path: string): Uint8Array {
    if (member.kind === 'bytes') return this.#byteArray(member, path);
    if (member.kind === 'structs') return this.#structs(member, path);
    const each = member.elementSize;
    const n = isFixed(member.count) ? member.count.fixed : this.#counted(path);
    const bytes = new Uint8Array(n * each);
    for (let i = 0; i < n; i++) bytes.set(this.#element(member, `${path}[${i}]`), i * each);
    return bytes;
  }

  /** Elements that are structs of their own, each from what is given below its path. */
  #structs(member: StructsMemberIR, path: string): Uint8Array {
    const named = this.index.find(member.struct);
    const n = isFixed(member.count) ? member.count.fixed : this.#counted(path);
    const pieces: number[] = [];
    for (let i = 0; named !== null && i < n; i++) {
      const prefix = `${path}[${i}].`;
      const own = Object.entries(this.given).filter(([key]) => key.startsWith(prefix));
      for (const [key] of own) this.#known.add(key);
      const inner = Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
      const written = encodeStruct(this.index, named, inner);
      if ('error' in written) {
        const { error } = written;
        throw new EncodeProblem({
          ...error,
          field: `${prefix}${error.field}`,
          message: `${path}[${i}]: ${error.message}`,
        });
      }
      for (const byte of written.bytes) pieces.push(byte);
    }
    return Uint8Array.from(pieces);
  }

  #element(member: Exclude<MemberIR, { kind: 'int' | 'bytes' | 'structs' }>, path: string): Uint8Array {
    const bytes = new Uint8Array(member.elementSize);
    if (member.kind === 'ints') return this.#integer(member.type, member.elementSize, path, member.reserved, null);
    for (const field of member.fields) {
      const inner = joined(path, field.name);
      const piece = field.kind === 'int' ? this.#word(field, inner, null) : this.#elements(field, inner);
      bytes.set(piece, field.offset);
    }
    return bytes;
  }

  #byteArray(member: Extract<MemberIR, { kind: 'bytes' }>, path: string): Uint8Array {
    const size = fixedSizeOf(member);
    const value = this.#take(path);
    if (value === undefined) {
      if (member.reserved || this.#mayBeEmpty(member)) return new Uint8Array(size);
      return this.#missing(path, member.offset);
    }
    const bytes = byteValues(path, member.offset, value);
    if (isFixed(member.count) && bytes.length !== size)
      return fail(
        'bad_value',
        `"${path}" has ${size} bytes, ${bytes.length} given`,
        path,
        member.offset,
        size,
        bytes.length,
      );
    return bytes;
  }

  /** Bytes that are not there are none where the struct just ends, or where their count says so. */
  #mayBeEmpty({ count }: Extract<MemberIR, { kind: 'bytes' }>): boolean {
    return 'rest' in count || ('field' in count && own(this.given, count.field) !== undefined);
  }

  /** An integer, whole or by its groups of bits. */
  #word(member: IntMemberIR, path: string, derived: number | null): Uint8Array {
    const { type, size, bits, offset } = member;
    const parts = bits.filter((b) => own(this.given, joined(path, b.name)) !== undefined);
    if (parts.length === 0) {
      for (const b of bits) this.#known.add(joined(path, b.name));
      return this.#integer(
        type,
        size,
        path,
        member.reserved || (bits.length > 0 && bits.every((b) => b.reserved)),
        derived,
      );
    }
    let value = 0n;
    for (const b of bits) {
      const name = joined(path, b.name);
      const part = this.#take(name);
      if (part === undefined && !b.reserved) return this.#missing(name, offset);
      const highest = (1n << BigInt(b.width)) - 1n;
      const n = part === undefined ? 0n : wholeNumber({ type, offset }, name, part);
      if (n < 0n || n > highest)
        fail(
          'out_of_range',
          `"${name}" is ${n}, its ${b.width} bits hold 0 to ${highest}`,
          name,
          offset,
          `0..${highest}`,
          String(n),
        );
      value |= n << BigInt(b.lsb);
    }
    const whole = this.#take(path);
    if (whole !== undefined && integer({ type, offset }, path, whole) !== value)
      fail(
        'disagreement',
        `"${path}" is ${String(whole)}, its parts say ${value}`,
        path,
        offset,
        String(value),
        String(whole),
      );
    return bytesOf(type, size, value);
  }

  #integer(type: IntType, size: number, path: string, reserved: boolean, derived: number | null): Uint8Array {
    const value = this.#take(path) ?? derived ?? (reserved ? 0 : undefined);
    return value === undefined
      ? this.#missing(path, 0)
      : bytesOf(type, size, integer({ type, offset: 0 }, path, value));
  }

  #take(path: string): unknown {
    this.#known.add(path);
    return own(this.given, path);
  }

  readonly #missing = (path: string, offset: number): never =>
    fail('missing_field', `"${path}" of ${this.shape.key} is not given`, path, offset, 'a value', 'nothing');

  /** Number of elements given: one more than the highest index. */
  #counted(path: string): number {
    let n = 0;
    for (const key of Object.keys(this.given)) {
      if (!key.startsWith(`${path}[`)) continue;
      const i = /^\d{1,6}(?=\])/.exec(key.slice(path.length + 1))?.[0];
      if (i !== undefined) n = Math.max(n, Number(i) + 1);
    }
    // Indexes are a peer's words: a hole would be found as a missing value, but not before memory was taken for it.
    return Math.min(n, Object.keys(this.given).length);
  }

  /** The count a field holds for its array, where it is not given. */
  #derived(member: IntMemberIR): number | null {
    const array = this.shape.fields.filter(varies).find((a) => 'field' in a.count && a.count.field === member.name);
    if (array === undefined || !('field' in array.count) || own(this.given, member.name) !== undefined) return null;
    const each = elementSizeOf(array);
    const n = this.#elements(array, array.name).length / each;
    return (array.count.unit === 'bytes' ? n * each : n) - array.count.plus;
  }

  #agree(member: Exclude<MemberIR, IntMemberIR>, n: number): void {
    if (!('field' in member.count)) return;
    const { field, unit, plus } = member.count;
    const stated = own(this.given, field);
    if (stated === undefined) return;
    const needed = (unit === 'bytes' ? n * elementSizeOf(member) : n) - plus;
    if (Number(stated) !== needed)
      fail(
        'disagreement',
        `"${field}" is ${String(stated)}, but "${member.name}" has ${n} elements`,
        field,
        member.offset,
        needed,
        String(stated),
      );
  }

  #refuseUnknown(): void {
    for (const name of Object.keys(this.given)) {
      if (this.#known.has(name)) continue;
      const hint = didYouMean(name, [...this.#known]);
      fail(
        'unknown_field',
        `${this.shape.key} has no field "${name}"${hint === undefined ? '' : `: ${hint}`}`,
        name,
        0,
        [...this.#known].join(' '),
        name,
      );
    }
  }
}

function bytesOf(type: IntType, size: number, value: bigint): Uint8Array {
  const bytes = new Uint8Array(size);
  writeInt(new DataView(bytes.buffer), 0, type, value);
  return bytes;
}
