import type { FamilyIR, ShapeIR } from '../../ir/structs.js';
import { columns, outLine, paintFor } from '../terminal.js';

const shapesOf = (ir: FamilyIR): readonly ShapeIR[] => ir.structs.flatMap((struct) => struct.shapes);

export const familySummary = (ir: FamilyIR) => ({
  protocol: ir.protocol,
  family: ir.family,
  title: ir.title,
  structs: ir.structs.length,
  shapes: shapesOf(ir).length,
  hash: ir.hash,
});

export function familyTable(families: readonly FamilyIR[]): string {
  const rows = families.map((ir) => [
    `${ir.protocol}/${ir.family}`,
    String(ir.structs.length),
    String(shapesOf(ir).length),
    ir.title,
  ]);
  const table = columns([['family', 'structs', 'shapes', 'title'], ...rows], [1, 2]);
  return table.replace(/^.*$/m, paintFor(process.stdout).bold);
}

/** The structs of one family, a line per shape; where it has none, its enumerations. */
export async function listFamily(ir: FamilyIR, { json }: { readonly json?: boolean }): Promise<void> {
  const shapes = shapesOf(ir);
  if (json === true) {
    const list = shapes.map(({ key, minSize, maxSize }) => ({ key, minSize, maxSize }));
    const enums = ir.enums.map(({ name, flags, open, values }) => ({ name, flags, open, values }));
    return outLine(JSON.stringify({ ...familySummary(ir), shapes: list, enums }, null, 2));
  }
  const { bold } = paintFor(process.stdout);
  const headline = (text: string): string => text.replace(/^.*$/m, bold);
  if (shapes.length === 0) {
    const values = ir.enums.flatMap((e) => e.values.map((v) => [e.name, spell(v.value, e.flags), v.name, v.doc]));
    const table = columns([['enumeration', 'value', 'name', 'what it is'], ...values], [1]);
    return outLine(`${ir.protocol}/${ir.family}: ${ir.title}\n\n${headline(table)}`);
  }
  const rows = shapes.map((shape) => [
    shape.key,
    shape.maxSize === null ? `${shape.minSize}+` : String(shape.minSize),
    shape.fields.map((f) => f.name).join(' '),
  ]);
  const table = columns([['struct', 'bytes', 'fields'], ...rows], [1]);
  return outLine(`${ir.protocol}/${ir.family}: ${ir.title}\n\n${headline(table)}`);
}

const spell = (value: number, flags: boolean): string => (flags ? `0x${value.toString(16)}` : String(value));
