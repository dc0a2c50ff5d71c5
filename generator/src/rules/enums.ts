import type { EnumIR } from '../ir/types.js';
import type { Case } from './case.js';
import type { Finding } from './finding.js';

/** Values that no enumeration assigns and nobody owns. */
export function judgeEnums({ decoded, index, profile }: Case): Finding[] {
  if (profile.enums === 'ignored') return [];
  return decoded.body.fields.flatMap((field): Finding[] => {
    if (field.kind !== 'int' || field.enum === null) return [];
    const values = index.ir.enums.find((e) => e.name === field.enum);
    const got = Number(decoded.fields[field.name]);
    if (values === undefined || assigned(values, got)) return [];
    return [
      {
        rule: 'enum',
        layer: 'rules',
        field: field.name,
        offset: field.offset,
        got,
        expected: expectedOf(values),
        clause: values.spec || field.spec,
      },
    ];
  });
}

/** The values a finding names as expected. */
export const expectedOf = (values: EnumIR): string => values.values.map((v) => `${v.value} ${v.name}`).join(', ');

/** Whether a value is one that the text or an owner of a range assigns. */
export function assigned(values: EnumIR, got: number): boolean {
  if (values.open) return true;
  if (values.flags)
    return BigInt(got) === values.values.reduce((rest, v) => rest | (BigInt(got) & BigInt(v.value)), 0n);
  return (
    values.values.some((v) => v.value === got) ||
    values.ranges.some((r) => r.owner !== 'reserved' && got >= r.from && got <= r.to)
  );
}

/** Name of a value, flags joined by `|`, or null where it has none. */
export function nameOf(values: EnumIR, got: number): string | null {
  if (!values.flags) return values.values.find((v) => v.value === got)?.name ?? null;
  const names = values.values
    .filter((v) => v.value !== 0 && (BigInt(got) & BigInt(v.value)) === BigInt(v.value))
    .map((v) => v.name);
  return names.length === 0 ? (values.values.find((v) => v.value === got)?.name ?? null) : names.join('|');
}
