/**
 * The library behind the `vwire` command: schema texts in, IR, files and diagnostics out; bytes in, fields and findings out.
 * Nothing here touches the disk except `listSchema`, `IrStore` and `writeFiles`.
 */
export { type Compiled, compile } from './compile.js';
export { CATALOG, type Code } from './diagnostics/catalog.js';
export type { Diagnostic, Place } from './diagnostics/diagnostic.js';
export { type Paint, renderText } from './diagnostics/render-text.js';
export { type Decoded, decode, isRefused, type Refused } from './interpret/decode.js';
export { DialectIndex } from './interpret/dialect-index.js';
export { type Encoded, encode } from './interpret/encode.js';
export type { Fields, Spelled, Value } from './interpret/values.js';
export type { WireError, WireErrorCode } from './interpret/wire-error.js';
export * from './ir/index.js';
export { LineDecoder } from './jsonl/decode-lines.js';
export { LineEncoder } from './jsonl/encode-lines.js';
export { listSchema, type SchemaText } from './read/read-schema.js';
export { type Rendered, renderAll } from './render-all.js';
export type { Context, Direction, Finding } from './rules/finding.js';
export { type Case, judge } from './rules/judge.js';
export { IrStore, MissingIr } from './store.js';
export {
  type Conversation,
  converse,
  type Figures,
  figuresOf,
  type Item,
  type Traced,
  type TraceOptions,
  traceFile,
} from './trace/index.js';
export { loadCodecs, StaleCodecs } from './vectors/codec-module.js';
export { type Failure, type VectorRun, VectorRunner } from './vectors/run-vectors.js';
export { type Change, compareFiles, type Extent, type Files, writeFiles } from './write/write-files.js';
