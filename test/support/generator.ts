/** What the tests need of the generator, in one place. */
export { type Compiled, compile } from '../../generator/dist/compile.js';
export { CATALOG, type Code, severityOf } from '../../generator/dist/diagnostics/catalog.js';
export type { Diagnostic, Place } from '../../generator/dist/diagnostics/diagnostic.js';
export { renderText } from '../../generator/dist/diagnostics/render-text.js';
export type { BodyIR, DialectIR, FieldIR } from '../../generator/dist/ir/types.js';
export { listSchema, type SchemaText } from '../../generator/dist/read/read-schema.js';
