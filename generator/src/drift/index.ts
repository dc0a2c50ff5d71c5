import type { DialectIR } from '../ir/types.js';
import type { SchemaText } from '../read/read-schema.js';
import { compareText } from './compare-text.js';
import type { DriftFinding } from './finding.js';
import { readText } from './read-text.js';
import { SchemaPlaces } from './schema-places.js';
import type { SpecText, TextModel } from './text-model.js';

export type { RowAspect } from './compare-rows.js';
export type { DriftFinding, DriftKind } from './finding.js';
export { type Distance, nearestDialects } from './nearest.js';
export { readText } from './read-text.js';
export { type DriftRender, renderDrift } from './render.js';
export type * from './text-model.js';

/** How a LaTeX text and a dialect compare. */
export interface Drift {
  readonly protocol: string;
  readonly dialect: string;
  readonly files: readonly string[];
  /** Messages and lines of layouts and of ids that were read. */
  readonly messages: number;
  readonly rows: number;
  /** In the order of the text; none where both say the same. */
  readonly findings: readonly DriftFinding[];
}

/**
 * Compares the message tables of a LaTeX text with a dialect: ids, senders, offsets, sizes and what the fields are called.
 * Offsets are in bytes from the start of the payload, as the texts count them. `schema` gives the files that places are
 * looked up in; without them a finding names the key in the IR alone. Never throws on what the text holds: what cannot be
 * read is a finding, and the rest is compared. A text read before may be given instead of its files.
 */
export async function drift(
  text: readonly SpecText[] | TextModel,
  dialect: DialectIR,
  schema: readonly SchemaText[] = [],
): Promise<Drift> {
  const model = 'messages' in text ? text : await readText(text);
  const layouts = [...model.messages.flatMap((m) => m.bodies), ...model.headers];
  return {
    protocol: dialect.protocol,
    dialect: dialect.dialect,
    files: model.files,
    messages: model.messages.length,
    rows: model.ids.length + model.constants.length + layouts.reduce((n, b) => n + Math.max(1, b.rows.length), 0),
    findings: compareText(model, dialect, new SchemaPlaces(dialect, schema)),
  };
}
