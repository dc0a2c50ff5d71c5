import { decodeStruct, isRefusedStruct, spellLeaves } from '../../interpret/structs/decode-struct.js';
import { encodeStruct } from '../../interpret/structs/encode-struct.js';
import type { FamilyIndex } from '../../interpret/structs/family-index.js';
import { toHex } from '../../interpret/values.js';
import type { StructSubject } from './struct-subject.js';

/** The reference interpreter over the IR. */
export const interpretedStructs = (index: FamilyIndex): StructSubject => ({
  name: 'interpreter',
  decode(named, bytes) {
    const result = decodeStruct(index, named, bytes);
    if (isRefusedStruct(result)) return result;
    const { shape, leaves, size, surplus } = result;
    return { key: shape.key, fields: spellLeaves(leaves), size, surplus: surplus?.length ?? 0 };
  },
  encode(shape, fields) {
    const struct = index.ir.structs.find((s) => s.shapes.includes(shape));
    if (struct === undefined) return null;
    const result = encodeStruct(index, { struct, shape }, fields);
    return 'error' in result ? null : toHex(result.bytes);
  },
});
