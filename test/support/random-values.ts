import type { BodyIR, DialectIR, FieldIR, IntFieldIR } from '@virtio-wire/generator';

type Spelled = number | string | readonly (number | string)[];
export type Random = () => number;

/** A small generator of numbers in [0, 1), so that one drawn seed stands for all values of a run. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

export const below = (random: Random, n: number): number => Math.floor(random() * n);

/** Any value of a type, its boundaries far more often than chance would have it. */
function integer(random: Random, type: IntFieldIR['type'], size: number): number | string {
  const bits = BigInt(8 * size);
  const edges = [
    0n,
    1n,
    0x7fn,
    0x80n,
    1n << (bits - 1n),
    (1n << (bits - 1n)) - 1n,
    (1n << bits) - 1n,
    1n << (bits / 2n),
  ];
  const any = (BigInt(below(random, 0x100000000)) << 32n) | BigInt(below(random, 0x100000000));
  const value = random() < 0.5 ? (edges[below(random, edges.length)] ?? 0n) : any;
  if (type === 'u64') return BigInt.asUintN(64, value).toString();
  return Number(type === 's32' ? BigInt.asIntN(32, value) : BigInt.asUintN(8 * size, value));
}

const bytes = (random: Random, n: number): string =>
  Array.from({ length: n }, () => below(random, 256).toString(16).padStart(2, '0')).join('');

function array(random: Random, field: Exclude<FieldIR, IntFieldIR>, n: number): Spelled {
  if (field.kind === 'bytes') return bytes(random, n);
  return Array.from({ length: n }, () => integer(random, field.type, field.elementSize));
}

/** Values for every field of a body; a counted array has up to nine elements and an exact count. */
export function randomFields(random: Random, body: BodyIR): Record<string, Spelled> {
  const fields: Record<string, Spelled> = {};
  const zero = random() < 0.5;
  for (const field of body.fields) {
    if (field.kind === 'int') {
      const value = field.reserved && zero ? 0 : integer(random, field.type, field.size);
      const groups = field.bits.filter((bits) => !bits.reserved);
      const mask = groups.reduce((all, { lsb, width }) => all | (((1n << BigInt(width)) - 1n) << BigInt(lsb)), 0n);
      const word = zero && field.bits.length > 0 ? BigInt.asUintN(64, BigInt(value)) & mask : BigInt(value);
      const signed = field.type === 's32' ? BigInt.asIntN(32, word) : word;
      fields[field.name] = field.type === 'u64' ? signed.toString() : Number(signed);
      for (const { name, lsb, width } of groups) {
        fields[name] = Number((BigInt.asUintN(64, word) >> BigInt(lsb)) & ((1n << BigInt(width)) - 1n));
      }
      continue;
    }
    const { count } = field;
    if ('fixed' in count) {
      const blank = field.reserved && zero;
      fields[field.name] = array(blank ? () => 0 : random, field, count.fixed);
      continue;
    }
    const n = below(random, 10);
    fields[field.name] = array(random, field, n);
    const scale = count.unit === 'bytes' && field.kind === 'ints' ? field.elementSize : 1;
    fields[count.field] = count.unit === 'bits' ? Math.max(0, 8 * n - below(random, 8)) : scale * n;
  }
  return fields;
}

/** Values for the header fields that a body leaves free. */
export function randomHeader(random: Random, ir: DialectIR, body: BodyIR): Record<string, Spelled> {
  const header: Record<string, Spelled> = {};
  for (const field of ir.header) {
    if (field.role === 'size') continue;
    if (field.role === 'id') header[field.name] = body.id;
    else if (field.role === 'type')
      header[field.name] =
        random() < 0.7 ? body.type : body.type | (below(random, 2 ** (8 * field.size)) & ~ir.framing.typeMask);
    else header[field.name] = field.reserved && random() < 0.7 ? 0 : integer(random, field.type, field.size);
  }
  return header;
}

/** The same bytes with a few of them replaced, mostly at the front, where the meaning is. */
export function noisy(random: Random, from: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(from);
  for (let i = below(random, 4); i >= 0; i--) {
    const at = below(random, random() < 0.5 ? Math.min(12, changed.length) : changed.length);
    if (at < changed.length)
      changed[at] = random() < 0.5 ? below(random, 256) : (changed[at] ?? 0) ^ (1 << below(random, 8));
  }
  return changed;
}
