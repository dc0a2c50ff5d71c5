import type { BodyIR, ConstraintIR, DialectIR, FieldIR } from '../../ir/types.js';
import { namesIn, parseConstraint } from '../../language/constraint.js';
import { anchor, bodySize, code, senderText, sizeText, typeText } from './spell.js';
import { type Table, table, tableOrNothing } from './table.js';

export interface BodyView {
  /** `Request, 16 bytes, driver → device`. */
  readonly heading: string;
  readonly remark: string;
  readonly fields: Table | null;
  readonly words: readonly BitsView[];
  readonly constraints: readonly string[] | null;
}

/** The parts of one integer. */
export interface BitsView {
  readonly field: string;
  readonly bits: Table;
}

export function bodyView(body: BodyIR, dialect: DialectIR): BodyView {
  const kind = `${body.kind[0]?.toUpperCase()}${body.kind.slice(1)}`;
  const payload = body.fields.length === 0 ? ': the header is the whole message.' : '';
  const padded = dialect.framing.fixedSize !== null && body.fields.length > 0 ? ' The rest of the frame is zero.' : '';
  return {
    heading: `${kind}, ${bodySize(body)} bytes, ${senderText[body.from]}`,
    remark: `${payload}${padded === '' || endOf(body) >= (dialect.framing.fixedSize ?? 0) ? '' : `.${padded}`}`,
    fields: tableOrNothing(
      ['field', 'offset:', 'size:', 'type', 'rule', 'meaning'],
      body.fields.map((f) => [code(f.name), String(f.offset), sizeText(f), code(typeText(f)), rules(f, body), f.doc]),
    ),
    words: bitsViews(body.fields),
    constraints: listed(body),
  };
}

/** Constraints below the table: all but bounds of one field, which say in their cell what they mean. */
function listed({ constraints }: BodyIR): string[] | null {
  const lines = constraints
    .filter((c) => !(ofOneField(c) && c.doc.startsWith(`${c.field} is `)))
    .map((c) => `${code(c.expression)}${c.doc === '' ? '' : `: ${c.doc}`}`);
  return lines.length === 0 ? null : lines;
}

const ofOneField = ({ field, expression }: ConstraintIR): boolean =>
  namesIn(parseConstraint(expression)).every((n) => n.name === field && !n.length) && !expression.includes('$limit');

function endOf(body: BodyIR): number {
  const last = body.fields[body.fields.length - 1];
  return last === undefined ? 0 : last.offset + Number(sizeText(last));
}

/** What a receiver may check of this field alone; rules over several fields stand below the table. */
function rules(field: FieldIR, body: BodyIR): string {
  const said: string[] = [];
  if (field.reserved) said.push('zero');
  if (field.kind === 'int' && field.enum !== null) said.push(`[${field.enum}](#${anchor(field.enum)})`);
  if (field.kind !== 'int' && !('fixed' in field.count)) said.push(`counted by ${code(field.count.field)}`);
  for (const c of body.constraints) if (c.field === field.name && ofOneField(c)) said.push(code(c.expression));
  return said.join('; ');
}

/** One table per integer that is split into bits. */
export function bitsViews(fields: readonly FieldIR[]): BitsView[] {
  return fields.flatMap((field): BitsView[] => {
    if (field.kind !== 'int' || field.bits.length === 0) return [];
    const rows = field.bits.map((b) => {
      const bits = b.width === 1 ? String(b.lsb) : `${b.lsb}–${b.lsb + b.width - 1}`;
      return [bits, code(b.name), b.reserved ? 'zero' : '', b.doc];
    });
    return [{ field: field.name, bits: table(['bits:', 'name', 'rule', 'meaning'], rows) }];
  });
}
