import type { IntMemberIR, MemberIR, SegmentIR, ShapeIR, StructsMemberIR } from '../../ir/structs.js';
import { elementSizeOf, isWalked, segmentsOf, varies } from '../../ir/structs.js';
import { readInt } from '../int.js';
import { type WireError, wireError } from '../wire-error.js';
import type { DecodedStruct } from './decode-struct.js';

/** Where everything of a struct lies that has an array of variable size. */
export interface Placement {
  /** End of each such array, by its path. */
  readonly ends: ReadonlyMap<string, number>;
  /** Elements of each. */
  readonly counts: ReadonlyMap<string, number>;
  /** The elements of an array that only a walk finds, and where each starts. */
  readonly walked: ReadonlyMap<string, readonly Walked[]>;
  /** Bytes of the struct. */
  readonly size: number;
}

export interface Walked {
  readonly at: number;
  readonly element: DecodedStruct;
}

/** Decodes the element at `at`; a struct of the family by name. */
export type DecodeElement = (struct: string, at: number) => DecodedStruct | { readonly error: WireError };

/** Finds the end of every array in the `got` bytes delivered, or why they do not hold such a struct. */
export function placeOf(shape: ShapeIR, view: DataView, got: number, decode: DecodeElement): Placement | WireError {
  if (got < shape.minSize) return shortBody(shape, got);
  const ends = new Map<string, number>();
  const counts = new Map<string, number>();
  const walked = new Map<string, readonly Walked[]>();
  let size = shape.minSize;
  for (const segment of segmentsOf(shape)) {
    const { array, run } = segment;
    const start = startOf(array, ends);
    if (isWalked(array)) {
      const found = walk(array, start, got, decode);
      if ('code' in found) return found;
      walked.set(array.name, found);
      const last = found.at(-1);
      size = last === undefined ? start : last.at + last.element.size;
      ends.set(array.name, size);
      continue;
    }
    const bytes = bytesOf(segment, shape, start, ends, view, got);
    const end = start + bytes;
    size = end + run;
    if (!(size <= got && bytes >= 0)) {
      // A count of 64 bits says more than a number holds exactly.
      const needed = Math.min(size, Number.MAX_SAFE_INTEGER);
      const message = `"${array.name}" of ${shape.key} takes the struct to ${needed} bytes, ${got} delivered`;
      return wireError('short_tail', message, array.name, start, needed, got);
    }
    ends.set(array.name, end);
    counts.set(array.name, Math.floor(bytes / elementSizeOf(array)));
  }
  return { ends, counts, walked, size };
}

/** Elements to the end; what is too short for one is no element. */
function walk(array: StructsMemberIR, start: number, got: number, decode: DecodeElement): Walked[] | WireError {
  const found: Walked[] = [];
  for (let at = start; got - at >= array.least; at = start + sizeOf(found, start)) {
    const element = decode(array.struct, at);
    if ('error' in element) return inElement(array.name, found.length, at, element.error);
    found.push({ at, element });
  }
  return found;
}

const sizeOf = (found: readonly Walked[], start: number): number => {
  const last = found.at(-1);
  return last === undefined ? 0 : last.at + last.element.size - start;
};

/** The error of an element, as one of the struct that holds it. */
const inElement = (array: string, i: number, at: number, error: WireError): WireError => ({
  ...error,
  message: `${array}[${i}]: ${error.message}`,
  field: `${array}[${i}].${error.field}`,
  offset: at + error.offset,
});

/** First byte of a member. */
export const startOf = ({ after, offset }: MemberIR, ends: ReadonlyMap<string, number>): number =>
  offset + (after === null ? 0 : (ends.get(after) ?? 0));

function bytesOf(
  { array, run }: SegmentIR,
  shape: ShapeIR,
  start: number,
  ends: ReadonlyMap<string, number>,
  view: DataView,
  got: number,
): number {
  const each = elementSizeOf(array);
  const { count } = array;
  if ('rest' in count) return Math.floor(Math.max(0, got - start - run) / each) * each;
  if ('fixed' in count) return count.fixed * each;
  const counter = shape.fields.find((f): f is IntMemberIR => f.kind === 'int' && f.name === count.field);
  if (counter === undefined) return 0;
  const n = Number(readInt(view, startOf(counter, ends), counter.type)) + count.plus;
  return count.unit === 'bytes' ? n : n * each;
}

function shortBody(shape: ShapeIR, got: number): WireError {
  // Of an array that may be empty nothing can be cut.
  const cut = shape.fields.filter((f) => f.after === null && !varies(f) && f.offset <= got).at(-1);
  const name = cut?.name ?? 'body';
  const message = `${shape.key} has at least ${shape.minSize} bytes, ${got} delivered: ${name} is cut`;
  return wireError('short_body', message, name, cut?.offset ?? got, shape.minSize, got);
}
