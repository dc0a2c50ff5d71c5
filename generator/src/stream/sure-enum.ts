import type { BodyIR, EnumIR, IntFieldIR } from '../ir/types.js';
import type { ByteMasks } from './byte-masks.js';
import { codeOf, readNumber } from './read-number.js';
import type { Surely } from './sure-constraint.js';

/**
 * Enumerated fields of a body: a flag set becomes bits that must be zero, every other one a question of its own. Null
 * where a field is wider than a number is exact.
 */
export function sureEnums(body: BodyIR, enums: readonly EnumIR[], zero: ByteMasks): Surely[] | null {
  const questions: Surely[] = [];
  for (const field of body.fields) {
    if (field.kind !== 'int' || field.enum === null) continue;
    const values = enums.find((e) => e.name === field.enum);
    if (values === undefined || values.open) continue;
    if (field.type === 'u64' || field.type === 's32') return null;
    if (values.flags) zero.add(field, ~values.values.reduce((all, v) => all | BigInt(v.value), 0n));
    else questions.push(assigned(field, values));
  }
  return questions;
}

function assigned({ offset, type }: IntFieldIR, values: EnumIR): Surely {
  const code = codeOf(type);
  const known = new Set(values.values.map((v) => v.value));
  const owned = values.ranges.filter((r) => r.owner !== 'reserved');
  return (view, p) => {
    const got = readNumber(view, p + offset, code);
    return known.has(got) || owned.some((r) => got >= r.from && got <= r.to);
  };
}
