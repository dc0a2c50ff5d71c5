import { fileURLToPath } from 'node:url';
import { compile, type Diagnostic, listSchema, type SchemaText } from './generator.js';

export const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

/** The schema that ships, as texts. */
export const shipped = (): SchemaText[] => listSchema(path('schema'), 'schema');

export const diagnose = (texts: readonly SchemaText[]): readonly Diagnostic[] => compile(texts).report.diagnostics;

/** `VW100 schema/demo/base.yaml:5:14`, which is what most tests compare. */
export const brief = (d: Diagnostic): string => `${d.code} ${d.place.file}:${d.place.line}:${d.place.column}`;
