import { readInt } from '../interpret/int.js';
import { type Leaf as DecodedLeaf, decodeStruct, isRefusedStruct } from '../interpret/structs/decode-struct.js';
import { encodeStruct } from '../interpret/structs/encode-struct.js';
import type { FamilyIndex, Named } from '../interpret/structs/family-index.js';
import { toHex } from '../interpret/values.js';
import { chosenBy, type ShapeIR, type StructIR } from '../ir/structs.js';
import type { Leaf, Reading } from './item.js';
import { bitsLeaf, constantOf, intLeaf } from './leaf.js';
import { type Slot, slotsOfMember } from './slot.js';
import { shapeValues, tagsOf } from './struct-values.js';
import type { Fact, Subject, Unit } from './subject.js';
import type { Trial } from './trial.js';

/** A family of structs as a side of a comparison. Its units are the shapes; bytes alone never tell which struct they are. */
export class FamilySubject implements Subject {
  readonly name: string;
  readonly header: readonly Slot[] = [];
  readonly units: readonly Unit[];
  readonly #structs = new Map<string, Named & { readonly shape: ShapeIR }>();
  readonly #slots = new Map<string, ReadonlySet<string>>();

  constructor(readonly index: FamilyIndex) {
    const { ir } = index;
    this.name = `${ir.protocol}/${ir.family}`;
    for (const struct of ir.structs) for (const shape of struct.shapes) this.#structs.set(shape.key, { struct, shape });
    this.units = [...this.#structs.values()].map(({ struct, shape }) => unitOf(struct, shape));
    for (const { key, slots } of this.units) this.#slots.set(key, new Set(slots.map((slot) => slot.name)));
  }

  get enums() {
    return this.index.ir.enums;
  }

  write(unit: Unit, trial: Trial): Uint8Array | null {
    const named = this.#structs.get(unit.key);
    if (named === undefined) return null;
    const encoded = encodeStruct(this.index, named, shapeValues(this.index, named, trial));
    return 'error' in encoded ? null : encoded.bytes;
  }

  read(bytes: Uint8Array, expected: Unit | null): Reading {
    const named = this.#structs.get(expected?.key ?? '');
    if (named === undefined) throw new Error('a struct is read by its name');
    const { struct, shape } = named;
    const told =
      struct.choice.by === 'size' || (struct.choice.by === 'tag' && chosenBy(struct.choice).includes(shape.key));
    const decoded = decodeStruct(this.index, { struct, shape: told ? null : shape }, bytes);
    if (isRefusedStruct(decoded)) return { error: decoded.error };
    const leaves = this.#leaves(decoded.shape, decoded.leaves, bytes);
    // Where only the size tells shapes apart, a longer or shorter one is still the same struct.
    const identity = struct.choice.by === 'size' ? shape.key : decoded.shape.key;
    return { unit: decoded.shape.key, identity, leaves, end: decoded.size };
  }

  /** The shape by whose struct the bytes of `unit` would be read: it may know the struct and not the arm. */
  standIn(unit: Unit): Unit | null {
    const name = /^\w*/.exec(unit.key)?.[0];
    return this.units.find(({ key }) => this.#structs.get(key)?.struct.name.replace(/:.*/, '') === name) ?? null;
  }

  #leaves(shape: ShapeIR, decoded: readonly DecodedLeaf[], bytes: Uint8Array): Leaf[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const slots = this.#slots.get(shape.key) ?? new Set<string>();
    let word: Leaf | null = null;
    return decoded.flatMap(({ path, value, offset, size, member, bits }): Leaf[] => {
      const { reserved } = member;
      const at = { offset, size, reserved };
      if (value instanceof Uint8Array) {
        const span = [8 * offset, 8 * (offset + size)] as const;
        const zero = value.every((byte) => byte === 0);
        return [
          {
            path,
            slot: slotOf(path, slots),
            value: toHex(value),
            zero,
            offset,
            size,
            bits: span,
            group: false,
            reserved,
            constant: null,
          },
        ];
      }
      const named = member.kind === 'int' ? member.enum : null;
      if (bits === null || member.kind !== 'int')
        return [intLeaf(path, slotOf(path, slots), BigInt(value), at, constantOf(this.enums, named, BigInt(value)))];
      const own = path.slice(0, path.length - bits.name.length - 1);
      const group = (of: Leaf): Leaf => bitsLeaf(of, member.type, bits, BigInt(value));
      if (word?.path === own) return [group(word)];
      const whole = BigInt(readInt(view, offset, member.type));
      word = intLeaf(own, slotOf(own, slots), whole, at, constantOf(this.enums, named, whole));
      return [word, group(word)];
    });
  }
}

/** `zones[3].z_cap` → `zones[].z_cap`; what lies in an element that is a struct of its own belongs to the array. */
function slotOf(path: string, slots: ReadonlySet<string>): string {
  for (let name = path.replace(/\[\d+\]/g, '[]'); name !== ''; name = name.replace(/(\[\]|\.?[^.[\]]+)$/, ''))
    if (slots.has(name)) return name;
  return path;
}

function unitOf(struct: StructIR, shape: ShapeIR): Unit {
  const facts: Fact[] = [];
  const fact = (name: string, value: string | number | null, axis: Fact['axis']): void => {
    if (value !== null) facts.push({ name, value: String(value), axis });
  };
  for (const [tag, values] of tagsOf(struct.choice, shape.key)) fact(`when ${tag}`, values, 'wire');
  if (struct.region !== undefined && shape === struct.shapes[0]) {
    const { minSlots, magic, chain } = struct.region;
    fact('min_slots', minSlots, 'meaning');
    fact('magic', magic === null ? null : `${magic.field} = ${magic.bytes}`, 'wire');
    fact('chain', chain, 'meaning');
  }
  return {
    key: shape.key,
    identity: shape.key,
    slots: shape.fields.flatMap((member) => slotsOfMember(member)),
    start: 0,
    rules: struct.region?.constraints ?? [],
    facts,
  };
}
