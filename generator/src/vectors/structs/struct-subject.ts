import type { Named } from '../../interpret/structs/family-index.js';
import type { ShapeIR } from '../../ir/structs.js';

/** Fields by path, spelled as the vector files of structs spell them. */
export type FlatFields = Readonly<Record<string, string>>;

/** What one implementation makes of the bytes of a struct. */
export type StructReading =
  | { readonly key: string; readonly fields: FlatFields; readonly size: number; readonly surplus: number }
  | {
      readonly error: {
        readonly code: string;
        readonly field: string;
        readonly offset: number;
        readonly expected: number | string;
        readonly got: number | string;
      };
    };

/** One way to decode and encode the structs of a family. */
export interface StructSubject {
  readonly name: string;
  decode(named: Named, bytes: Uint8Array): StructReading;
  /** Hexadecimal digits of the struct, or null where this implementation cannot express it. */
  encode(shape: ShapeIR, fields: FlatFields): string | null;
}
