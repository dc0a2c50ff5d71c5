import type { DialectIR } from '../ir/types.js';
import { compareText } from './compare-text.js';
import { SchemaPlaces } from './schema-places.js';
import type { TextModel } from './text-model.js';

export interface Distance {
  readonly dialect: string;
  readonly differences: number;
}

/** The dialects by how much a text differs from them, the nearest first; equal ones in the order given. */
export function nearestDialects(text: TextModel, dialects: readonly DialectIR[]): Distance[] {
  return dialects
    .map((ir) => ({ dialect: ir.dialect, differences: compareText(text, ir, new SchemaPlaces(ir, [])).length }))
    .sort((a, b) => a.differences - b.differences);
}
