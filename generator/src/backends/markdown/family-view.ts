import type { FamilyIR, MemberCountIR, MemberIR, ShapeIR, StructIR } from '../../ir/structs.js';
import { type EnumView, enumView, type UnresolvedView, unresolvedView } from './dialect-view.js';
import { anchor, code, sentence } from './spell.js';
import { type Table, table, tableOrNothing } from './table.js';

/** Everything the page of one family of structs says. */
export interface FamilyView {
  readonly source: string;
  readonly protocol: string;
  readonly family: string;
  readonly title: string;
  readonly doc: string;
  readonly spec: string;
  readonly summary: Table;
  readonly structs: readonly StructView[];
  readonly enums: readonly EnumView[] | null;
  readonly unresolved: readonly UnresolvedView[] | null;
}

interface StructView {
  readonly heading: string;
  readonly doc: string;
  readonly source: string;
  readonly shapes: readonly { readonly heading: string; readonly fields: Table | null }[];
  readonly constraints: readonly string[] | null;
}

/** The index of the families of one protocol. */
export interface StructsView {
  readonly protocol: string;
  readonly families: Table;
}

export function familyView(family: FamilyIR): FamilyView {
  return {
    source: `schema/${family.protocol}/${family.family}.yaml`,
    protocol: family.protocol,
    family: family.family,
    title: family.title,
    doc: sentence(family.doc),
    spec: family.spec,
    summary: table(
      ['struct', 'shapes', 'bytes:', 'told by'],
      family.structs.map((struct) => [
        `[${struct.name}](#${anchor(struct.name)})`,
        struct.shapes.map((shape) => code(shape.key)).join(' '),
        [...new Set(struct.shapes.map(sizeOf))].join(', '),
        toldBy(struct),
      ]),
    ),
    structs: family.structs.map(structView),
    enums: family.enums.length === 0 ? null : family.enums.map(enumView),
    unresolved: family.unresolved.length === 0 ? null : family.unresolved.map(unresolvedView),
  };
}

export const structsView = (protocol: string, families: readonly FamilyIR[]): StructsView => ({
  protocol,
  families: table(
    ['family', 'what it is', 'structs:', 'unresolved:'],
    families.map((f) => [
      `[${f.family}](${f.family}.md)`,
      f.title,
      String(f.structs.length),
      f.unresolved.length === 0 ? '' : String(f.unresolved.length),
    ]),
  ),
});

function structView(struct: StructIR): StructView {
  const constraints = (struct.region?.constraints ?? []).map(
    ({ expression, doc }) => `${code(expression)}${doc === '' ? '' : `: ${doc}`}`,
  );
  return {
    heading: struct.name,
    doc: sentence(struct.doc),
    source: struct.spec,
    shapes: struct.shapes.map((shape) => ({
      heading: `${shape.key}, ${sizeOf(shape)} bytes`,
      fields: tableOrNothing(['field', 'offset:', 'size:', 'type', 'meaning'], rowsOf(shape.fields, '')),
    })),
    constraints: constraints.length === 0 ? null : constraints,
  };
}

const sizeOf = ({ minSize, maxSize }: ShapeIR): string => (minSize === maxSize ? String(minSize) : `from ${minSize}`);

function toldBy({ choice }: StructIR): string {
  if (choice.by === 'none') return '';
  if (choice.by === 'size') return 'its size';
  return choice.by === 'request' ? `${code(choice.tag)} of the request` : code(choice.tag);
}

function rowsOf(fields: readonly MemberIR[], prefix: string): string[][] {
  return fields.flatMap((field) => {
    const name = `${prefix}${field.name}`;
    const offset = field.after === null ? String(field.offset) : `${field.after} + ${field.offset}`;
    const row = [code(name), offset, sizeText(field), typeText(field), meaning(field)];
    if (field.kind === 'int')
      return [
        row,
        ...field.bits.map((b) => [
          code(`${name}.${b.name}`),
          offset,
          b.width === 1 ? `bit ${b.lsb}` : `bits ${b.lsb}–${b.lsb + b.width - 1}`,
          '',
          b.doc,
        ]),
      ];
    return field.kind === 'records' ? [row, ...rowsOf(field.fields, `${name}[].`)] : [row];
  });
}

function meaning(field: MemberIR): string {
  const when = field.validWhen.length === 0 ? [] : [`valid with ${field.validWhen.map(code).join(' or ')}`];
  const named = field.kind === 'int' && field.enum !== null ? [`values: ${code(field.enum)}`] : [];
  return [field.doc, ...named, ...when].filter((text) => text !== '').join('; ');
}

function typeText(field: MemberIR): string {
  if (field.kind === 'int') return code(field.type);
  if (field.kind === 'bytes' && (field.format === 'uuid' || field.format === 'mac')) return code(field.format);
  const base =
    field.kind === 'ints'
      ? field.type
      : field.kind === 'bytes'
        ? 'u8'
        : field.kind === 'structs'
          ? field.struct
          : 'struct';
  return code(`${base}[${countText(field.count)}]`);
}

function countText(count: MemberCountIR): string {
  if ('fixed' in count) return String(count.fixed);
  if ('rest' in count) return '';
  const { field, unit, plus } = count;
  return `${field}${plus === 0 ? '' : plus > 0 ? ` + ${plus}` : ` - ${-plus}`}${unit === 'bytes' ? ' bytes' : ''}`;
}

function sizeText(field: MemberIR): string {
  if (field.kind === 'int') return String(field.size);
  const each = field.kind === 'bytes' ? 1 : field.elementSize;
  const { count } = field;
  if ('fixed' in count && each !== null) return String(count.fixed * each);
  if ('rest' in count) return 'the rest';
  return 'unit' in count && (count.unit === 'bytes' || each === 1)
    ? countText({ ...count, unit: 'elements' })
    : 'varies';
}
