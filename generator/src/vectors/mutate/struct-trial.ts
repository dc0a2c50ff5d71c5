import { decodeStruct, isRefusedStruct, type Leaf, spellLeaves } from '../../interpret/structs/decode-struct.js';
import { encodeStruct } from '../../interpret/structs/encode-struct.js';
import type { FamilyIndex } from '../../interpret/structs/family-index.js';
import { spellLayout, textToBytes } from '../../interpret/structs/spell-layout.js';
import { toHex } from '../../interpret/values.js';
import type { ShapeIR } from '../../ir/structs.js';
import type { IntType } from '../../ir/types.js';
import type { Entry } from '../../jsonl/entry.js';
import { sameValues, type Trial } from './trial.js';

/** What a struct is called in a vector, its bytes, its values, and where a compiler puts them. */
export interface StructVector {
  readonly struct: string;
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly fields: Entry;
  readonly offsets: Entry;
  readonly types: Entry;
  /** How many bytes lie behind the struct. */
  readonly surplus: number;
}

/** How a vector spells what was read, and what is written where it spells its fields so. */
interface Spelling {
  readonly read: (shape: ShapeIR, flat: Record<string, string>) => Entry;
  readonly given: (shape: ShapeIR, flat: Record<string, string>, fields: Entry) => Entry;
}

const AS_STRUCT: Spelling = { read: (_shape, flat) => flat, given: (_shape, _flat, fields) => fields };

/** Text is text. Reserved arrays are in no vector: they are written as they were read. */
const AS_LAYOUT: Spelling = {
  read: spellLayout,
  given: (shape, flat, fields) => ({ ...flat, ...textToBytes(shape, fields) }),
};

/** Its bytes read as its fields say, and they are written as its bytes. */
export const bytesTrial = (vector: StructVector, key: string): Trial<FamilyIndex> =>
  readingTrial(vector, key, AS_STRUCT);

/** The same of a memory layout. */
export const layoutTrial = (vector: StructVector, key: string): Trial<FamilyIndex> =>
  readingTrial(vector, key, AS_LAYOUT);

const readingTrial = (vector: StructVector, key: string, spelling: Spelling): Trial<FamilyIndex> => ({
  key,
  label: vector.label,
  holds(index) {
    const { struct, bytes, fields, surplus } = vector;
    const named = index.find(struct);
    if (named === null) return false;
    const read = decodeStruct(index, named, bytes);
    if (isRefusedStruct(read) || (read.surplus?.length ?? 0) !== surplus) return false;
    const { shape } = read;
    const flat = spellLeaves(read.leaves);
    if (!sameValues(spelling.read(shape, flat), fields)) return false;
    const written = encodeStruct(index, { struct: named.struct, shape }, spelling.given(shape, flat, fields));
    return !('error' in written) && toHex(written.bytes) === toHex(bytes.subarray(0, bytes.length - surplus));
  },
});

/** Its bytes alone tell the shape that its name names. */
export const choiceTrial = (vector: StructVector, key: string): Trial<FamilyIndex> => ({
  key,
  label: `${vector.label} by its bytes`,
  holds(index) {
    const named = index.find(vector.struct);
    if (named === null || named.shape === null) return false;
    const read = decodeStruct(index, { struct: named.struct, shape: null }, vector.bytes);
    return !isRefusedStruct(read) && read.shape === named.shape;
  },
});

/** Every value lies where the vector says, and has the type it says, as far as it says so. */
export const placeTrial = (
  { struct, label, bytes, offsets, types }: StructVector,
  key: string,
): Trial<FamilyIndex> => ({
  key,
  label: `${label} offsets and types`,
  holds(index) {
    const named = index.find(struct);
    const read = named === null ? null : decodeStruct(index, named, bytes);
    return (
      read !== null &&
      !isRefusedStruct(read) &&
      read.leaves.every(
        (leaf) =>
          (offsets[leaf.path] ?? leaf.offset) === leaf.offset && (types[leaf.path] ?? typeOf(leaf)) === typeOf(leaf),
      )
    );
  },
});

const SPELLED: Readonly<Record<IntType, string>> = {
  u8: 'u8',
  u16: 'le16',
  u24: 'le24',
  u32: 'le32',
  u64: 'le64',
  s32: 'sle32',
  be16: 'be16',
  be32: 'be32',
};

/** `le32`, `le16 bits 0..14`, `bytes6`. */
function typeOf({ member, bits, size }: Leaf): string {
  if (member.kind === 'bytes' || member.kind === 'records' || member.kind === 'structs') return `bytes${size}`;
  const word = SPELLED[member.type];
  return bits === null ? word : `${word} bits ${bits.lsb}..${bits.lsb + bits.width - 1}`;
}
