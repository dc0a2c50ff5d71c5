import type { BodyIR, DialectIR, FieldIR } from '../ir/types.js';
import { FieldWords } from './field-words.js';
import type { StatedSize, TextRow } from './text-model.js';

/** What has fields in order: a body, or the header. */
export type Fielded = Pick<BodyIR, 'fields' | 'message' | 'doc'>;

/** What counts their offsets: from behind the header, or from 0. */
export type Framed = Pick<DialectIR, 'framing'>;

/** What differs between a line of the text and a field of the schema. */
export type RowAspect = 'offset' | 'size' | 'name';

/** A line and the field it stands for; one of the two is null where the other side has nothing. */
export interface RowPair {
  readonly row: TextRow | null;
  readonly field: FieldIR | null;
  readonly differs: readonly RowAspect[];
}

/** More than the fields of any body. Lines beyond are told as such, one by one. */
const MOST_ROWS = 256;
/** What a difference costs. A name tells more than a place: an inserted field moves those behind it, names and all. */
const COST: Readonly<Record<RowAspect, number>> = { name: 1.5, offset: 0.8, size: 0.8 };
/** A line or a field left alone. Two of them are dearer than a pair that differs in two ways. */
const ALONE = 1.2;

/**
 * Lines and fields in order, so that as little as possible differs. A line and a field that differ in every way are no pair.
 */
export function compareRows(rows: readonly TextRow[], body: Fielded, dialect: Framed): RowPair[] {
  const words = new FieldWords(body);
  const fields = body.fields;
  const compared = rows.slice(0, MOST_ROWS);
  const differs = (row: TextRow, field: FieldIR): RowAspect[] => {
    if (row.broken) return [];
    const aspects: RowAspect[] = [];
    if (row.offset !== null && row.offset !== field.offset - dialect.framing.headerSize) aspects.push('offset');
    if (row.size !== null && !holds(row.size, field, body, dialect)) aspects.push('size');
    if (row.content !== '' && !words.describes(row.content, field)) aspects.push('name');
    return aspects;
  };
  const cost = (aspects: readonly RowAspect[]): number =>
    aspects.length > 2 ? Number.POSITIVE_INFINITY : aspects.reduce((sum, aspect) => sum + COST[aspect], 0);
  const width = fields.length + 1;
  const least = new Float64Array((compared.length + 1) * width);
  const table = compared.map((row) => fields.map((field) => differs(row, field)));
  const pairCost = (i: number, k: number): number => cost(table[i]?.[k] ?? []);
  for (let i = compared.length; i >= 0; i--)
    for (let k = fields.length; k >= 0; k--) {
      if (i === compared.length || k === fields.length) {
        least[i * width + k] = (compared.length - i + fields.length - k) * ALONE;
        continue;
      }
      least[i * width + k] = Math.min(
        pairCost(i, k) + (least[(i + 1) * width + k + 1] ?? 0),
        ALONE + (least[(i + 1) * width + k] ?? 0),
        ALONE + (least[i * width + k + 1] ?? 0),
      );
    }
  const pairs: RowPair[] = [];
  let i = 0;
  let k = 0;
  while (i < compared.length || k < fields.length) {
    const row = compared[i] ?? null;
    const field = fields[k] ?? null;
    const here = least[i * width + k] ?? 0;
    if (row !== null && field !== null && here === pairCost(i, k) + (least[(i + 1) * width + k + 1] ?? 0)) {
      pairs.push({ row, field, differs: table[i]?.[k] ?? [] });
      i += 1;
      k += 1;
    } else if (row !== null && here === ALONE + (i < compared.length ? (least[(i + 1) * width + k] ?? 0) : 0)) {
      pairs.push({ row, field: null, differs: [] });
      i += 1;
    } else if (field !== null) {
      pairs.push({ row: null, field, differs: [] });
      k += 1;
    } else {
      pairs.push({ row, field: null, differs: [] });
      i += 1;
    }
  }
  for (const row of rows.slice(MOST_ROWS)) pairs.push({ row, field: null, differs: [] });
  return pairs.filter((p) => p.field !== null || p.row === null || !fillsFrame(p.row, body, dialect));
}

/** Bytes of a field, or null where another field counts them. */
export function sizeOf(field: FieldIR): number | null {
  if (field.kind === 'int') return field.size;
  if (!('fixed' in field.count)) return null;
  return field.count.fixed * (field.kind === 'ints' ? field.elementSize : 1);
}

function holds(stated: StatedSize, field: FieldIR, body: Fielded, { framing }: Framed): boolean {
  const size = sizeOf(field);
  if (size === null) return stated.max === null || stated.max > stated.min;
  // In a frame of fixed size a field has all its bytes, however many of them are used, and the last may be told as the rest.
  if (stated.max !== null) return stated.max === size && (stated.min === size || framing.fixedSize !== null);
  return framing.fixedSize === field.offset + size && body.fields[body.fields.length - 1] === field;
}

/** A line of reserved bytes that says no more than that the frame is longer than the fields. */
function fillsFrame(row: TextRow, body: Fielded, { framing }: Framed): boolean {
  if (framing.fixedSize === null || row.broken || !/reserved|unused|padding|mbz/i.test(row.content)) return false;
  const from = (row.offset ?? -1) + framing.headerSize;
  const fieldsEnd = body.fields.reduce((end, f) => Math.max(end, f.offset + (sizeOf(f) ?? 0)), framing.headerSize);
  return from >= fieldsEnd && from + (row.size?.max ?? 0) <= framing.fixedSize;
}
