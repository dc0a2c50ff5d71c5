import type { Paint } from '../diagnostics/render-text.js';
import type { Finding } from '../rules/finding.js';
import type { DumpRow, Part } from './row.js';

export interface RenderOptions {
  readonly width: number;
  readonly paint: Paint;
  /** Doc and clause of every field, however wide that gets; else what the width has room for. */
  readonly clause: boolean;
}

const TITLES: Readonly<Record<Part, string>> = {
  header: 'header',
  body: 'body',
  tail: 'counted tail',
  hole: 'hole: no field has these bytes',
  surplus: 'surplus: after the known content',
  padding: 'padding of the fixed frame',
  carrier: 'carrier: delivered behind the message',
  unread: 'not understood',
};

/** Columns of a row, unpadded. */
interface Cells {
  readonly offset: string;
  readonly bytes: string;
  readonly field: string;
  readonly type: string;
  readonly value: string;
}

/** The rows of a message as people read them: a line each, bits below their word, what is wrong below its row. */
export function renderDump(rows: readonly DumpRow[], options: RenderOptions): string {
  const cells = rows.flatMap((row) => [cellsOf(row), ...bitCells(row)]);
  const width = (name: keyof Cells): number => Math.max(...cells.map((c) => c[name].length));
  const renderer = new Renderer(options, {
    offset: width('offset'),
    bytes: width('bytes'),
    field: width('field'),
    type: width('type'),
    value: width('value'),
  });
  let part: Part | null = null;
  const lines: string[] = [];
  for (const row of rows) {
    if (row.part !== part) lines.push(options.paint.cyan(TITLES[row.part]));
    part = row.part;
    lines.push(...renderer.row(row));
  }
  return lines.join('\n');
}

class Renderer {
  readonly #remarkAt: number;

  constructor(
    readonly options: RenderOptions,
    readonly widths: Readonly<Record<keyof Cells, number>>,
  ) {
    const { offset, bytes, field, type, value } = widths;
    this.#remarkAt = 2 + offset + 2 + bytes + 2 + field + 2 + type + 2 + value + 2;
  }

  row(row: DumpRow): string[] {
    const { paint } = this.options;
    const told = [this.#line(cellsOf(row), this.#remark(row.doc, row.clause))];
    for (const [i, cells] of bitCells(row).entries()) told.push(this.#line(cells, this.#remark(row.bits?.[i]?.doc)));
    const indent = ' '.repeat(2 + this.widths.offset + 2);
    if (row.error !== undefined) told.push(`${indent}${paint.red(`✗ ${row.error.code}: ${row.error.message}`)}`);
    if (row.finding !== undefined) told.push(`${indent}${paint.yellow(`! ${said(row.finding)}`)}`);
    return told;
  }

  #line(cells: Cells, remark: string): string {
    const { paint } = this.options;
    const { widths } = this;
    return [
      `  ${paint.dim(cells.offset.padStart(widths.offset))}`,
      cells.bytes.padEnd(widths.bytes),
      paint.bold(cells.field.padEnd(widths.field)),
      paint.dim(cells.type.padEnd(widths.type)),
      remark === '' ? cells.value : `${cells.value.padEnd(widths.value)}  ${paint.dim(remark)}`,
    ]
      .join('  ')
      .trimEnd();
  }

  /** Doc and clause, as far as the line has room for them. */
  #remark(doc = '', clause = ''): string {
    if (this.options.clause) return [doc, clause === '' ? '' : `(${clause})`].filter((t) => t !== '').join(' ');
    const room = this.options.width - this.#remarkAt;
    if (room < WORTH_IT) return '';
    return doc.length <= room ? doc : `${doc.slice(0, room - 1)}…`;
  }
}

/** A remark cut shorter than this says nothing. */
const WORTH_IT = 16;

function cellsOf(row: DumpRow): Cells {
  return {
    offset: String(row.offset),
    bytes: row.folded === undefined ? spaced(row.bytes) : `… ${row.length} bytes`,
    field: row.field,
    type: row.type,
    value: valueCell(row),
  };
}

const spaced = (hex: string): string => hex.replace(/..(?=.)/g, '$& ');

function valueCell(row: DumpRow): string {
  if (row.folded !== undefined) return `${row.folded} more`;
  if (row.value === null) return row.error !== undefined && row.length > 0 ? 'not whole' : '';
  if (BYTE_TYPES.includes(row.type)) return row.length === 0 ? 'empty' : (row.name ?? printable(row.bytes));
  const value = shown(row);
  return row.name === undefined ? value : `${value} ${row.name}`;
}

const BYTE_TYPES: readonly string[] = ['bytes', 'uuid', 'mac', 'bitmap', 'text'];

/** Numbers up to 65535 are counts and offsets; above that they are ids, masks and addresses, and read best in hex. */
function shown({ value, type }: DumpRow): string {
  const n = BigInt(value ?? 0);
  return type === 'u64' || n > 0xffffn ? `0x${n.toString(16)}` : n.toString();
}

/** The characters bytes would be, as hex dumps show them. */
const printable = (hex: string): string =>
  `|${Buffer.from(hex, 'hex')
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '.')}|`;

const bitCells = (row: DumpRow): Cells[] =>
  (row.bits ?? []).map((b) => ({
    offset: '',
    bytes: b.width === 1 ? `bit ${b.lsb}` : `bits ${b.lsb}..${b.lsb + b.width - 1}`,
    field: `  .${b.name}`,
    type: '',
    value: String(b.value),
  }));

const said = ({ rule, field, got, expected, clause }: Finding): string =>
  `${rule}: ${field} is ${got}, expected ${expected}${clause === '' ? '' : ` (${clause})`}`;
