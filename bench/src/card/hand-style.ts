import type { BodyIR, DialectIR, FieldIR, IntFieldIR } from '@virtio-wire/generator';
import { decoderSource, elementsOf, type Reading } from './decoder.js';
import { at, readInt, writeInt } from './int-access.js';
import { countedBy, elementSize, groupsOf, headerKey, isBits, isGiven } from './values.js';

type ArrayField = Exclude<FieldIR, IntFieldIR>;

/**
 * The baseline of a message nobody wrote by hand: source of what a careful person would write, in the style of `hand.ts`. Field
 * by field, literal offsets and byte order, no checks. Made of the IR alone: the code generator has no part in it.
 */
export const handDecoderSource = (ir: DialectIR, body: BodyIR): string => decoderSource(ir, body, reading(body));

const wordName = ({ name }: IntFieldIR): string => `${name}_word`;

const reading = (body: BodyIR): Reading => ({
  parameters: 'v, p',
  before: body.fields.flatMap((field) =>
    field.kind === 'int' && groupsOf(field).length > 0
      ? [`const ${wordName(field)} = ${readInt(field.type, field.offset)};`]
      : [],
  ),
  header: (field) => readInt(field.type, field.offset),
  int: (field) => readInt(field.type, field.offset),
  part(field, { lsb, width }) {
    if (field.size > 4) throw new Error(`${body.key}: ${field.name}: bits of a u64 have no hand style yet`);
    const word = wordName(field);
    if (lsb + width === 32) return `(${word} >>> ${lsb})`;
    const mask = `0x${(2 ** width - 1).toString(16)}`;
    return lsb === 0 ? `(${word} & ${mask})` : `((${word} >>> ${lsb}) & ${mask})`;
  },
  length: (field, count) => (count === null ? `${fixedCount(field)}` : elementsOf(field, count)),
  loop(field, n) {
    if (field.kind !== 'ints') throw new Error(`${body.key}: ${field.name} is no array of integers`);
    const step = elementSize(field);
    return [`for (let i = 0, q = ${at(field.offset)}; i < ${n}; i++, q += ${step})`, readInt(field.type, 0, 'q')];
  },
  start: (field) => at(field.offset),
});

const fixedCount = ({ count }: ArrayField): number => ('fixed' in count ? count.fixed : 0);

/** Source of a function that writes a whole message from a record; `bytes` is a second view of the same memory. */
export function handEncoderSource(ir: DialectIR, body: BodyIR): string {
  const tail = body.fields.find((f): f is ArrayField => f.kind !== 'int' && 'field' in f.count);
  const lines = tail === undefined ? [] : [`const n = r.${tail.name}.length;`];
  const grown = tail === undefined ? '' : ` + ${elementSize(tail) === 1 ? '' : `${elementSize(tail)} * `}n`;
  const size = `${ir.framing.fixedSize ?? `${body.minSize}${grown}`}`;
  for (const field of ir.header) {
    const { role, reserved, type, offset } = field;
    const given = `r.${headerKey(body, field)}`;
    const fixed = role === 'type' ? body.type : role === 'id' ? body.id : reserved ? 0 : null;
    lines.push(writeInt(type, offset, role === 'size' ? size : (fixed?.toString() ?? given)));
  }
  for (const field of body.fields)
    lines.push(...(field.kind === 'int' ? writeField(body, field) : writeArray(body, field)));
  const { fixedSize } = ir.framing;
  const last = body.fields.at(-1);
  const end = last === undefined ? ir.framing.headerSize : last.offset + sizeOf(last);
  if (fixedSize !== null) lines.push(...zeros(end, fixedSize));
  return `(v, p, r, bytes) => {\n  ${[...lines, `return ${size};`].join('\n  ')}\n}`;
}

function writeField(body: BodyIR, field: IntFieldIR): string[] {
  const array = countedBy(body, field);
  if (array !== undefined && !isBits(array)) {
    const scale = 'unit' in array.count && array.count.unit === 'bytes' ? elementSize(array) : 1;
    return [writeInt(field.type, field.offset, scale === 1 ? 'n' : `${scale} * n`)];
  }
  const zero = field.type === 'u64' ? '0n' : '0';
  if (!isGiven(body, field)) return [writeInt(field.type, field.offset, zero)];
  const groups = groupsOf(field);
  const parts = groups.map(({ name, lsb }) => (lsb === 0 ? `r.${name}` : `(r.${name} << ${lsb})`));
  return [writeInt(field.type, field.offset, groups.length === 0 ? `r.${field.name}` : parts.join(' | '))];
}

function writeArray(body: BodyIR, field: ArrayField): string[] {
  if (!isGiven(body, field)) return zeros(field.offset, field.offset + sizeOf(field));
  if (field.kind === 'bytes') return [`bytes.set(r.${field.name}, ${at(field.offset)});`];
  const n = 'fixed' in field.count ? `${field.count.fixed}` : 'n';
  const head = `for (let i = 0, q = ${at(field.offset)}; i < ${n}; i++, q += ${elementSize(field)})`;
  return [`${head} { ${writeInt(field.type, 0, `r.${field.name}[i]`, 'q')} }`];
}

const sizeOf = (field: FieldIR): number => (field.kind === 'int' ? field.size : fixedCount(field) * elementSize(field));

/** Zeros in whole words, then what is left. */
function zeros(from: number, to: number): string[] {
  const words = Math.floor((to - from) / 4);
  const lines: string[] = [];
  if (words > 1) lines.push(`for (let q = ${at(from)}; q < ${at(from + 4 * words)}; q += 4) v.setUint32(q, 0, true);`);
  else if (words === 1) lines.push(writeInt('u32', from, '0'));
  for (let offset = from + 4 * words; offset < to; offset++) lines.push(writeInt('u8', offset, '0'));
  return lines;
}
