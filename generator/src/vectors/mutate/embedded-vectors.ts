import { decodeStruct, isRefusedStruct, joined } from '../../interpret/structs/decode-struct.js';
import type { FamilyIndex } from '../../interpret/structs/family-index.js';
import type { StructIR } from '../../ir/structs.js';
import type { Entry } from '../../jsonl/entry.js';
import type { StructVector } from './struct-trial.js';

/**
 * Vectors of a struct that has none of its own, cut out of those of structs it stands in: where a vector names exactly the
 * fields of the struct behind one prefix, and says at which offsets. The bytes and offsets are the vector's.
 */
export function embeddedVectors(
  index: FamilyIndex,
  struct: StructIR,
  vectors: readonly StructVector[],
): StructVector[] {
  return struct.shapes.flatMap((shape) => {
    if (shape.maxSize !== shape.minSize) return [];
    const empty = decodeStruct(index, { struct, shape }, new Uint8Array(shape.minSize));
    const paths = isRefusedStruct(empty) ? [] : empty.leaves.map((leaf) => leaf.path);
    const [first] = paths;
    // A name alone is too little to know a struct by.
    if (first === undefined || paths.length < 2) return [];
    return vectors.flatMap((vector) =>
      Object.keys(vector.fields)
        .filter((path) => path.endsWith(`.${first}`))
        .map((path) => path.slice(0, -first.length - 1))
        .flatMap((prefix) => cut(vector, prefix, paths, shape.key, shape.minSize)),
    );
  });
}

function cut(vector: StructVector, prefix: string, paths: readonly string[], struct: string, size: number) {
  const there = Object.keys(vector.fields).filter((path) => path.startsWith(`${prefix}.`));
  const whole = there.length === paths.length && paths.every((path) => there.includes(joined(prefix, path)));
  const start = Math.min(...paths.map((path) => Number(vector.offsets[joined(prefix, path)])));
  if (!whole || !Number.isInteger(start) || start + size > vector.bytes.length) return [];
  const of = (all: Entry, by = 0): Entry =>
    Object.fromEntries(
      paths.map((path) => {
        const value = all[joined(prefix, path)];
        return [path, typeof value === 'number' ? value - by : value];
      }),
    );
  return [
    {
      struct,
      label: `${vector.label} ${prefix}`,
      bytes: vector.bytes.subarray(start, start + size),
      fields: of(vector.fields),
      offsets: of(vector.offsets, start),
      types: of(vector.types),
      surplus: 0,
    },
  ];
}
