import type { Fields } from '../interpret/values.js';
import type { FieldIR } from '../ir/types.js';
import type { Case } from './case.js';
import type { Finding } from './finding.js';

/** Reserved bits and fields that are not zero, and a fixed frame that is not zero behind its last field. */
export function judgeReserved({ decoded, index, profile, bytes }: Case): Finding[] {
  if (profile.reserved === 'ignored') return [];
  const found = [...reservedIn(index.ir.header, decoded.header), ...reservedIn(decoded.body.fields, decoded.fields)];
  if (decoded.padding !== null) {
    const { offset, length } = decoded.padding;
    const dirty = bytes.subarray(offset, offset + length).findIndex((b) => b !== 0);
    if (dirty >= 0) found.push(finding('padding', offset + dirty, bytes[offset + dirty] ?? 0));
  }
  return found;
}

const finding = (field: string, offset: number, got: number | string): Finding => ({
  rule: 'reserved',
  layer: 'rules',
  field,
  offset,
  got,
  expected: 0,
  clause: 'R2',
});

function reservedIn(fields: readonly FieldIR[], values: Fields): Finding[] {
  return fields.flatMap((field) => {
    const value = values[field.name];
    if (value === undefined) return [];
    if (field.kind !== 'int') {
      const dirty = field.reserved && typeof value === 'object' && [...value].some((v) => BigInt(v) !== 0n);
      return dirty ? [finding(field.name, field.offset, 'bytes that are not zero')] : [];
    }
    const word = BigInt(value as number | bigint);
    if (field.reserved) return word === 0n ? [] : [finding(field.name, field.offset, spellInt(word))];
    return field.bits.flatMap((bits) => {
      const part = (word >> BigInt(bits.lsb)) & ((1n << BigInt(bits.width)) - 1n);
      return bits.reserved && part !== 0n ? [finding(`${field.name}.${bits.name}`, field.offset, spellInt(part))] : [];
    });
  });
}

const spellInt = (value: bigint): number | string => (value <= 0xffffffffn ? Number(value) : value.toString());
