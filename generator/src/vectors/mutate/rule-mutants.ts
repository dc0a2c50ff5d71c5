import type { BodyIR, ConstraintIR, DialectIR, EnumIR, FieldIR, ProfileIR } from '../../ir/types.js';
import { type Mutant, type RuleKind, replaced } from './mutant.js';

/** A dialect, and the profiles that its messages are judged by. */
export interface Rules {
  readonly ir: DialectIR;
  readonly profiles: ReadonlyMap<string, ProfileIR>;
}

export type RuleMutant = Mutant<Rules, RuleKind>;

/** The same wire with one rule changed: only malformed messages with a verdict can tell. */
export function* ruleMutants({ ir, profiles }: Rules): Generator<RuleMutant> {
  for (const [i, body] of ir.bodies.entries())
    for (const { kind, where, what, to } of [...constraintsOf(body), ...reservedOf(body)])
      yield { kind, where, what, keys: [], ir: { ir: { ...ir, bodies: replaced(ir.bodies, i, to) }, profiles } };
  for (const [name, profile] of profiles)
    for (const [i, rule] of profile.rules.entries()) {
      if (!ir.bodies.some((b) => b.key === rule.key)) continue;
      for (const { what, to } of changesOf(profile.rules, i))
        yield {
          kind: 'constraint',
          where: `${name} ${rule.key}.${rule.field}`,
          what,
          keys: [],
          ir: { ir, profiles: new Map([...profiles, [name, { ...profile, rules: to }]]) },
        };
    }
  for (const [i, enumeration] of ir.enums.entries())
    for (const [n, value] of enumeration.values.entries()) {
      const mutant = (what: string, values: EnumIR['values']): RuleMutant => ({
        kind: 'enum',
        where: `${enumeration.name}.${value.name}`,
        what,
        keys: [],
        ir: { ir: { ...ir, enums: replaced(ir.enums, i, { ...enumeration, values }) }, profiles },
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

const constraintsOf = (body: BodyIR): readonly Judged[] =>
  body.constraints.flatMap((constraint, i) =>
    changesOf(body.constraints, i).map(({ what, to }) => ({
      kind: 'constraint',
      where: `${body.key}.${constraint.field}`,
      what,
      to: { ...body, constraints: to },
    })),
  );

/** One constraint of a list gone, and the same with its first number one higher. */
function changesOf<T extends ConstraintIR>(list: readonly T[], i: number) {
  const changed = list[i] as T;
  const { expression } = changed;
  const higher = expression.replace(/\b\d+\b/, (n) => String(Number(n) + 1));
  const gone = { what: `${expression} -> nothing`, to: list.filter((c) => c !== changed) };
  if (higher === expression) return [gone];
  return [gone, { what: `${expression} -> ${higher}`, to: replaced(list, i, { ...changed, expression: higher }) }];
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
