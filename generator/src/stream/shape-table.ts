import type { DialectIndex } from '../interpret/dialect-index.js';
import type { WireErrorCode } from '../interpret/wire-error.js';
import { codeOf, readNumber } from './read-number.js';
import { TailTable } from './tail-table.js';

/** Why a message is refused; `check` answers with ~position in this list. */
export const SHAPE_ERRORS = [
  'short_header',
  'frame_size',
  'size_below_header',
  'truncated',
  'unknown_id',
  'ambiguous',
  'short_body',
  'short_tail',
] as const satisfies readonly WireErrorCode[];

const refused = (code: (typeof SHAPE_ERRORS)[number]): number => ~SHAPE_ERRORS.indexOf(code);

const SHORT_HEADER = refused('short_header');
const FRAME_SIZE = refused('frame_size');
const SIZE_BELOW_HEADER = refused('size_below_header');
const TRUNCATED = refused('truncated');
const UNKNOWN_ID = refused('unknown_id');
const AMBIGUOUS = refused('ambiguous');
const SHORT_BODY = refused('short_body');
const SHORT_TAIL = refused('short_tail');

/** The code behind a negative answer of `check`. */
export const errorOf = (answer: number): WireErrorCode => SHAPE_ERRORS[~answer] ?? 'unknown_id';

/** Header slots of one page: type bits below, 256 of them per id. */
const PAGE = 8;

/** Largest id a message can have; a wider id field may hold more, and then announces nothing. */
const LAST_ID = 0xff;

/** A key that no other type of up to 32 bits and id of up to 8 share; it stays below 2^53, where numbers are exact. */
const wideSlot = (type: number, id: number): number => id * 0x100000000 + (type >>> 0);

/**
 * The shape check of `interpret/decode`, as tables: which body a message holds, or why it is refused, without building
 * anything. It must agree with the interpreter on every message; test/stream-shapes.test.ts holds the two against each other.
 */
export class ShapeTable {
  /** What the last accepted message had: bytes of the message, and first byte after its known content. */
  size = 0;
  contentEnd = 0;
  readonly #headerSize: number;
  readonly #fixedSize: number;
  readonly #sizeAt: number;
  readonly #sizeType: number;
  readonly #typeAt: number;
  readonly #typeType: number;
  readonly #typeMask: number;
  readonly #idAt: number;
  readonly #idType: number;
  readonly #slots: Int16Array;
  /** Instead of the slots where the type field's bits are too many to be the low part of a slot. */
  readonly #wide: Map<number, number> | null;
  readonly #minSize: Int32Array;
  readonly #tails: TailTable;

  constructor(index: DialectIndex) {
    const { bodies, framing } = index.ir;
    this.#headerSize = framing.headerSize;
    this.#fixedSize = framing.fixedSize ?? -1;
    this.#sizeAt = index.sizeField?.offset ?? -1;
    this.#sizeType = index.sizeField === null ? 0 : codeOf(index.sizeField.type);
    // Without a type field the mask is 0, and whatever is read in its place says nothing.
    const typeField = index.typeField ?? index.idField;
    this.#typeAt = typeField.offset;
    this.#typeType = codeOf(typeField.type);
    this.#typeMask = framing.typeMask;
    this.#idAt = index.idField.offset;
    this.#idType = codeOf(index.idField.type);
    const isWide = this.#typeMask >>> 0 >= 1 << PAGE;
    this.#wide = isWide ? new Map() : null;
    const slots = isWide ? [] : bodies.map((b) => b.type | (b.id << PAGE));
    this.#slots = new Int16Array(1 + Math.max(0, ...slots)).fill(UNKNOWN_ID);
    for (const [i, body] of bodies.entries()) {
      const slot = wideSlot(body.type, body.id);
      if (this.#wide !== null) this.#wide.set(slot, this.#wide.has(slot) ? AMBIGUOUS : i);
      else this.#slots[slots[i] as number] = this.#slots[slots[i] as number] === UNKNOWN_ID ? i : AMBIGUOUS;
    }
    this.#minSize = Int32Array.from(bodies, (b) => b.minSize);
    this.#tails = new TailTable(bodies, framing.headerSize);
  }

  /**
   * Bytes of the message that starts at `p`, of which `end - p` are here: 0 where more are needed to tell, -1 where the
   * size leads nowhere and the rest of the input belongs to this message.
   */
  extent(view: DataView, p: number, end: number): number {
    if (this.#fixedSize >= 0) return this.#fixedSize;
    if (end - p < this.#headerSize) return 0;
    if (this.#sizeAt < 0) return -1;
    const size = readNumber(view, p + this.#sizeAt, this.#sizeType);
    return size < this.#headerSize ? -1 : size;
  }

  /** The body in `ir.bodies` that the bytes `p` to `end` hold, or a negative number for why there is none. */
  check(view: DataView, p: number, end: number): number {
    const got = end - p;
    if (got < this.#headerSize) return SHORT_HEADER;
    let size = this.#fixedSize;
    if (size >= 0) {
      if (got < size) return FRAME_SIZE;
    } else {
      size = this.#sizeAt < 0 ? 0 : readNumber(view, p + this.#sizeAt, this.#sizeType);
      if (this.#sizeAt >= 0 && size < this.#headerSize) return SIZE_BELOW_HEADER;
      if (size > got) return TRUNCATED;
    }
    const type = readNumber(view, p + this.#typeAt, this.#typeType) & this.#typeMask;
    const id = readNumber(view, p + this.#idAt, this.#idType);
    if (id > LAST_ID) return UNKNOWN_ID;
    const found = this.#wide === null ? this.#slots[type | (id << PAGE)] : this.#wide.get(wideSlot(type, id));
    const body = found ?? UNKNOWN_ID;
    if (body < 0) return body;
    if (size < (this.#minSize[body] as number)) return SHORT_BODY;
    const contentEnd = this.#tails.end(view, p, body);
    if (contentEnd > size) return SHORT_TAIL;
    this.size = size;
    this.contentEnd = contentEnd;
    return body;
  }
}
