import type { BodyIR, DialectIR, FieldIR, FramingIR, Sender } from '../../ir/types.js';

export const code = (text: string): string => `\`${text}\``;

export const hex = (value: number, digits = 2): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** The anchor a Markdown viewer gives a heading. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** A sentence ends with a full stop, whatever the schema left out. */
export const sentence = (text: string): string => (text === '' || /[.!?]$/.test(text) ? text : `${text}.`);

/** `u32`, `u32[num_blocks]`, `u8[count bits]`, `uuid`. */
export function typeText(field: FieldIR): string {
  if (field.kind === 'int') return field.type;
  if (field.kind === 'bytes' && (field.format === 'uuid' || field.format === 'mac')) return field.format;
  const base = field.kind === 'ints' ? field.type : 'u8';
  const { count } = field;
  if ('fixed' in count) return `${base}[${count.fixed}]`;
  return `${base}[${count.field}${count.unit === 'elements' ? '' : ` ${count.unit}`}]`;
}

/** Bytes of a field: a number, or how to come by it. */
export function sizeText(field: FieldIR): string {
  if (field.kind === 'int') return String(field.size);
  const each = field.kind === 'ints' ? field.elementSize : 1;
  const { count } = field;
  if ('fixed' in count) return String(count.fixed * each);
  if (count.unit === 'bits') return `⌈${count.field} / 8⌉`;
  return each === 1 || count.unit === 'bytes' ? count.field : `${each} × ${count.field}`;
}

/** Bytes of a message: `12`, or `16 + 4 × num_blocks`. */
export function bodySize(body: BodyIR): string {
  if (body.minSize === body.maxSize) return String(body.minSize);
  const tail = body.fields.find((f) => f.kind !== 'int' && !('fixed' in f.count));
  return tail === undefined ? `from ${body.minSize}` : `${body.minSize} + ${sizeText(tail)}`;
}

export const senderText: Readonly<Record<Sender, string>> = {
  driver: 'driver → device',
  device: 'device → driver',
  either: 'either way',
};

/** How a receiver knows where a message ends. */
export function framesText(framing: FramingIR, dialect: DialectIR): string {
  if (framing.fixedSize !== null) return `${framing.fixedSize} bytes each`;
  const size = dialect.header.find((f) => f.role === 'size');
  return size === undefined ? 'told by the bus' : `counted by ${code(size.name)}`;
}

/** Messages by class and name; a request and its response are one. */
export const messagesIn = (dialect: DialectIR): number =>
  new Set(dialect.bodies.map((b) => `${b.class}.${b.message}`)).size;
