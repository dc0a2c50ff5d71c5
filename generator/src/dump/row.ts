import type { WireError } from '../interpret/wire-error.js';
import type { Finding } from '../rules/finding.js';

/**
 * What a row's bytes are to the message. `tail` is a counted array, `surplus` stands within the message after its known
 * content, `padding` fills a fixed frame, `carrier` was delivered behind the message, `unread` is what nobody can name.
 * A struct has `body`, `tail` and `surplus` only, and between its fields a `hole` that an alignment or a short arm leaves.
 */
export type Part = 'header' | 'body' | 'tail' | 'hole' | 'surplus' | 'padding' | 'carrier' | 'unread';

/**
 * A few bytes of a message or struct and what they mean. The rows of either hold each of its bytes exactly once, in order.
 *
 *     { offset: 8, length: 4, bytes: "03000000", part: "body", field: "status", type: "u32", value: 3,
 *       name: "ACKNOWLEDGE|DRIVER", clause: "…" }
 *
 * A row of length 0 is a field for which no bytes are left, or a second finding about the field before it.
 */
export interface DumpRow {
  /** First byte, counted from the first byte of the message or struct. */
  readonly offset: number;
  readonly length: number;
  /** The bytes as lower-case hexadecimal digits. */
  readonly bytes: string;
  readonly part: Part;
  /** `status`, `features[2]`, `zones[0].z_cap`, `data[16..31]`; in parentheses where the schema has no name for the bytes. */
  readonly field: string;
  /** Integer type, or `bytes`, `uuid`, `mac`, `bitmap`, `text`. */
  readonly type: string;
  /** A number, a decimal string (u64), hexadecimal digits (bytes), or null where the field is not whole. */
  readonly value: number | string | null;
  /** What the value is called: an enumeration's name, flags joined by `|`, the numbers of set bits, a UUID, text in quotes. */
  readonly name?: string;
  readonly bits?: readonly DumpBits[];
  readonly doc?: string;
  readonly clause?: string;
  /** Elements of an array that this one row stands for, where it is too long to be shown one by one. */
  readonly folded?: number;
  readonly finding?: Finding;
  /** Why nothing from here on can be read, or why the message is refused altogether. */
  readonly error?: WireError;
}

/** A group of bits of the row's integer. */
export interface DumpBits {
  readonly name: string;
  readonly lsb: number;
  readonly width: number;
  readonly value: number;
  readonly reserved: boolean;
  readonly doc?: string;
}
