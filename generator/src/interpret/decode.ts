import { hexId } from '../ir/spell-id.js';
import type { BodyIR, FieldIR } from '../ir/types.js';
import type { DialectIndex } from './dialect-index.js';
import { readInt } from './int.js';
import { emptyRecord, type Fields, type Value } from './values.js';
import { type WireError, wireError } from './wire-error.js';

/** A message whose shape is right. Byte arrays are views of the input. */
export interface Decoded {
  readonly body: BodyIR;
  readonly header: Fields;
  readonly fields: Fields;
  /** Bytes of the message: what the header counts, or the fixed frame. */
  readonly size: number;
  /** Bytes within the message after its known content. */
  readonly surplus: { readonly offset: number; readonly length: number } | null;
  /** Bytes of the fixed frame after its last field; the text wants them zero. */
  readonly padding: { readonly offset: number; readonly length: number } | null;
}

export interface Refused {
  readonly error: WireError;
  /** What could be read of the header. */
  readonly header: Fields | null;
}

export const isRefused = (result: Decoded | Refused): result is Refused => 'error' in result;

/**
 * Reads one message from `bytes`, straight from the IR. Slow and plain on purpose: it is the oracle for the generated codecs.
 *
 * `select` names the body where the caller knows it better than the header does; it is asked with the bodies the header
 * announces. The result refers to `bytes`, and bytes after the message belong to the carrier.
 */
export function decode(
  index: DialectIndex,
  bytes: Uint8Array,
  select: (announced: readonly BodyIR[]) => readonly BodyIR[] = same,
): Decoded | Refused {
  const { ir } = index;
  const { headerSize, fixedSize } = ir.framing;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const got = bytes.byteLength;
  if (got < headerSize) {
    return {
      error: wireError(
        'short_header',
        `the header needs ${headerSize} bytes, ${got} delivered`,
        'header',
        got,
        headerSize,
        got,
      ),
      header: null,
    };
  }
  const header = readFields(ir.header, view, headerSize);
  const refuse = (error: WireError): Refused => ({ error, header });
  let size = fixedSize ?? 0;
  if (fixedSize !== null) {
    if (got < fixedSize)
      return refuse(
        wireError('frame_size', `every frame has ${fixedSize} bytes, ${got} delivered`, 'frame', got, fixedSize, got),
      );
  } else if (index.sizeField !== null) {
    const { name, offset } = index.sizeField;
    size = Number(header[name]);
    if (size < headerSize) {
      return refuse(
        wireError(
          'size_below_header',
          `${name} is ${size}, less than the header of ${headerSize} bytes`,
          name,
          offset,
          headerSize,
          size,
        ),
      );
    }
    if (size > got)
      return refuse(
        wireError('truncated', `${name} is ${size}, but only ${got} bytes were delivered`, name, offset, size, got),
      );
  }
  const { type, id } = index.announcedBy(({ name }) => Number(header[name]));
  const announced = index.at(type, id);
  if (announced.length === 0) return refuse(unknownId(index, type, id));
  const bodies = select(announced);
  const body = bodies[0];
  if (body === undefined || bodies.length > 1)
    return refuse(ambiguous(index, bodies.length > 1 ? bodies : announced, id));
  const short = tooShort(body, view, size);
  if (short !== null) return refuse(short);
  const end = contentEnd(body, headerSize, view);
  const rest = size > end ? { offset: end, length: size - end } : null;
  return {
    body,
    header,
    fields: readFields(body.fields, view, size),
    size,
    surplus: fixedSize === null ? rest : null,
    padding: fixedSize === null ? null : rest,
  };
}

const same = (announced: readonly BodyIR[]): readonly BodyIR[] => announced;

function unknownId(index: DialectIndex, type: number, id: number): WireError {
  const field = index.idField;
  const kind = (type & index.ir.framing.responseBit) === 0 ? 'request or event' : 'response';
  const expected = `a ${index.classOf(type)} ${kind} id`;
  return wireError(
    'unknown_id',
    `${field.name} ${hexId(id)} is not ${expected} of ${index.ir.dialect}`,
    field.name,
    field.offset,
    expected,
    id,
  );
}

function ambiguous(index: DialectIndex, bodies: readonly BodyIR[], id: number): WireError {
  const { name, offset } = index.idField;
  const candidates = bodies.map((b) => b.key);
  return wireError(
    'ambiguous',
    `${name} 0x${id.toString(16)} may be ${candidates.join(' or ')}; say which`,
    name,
    offset,
    'class, message and kind',
    id,
    candidates,
  );
}

/** First byte after what a body is known to hold; an empty body ends where its header does. The fixed part is there. */
function contentEnd(body: BodyIR, headerSize: number, view: DataView): number {
  const last = body.fields[body.fields.length - 1];
  return last === undefined ? headerSize : last.offset + byteLength(last, body, view);
}

function tooShort(body: BodyIR, view: DataView, size: number): WireError | null {
  if (size < body.minSize) {
    const field = body.fields.find((f) => f.offset + fixedLength(f) > size);
    const name = field?.name ?? 'payload';
    return wireError(
      'short_body',
      `${body.message} ${body.kind} needs ${body.minSize} bytes, the message has ${size}`,
      name,
      field?.offset ?? size,
      body.minSize,
      size,
    );
  }
  const tail = body.fields[body.fields.length - 1];
  if (tail === undefined) return null;
  const needed = tail.offset + byteLength(tail, body, view);
  if (needed <= size) return null;
  return wireError(
    'short_tail',
    `"${tail.name}" of ${body.message} ${body.kind} ends at byte ${needed}, the message has ${size}`,
    tail.name,
    tail.offset,
    needed,
    size,
  );
}

function fixedLength(field: FieldIR): number {
  if (field.kind === 'int') return field.size;
  if (!('fixed' in field.count)) return 0;
  return field.count.fixed * (field.kind === 'ints' ? field.elementSize : 1);
}

/** Bytes of a field, its count read from the message where another field holds it. */
function byteLength(field: FieldIR, body: BodyIR, view: DataView): number {
  if (field.kind === 'int' || 'fixed' in field.count) return fixedLength(field);
  const { count } = field;
  const counter = body.fields.find((f) => f.name === count.field);
  if (counter === undefined || counter.kind !== 'int') return 0;
  const n = Number(readInt(view, counter.offset, counter.type));
  if (count.unit === 'bits') return Math.ceil(n / 8);
  if (count.unit === 'bytes') return n;
  return n * (field.kind === 'ints' ? field.elementSize : 1);
}

/** Reads fields that are known to lie within `end`. */
function readFields(fields: readonly FieldIR[], view: DataView, end: number): Fields {
  const values: Fields = emptyRecord();
  for (const field of fields) {
    if (field.kind === 'int') {
      const value = readInt(view, field.offset, field.type);
      values[field.name] = value;
      if (field.role !== null) continue;
      for (const bits of field.bits) {
        if (!bits.reserved) values[bits.name] = readBits(value, bits.lsb, bits.width);
      }
      continue;
    }
    values[field.name] = readArray(field, view, values, end);
  }
  return values;
}

/** A group of bits of an integer, two's complement where it is negative. */
function readBits(value: number | bigint, lsb: number, width: number): number {
  if (typeof value === 'number' && value >= 0) return Math.floor(value / 2 ** lsb) % 2 ** width;
  return Number((BigInt(value) >> BigInt(lsb)) & ((1n << BigInt(width)) - 1n));
}

function readArray(field: Exclude<FieldIR, { kind: 'int' }>, view: DataView, before: Fields, end: number): Value {
  const { count } = field;
  const n = 'fixed' in count ? count.fixed : Number(before[count.field]);
  if (field.kind === 'bytes') {
    const length = 'unit' in count && count.unit === 'bits' ? Math.ceil(n / 8) : n;
    return new Uint8Array(view.buffer, view.byteOffset + field.offset, Math.min(length, end - field.offset));
  }
  const elements = 'unit' in count && count.unit === 'bytes' ? Math.floor(n / field.elementSize) : n;
  const values: (number | bigint)[] = [];
  for (let i = 0; i < elements; i++) values.push(readInt(view, field.offset + i * field.elementSize, field.type));
  return values;
}
