import type { Spelled } from '../interpret/values.js';
import type { BodyIR, BytesFieldIR, IntFieldIR } from '../ir/types.js';
import { nameOf } from '../rules/enums.js';
import type { Heard } from './conversation.js';

/** A field as a reader wants it: its name and one word of value. */
export interface Told {
  readonly name: string;
  readonly value: string;
}

type Fields = Readonly<Record<string, Spelled>>;

/** Every field of a decoded frame; reserved ones only where they are not zero, and a split word as its parts. */
export function tellFields(frame: Heard): Told[] {
  const { body, decoded } = frame;
  const fields: Fields = decoded.fields ?? {};
  if (body === null) return [];
  return body.fields.flatMap((field): Told[] => {
    const value = fields[field.name];
    if (value === undefined || (field.reserved && isZero(value))) return [];
    if (value === '' && field.kind === 'bytes' && field.format === 'bytes') return [];
    if (field.kind === 'bytes') return [{ name: field.name, value: bytes(field, String(value), fields, body) }];
    if (field.kind === 'ints') return [{ name: field.name, value: words(value) }];
    const parts = field.bits.filter((b) => !b.reserved);
    if (parts.length > 0)
      return parts.map((b) => ({ name: b.name, value: int(BigInt(fields[b.name] as number), false) }));
    return [{ name: field.name, value: named(frame, field, BigInt(value as number | string)) }];
  });
}

/** Fields of a response that do not merely repeat the request. */
export function tellAnswer(response: Heard, request: Heard): { told: Told[]; repeated: boolean } {
  const asked = new Map(tellFields(request).map((t) => [t.name, t.value]));
  const told = tellFields(response);
  const fresh = told.filter((t) => asked.get(t.name) !== t.value);
  return { told: fresh, repeated: fresh.length < told.length };
}

function named(frame: Heard, field: IntFieldIR, value: bigint): string {
  const values = field.enum === null ? undefined : frame.index.ir.enums.find((e) => e.name === field.enum);
  if (values === undefined) return int(value, field.type === 'u64' || /addr(ess)?$/.test(field.name));
  const name = nameOf(values, Number(value));
  if (!values.flags) return name ?? int(value, true);
  const rest = values.values.reduce((left, v) => left & ~BigInt(v.value), value);
  if (rest === 0n) return name ?? '0';
  return name === null ? int(rest, true) : `${name}|${int(rest, true)}`;
}

/** Numbers up to 65535 are counts and offsets and read best in decimal; above that they are ids, masks and addresses. */
const int = (value: bigint, hex: boolean): string =>
  hex || value > 0xffffn ? (value < 0n ? value.toString() : `0x${value.toString(16)}`) : value.toString();

const WORDS = 8;

function words(value: Spelled): string {
  const list = Array.isArray(value) ? (value as readonly (number | string)[]) : [];
  const shown = list.slice(0, WORDS).map((v) => `0x${BigInt(v).toString(16).padStart(8, '0')}`);
  return `[${shown.join(',')}${list.length > WORDS ? `,… ${list.length} words` : ''}]`;
}

const SHOWN_BYTES = 16;

function bytes(field: BytesFieldIR, hex: string, fields: Fields, body: BodyIR): string {
  if (field.format === 'uuid')
    return /^0+$/.test(hex) ? 'nil' : hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  if (field.format === 'mac') return hex.replace(/(..)(?=.)/g, '$1:');
  if (field.format === 'bitmap' || ('unit' in field.count && field.count.unit === 'bits'))
    return bitmap(hex, firstOf(fields, body));
  return shorten(hex);
}

export const shorten = (hex: string): string =>
  hex.length > 2 * SHOWN_BYTES ? `${hex.slice(0, 2 * SHOWN_BYTES)}…(${hex.length >> 1} bytes)` : hex;

/** A window of device numbers starts at its `offset`. */
const firstOf = (fields: Fields, body: BodyIR): number =>
  body.fields.some((f) => f.name === 'offset') ? Number(fields.offset ?? 0) : 0;

/** The numbers of the set bits, least significant bit of the first byte first. */
function bitmap(hex: string, first: number): string {
  const set: number[] = [];
  Buffer.from(hex, 'hex').forEach((byte, i) => {
    for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) set.push(first + 8 * i + bit);
  });
  return `{${set.slice(0, WORDS).join(',')}${set.length > WORDS ? `,… ${set.length} set` : ''}}`;
}

const isZero = (value: Spelled): boolean =>
  Array.isArray(value) ? value.every((v) => BigInt(v) === 0n) : /^0*$/.test(String(value));
