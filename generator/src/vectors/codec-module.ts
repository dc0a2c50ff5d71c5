import { identifier } from '../backends/typescript/names.js';
import type { DialectIR } from '../ir/types.js';

type Reader = (view: DataView, p: number) => number | bigint;

/** A generated body module, as far as a caller can use it without knowing the message. */
export type BodyModule = Readonly<Record<string, unknown>> & {
  readonly encode_message: (view: DataView, p: number, message: { header: object; fields: object }) => number;
  readonly check: (view: DataView, p: number, end: number) => number;
  readonly decode: (view: DataView, p: number, end: number) => CodecMessage | CodecError;
};

/** The object form a generated `decode` returns. */
export interface CodecMessage {
  readonly name: string;
  readonly class: string;
  readonly message: string;
  readonly kind: string;
  readonly header: Readonly<Record<string, number>>;
  readonly fields: Readonly<Record<string, number | bigint | Uint8Array | readonly number[]>>;
  readonly size: number;
  readonly surplus: number;
}

export interface CodecError {
  readonly wireError: 1;
  readonly code: string;
  readonly field: string;
  readonly offset: number;
  readonly expected: number | string;
  readonly got: number | string;
}

/** The generated module of a dialect. */
export interface CodecModule {
  readonly DIALECT: { readonly protocol: string; readonly dialect: string; readonly hash: string };
  readonly decode: (view: DataView, p: number, end: number) => CodecMessage | CodecError;
  readonly header: Readonly<Record<string, unknown>>;
  readonly [body: string]: unknown;
}

/** The codecs on disk were generated from another IR than the one in use. */
export class StaleCodecs extends Error {}

/** The generated codecs of a dialect; refuses codecs that do not belong to `ir`. */
export async function loadCodecs(ir: DialectIR): Promise<CodecModule> {
  const specifier = `@virtio-wire/codecs/${ir.protocol}/${ir.dialect}`;
  let module: CodecModule;
  try {
    module = (await import(specifier)) as CodecModule;
  } catch (error) {
    throw new StaleCodecs(
      `the codecs of ${ir.dialect} cannot be loaded (${error instanceof Error ? error.message : String(error)}): run "vwire generate" and "npm run build"`,
    );
  }
  if (module.DIALECT.hash !== ir.hash) {
    throw new StaleCodecs(
      `the codecs of ${ir.dialect} are older than their IR (${module.DIALECT.hash.slice(0, 15)}… against ${ir.hash.slice(0, 15)}…): run "npm run build"`,
    );
  }
  return module;
}

/** Name of a body module in the dialect's module: `SET_VQUEUE_request`, with `bus_` before a name both classes have. */
export function bodyModule(module: CodecModule, key: string): BodyModule {
  const [className = '', message = '', kind = ''] = key.split('.');
  const prefixed = module[`${identifier(className)}_${message}_${kind}`];
  return (prefixed ?? module[`${message}_${kind}`]) as BodyModule;
}

export const reader = (body: BodyModule, name: string): Reader => body[name] as Reader;
