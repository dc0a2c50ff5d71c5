import type { BodyIR, DialectIR, EnumIR, FieldIR } from '../../ir/types.js';
import { type Mutant, type RuleKind, replaced } from './mutant.js';

export type RuleMutant = Mutant<DialectIR, RuleKind>;

/** Every IR of the same wire with one rule changed: only malformed messages with a verdict can tell. */
export function* ruleMutants(ir: DialectIR): Generator<RuleMutant> {
  for (const [i, body] of ir.bodies.entries())
    for (const { kind, where, what, to } of [...constraintsOf(body), ...reservedOf(body)])
      yield { kind, where, what, keys: [], ir: { ...ir, bodies: replaced(ir.bodies, i, to) } };
  for (const [i, enumeration] of ir.enums.entries())
    for (const [n, value] of enumeration.values.entries()) {
      const mutant = (what: string, values: EnumIR['values']): RuleMutant => ({
        kind: 'enum',
        where: `${enumeration.name}.${value.name}`,
        what,
        keys: [],
        ir: { ...ir, enums: replaced(ir.enums, i, { ...enumeration, values }) },
      });
      const others = enumeration.values.filter((_, at) => at !== n);
      yield mutant(`${value.value} -> none`, others);
      const lower = { ...value, value: value.value - 1 };
      yield mutant(`${value.value} -> ${lower.value}`, replaced(enumeration.values, n, lower));
    }
}

interface Judged {
  readonly kind: RuleKind;
  readonly where: string;
  readonly what: string;
  readonly to: BodyIR;
}

/** Each constraint gone, and each with its first number one higher. */
function constraintsOf(body: BodyIR): readonly Judged[] {
  return body.constraints.flatMap((constraint, i) => {
    const { field, expression } = constraint;
    const judged = (what: string, constraints: BodyIR['constraints']): Judged => ({
      kind: 'constraint',
      where: `${body.key}.${field}`,
      what,
      to: { ...body, constraints },
    });
    const higher = expression.replace(/\b\d+\b/, (n) => String(Number(n) + 1));
    return [
      judged(
        `${expression} -> nothing`,
        body.constraints.filter((c) => c !== constraint),
      ),
      ...(higher === expression
        ? []
        : [judged(`${expression} -> ${higher}`, replaced(body.constraints, i, { ...constraint, expression: higher }))]),
    ];
  });
}

/** Each reserved field or group of bits no longer judged. */
function reservedOf(body: BodyIR): readonly Judged[] {
  return body.fields.flatMap((field, i) => {
    const judged = (name: string, to: FieldIR): Judged => ({
      kind: 'reserved',
      where: `${body.key}.${name}`,
      what: 'reserved -> any value',
      to: { ...body, fields: replaced(body.fields, i, to) },
    });
    const whole = field.reserved ? [judged(field.name, { ...field, reserved: false })] : [];
    if (field.kind !== 'int') return whole;
    const groups = field.bits.flatMap((b) =>
      b.reserved
        ? [judged(`${field.name}.${b.name}`, { ...field, bits: field.bits.filter((other) => other !== b) })]
        : [],
    );
    return [...whole, ...groups];
  });
}
