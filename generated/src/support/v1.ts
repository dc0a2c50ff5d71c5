/**
 * Support code of the generated codecs, version 1. Everything generated against this version keeps working with it:
 * names here are only ever added.
 */

/**
 * Why bytes were refused. `check` functions return one of these numbers; 0 means the message may be read.
 * Up to FRAME_SIZE they are about the header: generated code compares with that.
 */
export const ErrorCode = {
  OK: 0,
  /** Fewer bytes were delivered than a header has. */
  SHORT_HEADER: 1,
  /** The size field is smaller than the header. */
  SIZE_BELOW_HEADER: 2,
  /** The size field announces more bytes than were delivered. */
  TRUNCATED: 3,
  /** The dialect has messages of one size only, and fewer bytes were delivered. */
  FRAME_SIZE: 4,
  /** No message of the dialect has this type and id. */
  UNKNOWN_ID: 5,
  /** A message, but not the one this codec reads. */
  WRONG_MESSAGE: 6,
  /** The message ends inside its fixed part. */
  SHORT_BODY: 7,
  /** The array at the end has more elements than the message has bytes for. */
  SHORT_TAIL: 8,
  /** There are bytes behind the content and an exact size was asked for. */
  SURPLUS: 9,
  /** Several messages of the dialect share this type and id; a codec has to be chosen by name. */
  AMBIGUOUS: 10,
  /** The tag of a union has a value that chooses no arm. */
  UNKNOWN_ARM: 11,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** The `code` of a `WireError`: the name of an error code in lower case. */
export type ErrorName = Lowercase<keyof typeof ErrorCode>;

/** Refused bytes, as plain data: it survives JSON, structured clone and two copies of this package. */
export interface WireError {
  readonly wireError: 1;
  readonly code: ErrorName;
  /** One sentence for people. */
  readonly message: string;
  /** The field that does not fit or does not match. */
  readonly field: string;
  /** Where that field is, in bytes from the start of the message. */
  readonly offset: number;
  readonly expected: number | string;
  readonly got: number;
}

/** Whether a result is an error. It looks at a property, not at a class, so that copies of this package agree. */
export function isWireError(value: unknown): value is WireError {
  return typeof value === 'object' && value !== null && (value as { wireError?: unknown }).wireError === 1;
}

function wireError(
  code: ErrorCode,
  message: string,
  field: string,
  offset: number,
  expected: number | string,
  got: number,
): WireError {
  // A second table of names would have to be kept in step. The keys stand in the order of their numbers.
  const name = Object.keys(ErrorCode)[code]?.toLowerCase() as ErrorName;
  return { wireError: 1, code: name, message, field, offset, expected, got };
}

/** Fewer bytes than a header. */
export function short_header(headerSize: number, delivered: number): WireError {
  const message = `only ${delivered} bytes were delivered, a header has ${headerSize}`;
  return wireError(ErrorCode.SHORT_HEADER, message, 'header', delivered, headerSize, delivered);
}

/** Fewer bytes than every message of the dialect has. */
export function frame_size(fixedSize: number, delivered: number): WireError {
  const message = `only ${delivered} bytes were delivered, a message has ${fixedSize}`;
  return wireError(ErrorCode.FRAME_SIZE, message, 'frame', delivered, fixedSize, delivered);
}

/** A size field that does not even cover the header. */
export function size_below_header(field: string, offset: number, headerSize: number, got: number): WireError {
  const message = `${field} is ${got}, a header has ${headerSize}`;
  return wireError(ErrorCode.SIZE_BELOW_HEADER, message, field, offset, headerSize, got);
}

/** A size field that reaches past the delivered bytes. */
export function truncated(field: string, offset: number, size: number, delivered: number): WireError {
  const message = `${field} is ${size}, only ${delivered} bytes were delivered`;
  return wireError(ErrorCode.TRUNCATED, message, field, offset, size, delivered);
}

/** An id nobody has assigned. */
export function unknown_id(field: string, offset: number, expected: string, got: number): WireError {
  const message = `${field} is 0x${got.toString(16).padStart(2, '0')}, which is not ${expected}`;
  return wireError(ErrorCode.UNKNOWN_ID, message, field, offset, expected, got);
}

/** Another message than the codec reads. */
export function wrong_message(name: string, field: string, offset: number, expected: number, got: number): WireError {
  const message = `not a ${name}: ${field} is ${got}, not ${expected}`;
  return wireError(ErrorCode.WRONG_MESSAGE, message, field, offset, expected, got);
}

/** Bytes that several messages may have. */
export function ambiguous(field: string, offset: number, candidates: string, got: number): WireError {
  const message = `${field} ${got} may be any of ${candidates}`;
  return wireError(ErrorCode.AMBIGUOUS, message, field, offset, 'class, message and kind', got);
}

/** A message that ends inside its fixed part. `fields` tells where each field of that part starts, in order. */
export function short_body(
  name: string,
  minSize: number,
  got: number,
  fields: Readonly<Record<string, number>>,
): WireError {
  // The field that is cut is the last one that starts at or before the end.
  const [field, offset] = Object.entries(fields)
    .filter(([, start]) => start <= got)
    .at(-1) ?? ['body', got];
  const message = `a ${name} has at least ${minSize} bytes, this one has ${got}: ${field} is cut`;
  return wireError(ErrorCode.SHORT_BODY, message, field, offset, minSize, got);
}

/** A message that ends inside the array its count announces. */
export function short_tail(field: string, offset: number, needed: number, got: number): WireError {
  const message = `${field} takes the message to ${needed} bytes, but it has ${got}`;
  return wireError(ErrorCode.SHORT_TAIL, message, field, offset, needed, got);
}

/** A decoded message, unless it is longer than its content. */
export function exact<M extends { readonly size: number; readonly surplus: number }>(
  message: M | WireError,
): M | WireError {
  if (isWireError(message) || message.surplus === 0) return message;
  const content = message.size - message.surplus;
  const text = `the message has ${message.size} bytes, its content ${content}`;
  return wireError(ErrorCode.SURPLUS, text, 'surplus', content, content, message.size);
}

/** A struct whose tag chooses none of its shapes. */
export function unknown_arm(name: string, field: string, offset: number, known: string, got: number): WireError {
  const message = `${field} of ${name} is ${got}, which chooses no arm (known: ${known})`;
  return wireError(ErrorCode.UNKNOWN_ARM, message, field, offset, known, got);
}

/** What is wrong with element `i` of an array, `offset` bytes into the struct that holds it, as an error of that struct. */
export function in_element(array: string, i: number, offset: number, error: WireError): WireError {
  const element = `${array}[${i}]`;
  return {
    ...error,
    message: `${element}: ${error.message}`,
    field: `${element}.${error.field}`,
    offset: offset + error.offset,
  };
}

/** A decoded struct, unless there are bytes behind it. */
export function exact_struct<S extends { readonly size: number; readonly surplus: number }>(
  struct: S | WireError,
): S | WireError {
  if (isWireError(struct) || struct.surplus === 0) return struct;
  const got = struct.size + struct.surplus;
  const text = `the struct has ${struct.size} bytes, ${got} were given`;
  return wireError(ErrorCode.SURPLUS, text, 'surplus', struct.size, struct.size, got);
}

/** A u64 from its halves as a number, or NaN above `Number.MAX_SAFE_INTEGER`. */
export function u64_number(lo: number, hi: number): number {
  return hi <= 0x1fffff ? hi * 4294967296 + lo : Number.NaN;
}

// Where the last long copy went: making a Uint8Array costs more than copying 100 bytes, and so do the getters of a
// DataView, so both are only touched when another view comes along.
let lastView: DataView = new DataView(new ArrayBuffer(0));
let lastBytes: Uint8Array = new Uint8Array(lastView.buffer);
let lastOffset = 0;

/** Up to this many bytes are stored one by one; the call into `set` pays off above. */
const LOOP_LIMIT = 16;

/**
 * Copies all of `source` into `view` from offset `p` on, without allocating.
 * `source` may be a Buffer or a subarray of any buffer, but not of the bytes that are written.
 */
export function copy_bytes(view: DataView, p: number, source: Uint8Array): void {
  const n = source.length;
  if (n > LOOP_LIMIT) {
    if (view !== lastView) rebind(view);
    lastBytes.set(source, lastOffset + p);
  } else {
    for (let i = 0; i < n; i++) view.setUint8(p + i, source[i]!);
  }
}

function rebind(view: DataView): void {
  const buffer = view.buffer;
  if (buffer !== lastBytes.buffer) lastBytes = new Uint8Array(buffer);
  lastOffset = view.byteOffset;
  lastView = view;
}

/** Writes zeros to bytes `from … to - 1`. */
export function fill_zero(view: DataView, from: number, to: number): void {
  let i = from;
  for (; i + 4 <= to; i += 4) view.setUint32(i, 0, true);
  for (; i < to; i++) view.setUint8(i, 0);
}
