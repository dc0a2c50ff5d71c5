import type { IntMemberIR, MemberIR, SegmentIR, ShapeIR } from '../../ir/structs.js';
import { elementSizeOf, segmentsOf, varies } from '../../ir/structs.js';
import { readInt } from '../int.js';
import { type WireError, wireError } from '../wire-error.js';

/** Where everything of a struct lies that has an array of variable size. */
export interface Placement {
  /** End of each such array, by its path. */
  readonly ends: ReadonlyMap<string, number>;
  /** Elements of each. */
  readonly counts: ReadonlyMap<string, number>;
  /** Bytes of the struct. */
  readonly size: number;
}

/** Finds the end of every array in the `got` bytes delivered, or why they do not hold such a struct. */
export function placeOf(shape: ShapeIR, view: DataView, got: number): Placement | WireError {
  if (got < shape.minSize) return shortBody(shape, got);
  const ends = new Map<string, number>();
  const counts = new Map<string, number>();
  let size = shape.minSize;
  for (const segment of segmentsOf(shape)) {
    const { array, run } = segment;
    const start = startOf(array, ends);
    const bytes = bytesOf(segment, shape, start, ends, view, got);
    const end = start + bytes;
    size = end + run;
    if (!(size <= got))
      return wireError(
        'short_tail',
        `"${array.name}" of ${shape.key} takes the struct to ${size} bytes, ${got} delivered`,
        array.name,
        start,
        size,
        got,
      );
    ends.set(array.name, end);
    counts.set(array.name, Math.floor(bytes / elementSizeOf(array)));
  }
  return { ends, counts, size };
}

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
