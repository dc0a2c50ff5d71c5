import { identOf } from '../../backends/typescript/structs/shape-names.js';
import type { Named } from '../../interpret/structs/family-index.js';
import type { FamilyIR, ShapeIR } from '../../ir/structs.js';
import { type CodecError, StaleCodecs } from '../codec-module.js';

/** The object form a generated `decode` of a struct returns. */
export interface CodecStruct {
  readonly name: string;
  readonly fields: object;
  readonly size: number;
  readonly surplus: number;
}

/** A generated struct module, as far as a caller can use it without knowing the struct. */
export type StructModule = Readonly<Record<string, unknown>> & {
  readonly check: (view: DataView, p: number, end: number) => number;
  readonly decode: (view: DataView, p: number, end: number) => CodecStruct | CodecError;
  readonly encode_fields: (view: DataView, p: number, fields: object) => number;
};

/** The generated module of a family. */
export interface FamilyModule {
  readonly FAMILY: { readonly protocol: string; readonly family: string; readonly hash: string };
  readonly [struct: string]: unknown;
}

/** The generated codecs of a family; refuses codecs that do not belong to `ir`. */
export async function loadFamily(ir: FamilyIR): Promise<FamilyModule> {
  const name = `${ir.protocol}/${ir.family}`;
  const specifier = `@virtio-wire/codecs/${name}`;
  let module: FamilyModule;
  try {
    module = (await import(specifier)) as FamilyModule;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StaleCodecs(`the codecs of ${name} cannot be loaded (${why}): run "vwire generate" and "npm run build"`);
  }
  if (module.FAMILY.hash !== ir.hash) {
    const hashes = `${module.FAMILY.hash.slice(0, 15)}… against ${ir.hash.slice(0, 15)}…`;
    throw new StaleCodecs(`the codecs of ${name} are older than their IR (${hashes}): run "npm run build"`);
  }
  return module;
}

/** The module of a shape, or that of a struct which looks for the shape itself. */
export const structModule = (module: FamilyModule, { struct, shape }: Named): StructModule =>
  module[identOf(shape === null ? struct.name : shape.key)] as StructModule;

export const shapeModule = (module: FamilyModule, shape: ShapeIR): StructModule =>
  module[identOf(shape.key)] as StructModule;
