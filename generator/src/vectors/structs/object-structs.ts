import type { FamilyIndex } from '../../interpret/structs/family-index.js';
import { toHex } from '../../interpret/values.js';
import { embedded } from '../object-subject.js';
import { type FamilyModule, shapeModule, structModule } from './family-module.js';
import { flatten, nativeStruct } from './flat.js';
import type { StructSubject } from './struct-subject.js';

export const LARGEST = 65536;

/** The owned object form of the generated codecs: `decode` and `encode_fields`. */
export function objectStructs(module: FamilyModule, index: FamilyIndex): StructSubject {
  const scratch = new DataView(new ArrayBuffer(LARGEST));
  return {
    name: 'object codec',
    decode(named, bytes) {
      const { view, p } = embedded(bytes);
      const result = structModule(module, named).decode(view, p, p + bytes.length);
      if ('wireError' in result) return { error: result };
      const { name, fields, size, surplus } = result;
      return { key: name, fields: flatten(fields), size, surplus };
    },
    encode(shape, fields) {
      new Uint8Array(scratch.buffer).fill(0xaa);
      const size = shapeModule(module, shape).encode_fields(scratch, 0, nativeStruct(shape, fields, index));
      return size === 0 && shape.minSize > 0 ? null : toHex(new Uint8Array(scratch.buffer, 0, size));
    },
  };
}
