import type { BytesMemberIR } from '../ir/structs.js';
import type { BytesFieldIR, EnumIR } from '../ir/types.js';
import { nameOf } from '../rules/enums.js';

/** Name of an enumerated value; of a flag set all names, and what no flag accounts for in hexadecimal digits. */
export function nameOfInt(
  enums: readonly EnumIR[],
  field: { readonly enum: string | null },
  value: number | bigint,
): string | undefined {
  const values = field.enum === null ? undefined : enums.find((e) => e.name === field.enum);
  if (values === undefined) return undefined;
  const name = nameOf(values, Number(value)) ?? undefined;
  return values.flags ? withRest(values, name, BigInt(value)) : name;
}

function withRest(values: EnumIR, name: string | undefined, value: bigint): string | undefined {
  const rest = values.values.reduce((left, v) => left & ~BigInt(v.value), value);
  if (rest === 0n) return name;
  const hex = `0x${rest.toString(16)}`;
  return name === undefined ? hex : `${name}|${hex}`;
}

export type BytesFormat = BytesFieldIR['format'] | BytesMemberIR['format'];

/** How people write what a byte array holds; `first` is the number of a bitmap's first bit. */
export function nameOfBytes(format: BytesFormat, bytes: Uint8Array, first: number): string | undefined {
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0'));
  switch (format) {
    case 'uuid':
      return hex.every((b) => b === '00')
        ? 'nil'
        : hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    case 'mac':
      return hex.join(':');
    case 'bitmap':
      return `{${setBits(bytes, first).join(',')}}`;
    case 'text':
      return JSON.stringify(Buffer.from(bytes).toString('latin1').replace(/\0+$/, ''));
    default:
      return undefined;
  }
}

function setBits(bytes: Uint8Array, first: number): number[] {
  const set: number[] = [];
  bytes.forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) set.push(first + 8 * i + bit);
  });
  return set;
}
