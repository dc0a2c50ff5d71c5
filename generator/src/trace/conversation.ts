import type { DialectIndex } from '../interpret/dialect-index.js';
import type { BodyIR } from '../ir/types.js';
import type { DecodedEntry, EntryError } from '../jsonl/decode-entry.js';
import type { Entry } from '../jsonl/entry.js';
import type { Direction } from '../rules/finding.js';

/** A capture as a conversation: who asked what, what came back, and what else happened, in the order of the requests. */
export interface Conversation {
  /** The first line that names a dialect and carries no frame, if there is one. */
  readonly header: Entry | null;
  /** Dialect and rule profile of the first line that could be resolved. */
  readonly dialect: string | null;
  readonly profile: string | null;
  readonly items: readonly Item[];
  readonly lines: number;
  /** What the capture counts where items say `line`. */
  readonly counted: 'line' | 'packet' | 'message';
}

export type Item = Exchange | Alone | Late | Section | Facts | Broken;

/** A request and what answered it. */
export interface Exchange {
  readonly kind: 'exchange';
  readonly request: Heard;
  /** Null as long as nothing answers. An event has an exchange only where its line pairs it with an answer. */
  response: Heard | null;
  /** What tied the response to its request; null without a response. */
  matched: Matched | null;
  /** Milliseconds from request to response, where both have a time. */
  latency: number | null;
}

/**
 * How sure the pairing is. `exact`: class, id, device and (where the dialect has one) token agree. `line`: the capture pairs
 * them. `order`: nobody asked with this token, and it is the oldest request of the class and id (and device, where somebody
 * asked for that one). `token`: nobody asked for this device, but with this token.
 */
export type Matched = 'exact' | 'line' | 'order' | 'token';

/** A frame that belongs to no exchange: an event, a response that answers nothing, or one whose header says neither. */
export interface Alone {
  readonly kind: 'event' | 'stray' | 'unknown';
  readonly frame: Heard;
}

/** An answer that came when its request had been told as one without; only where a capture is told while it is read. */
export interface Late {
  readonly kind: 'late';
  readonly request: Heard;
  readonly frame: Heard;
  readonly matched: Matched;
  readonly latency: number | null;
}

/** A frame of the capture, decoded and judged. */
export interface Heard {
  /** Number of the frame in the capture, from 1 on. */
  readonly number: number;
  /** Line of the capture, or packet of a pcapng file, counted from 1. */
  readonly line: number;
  /** Place in the line: `hex`, `req`, `send[0]`, … */
  readonly at: string;
  readonly hex: string;
  readonly direction: Direction | null;
  /** Milliseconds on the capture's clock. */
  readonly time: number | null;
  readonly index: DialectIndex;
  /** Null where the bytes were refused. */
  readonly body: BodyIR | null;
  readonly decoded: DecodedEntry;
  readonly device: number | null;
  readonly token: number | null;
  /** What the capture says about this frame, in words and in named values. */
  readonly note: string | null;
  readonly facts: readonly Fact[];
}

/** A remark of the capture that opens a part of it, or stands between frames. */
export interface Section {
  readonly kind: 'section' | 'note';
  readonly line: number;
  readonly time: number | null;
  readonly text: string;
}

/** What a line tells beside frames and notes, by name. */
export interface Facts {
  readonly kind: 'facts';
  readonly line: number;
  readonly time: number | null;
  readonly facts: readonly Fact[];
}

export type Fact = readonly [name: string, value: string];

/** A line that could not be read; the lines after it are read all the same. */
export interface Broken {
  readonly kind: 'broken';
  readonly line: number;
  readonly error: EntryError;
  /** Frames that stand in the line, unread. */
  readonly frames: number;
}

/** The frames of an item, request first. */
export function framesIn(item: Item): readonly Heard[] {
  if (item.kind === 'exchange') return item.response === null ? [item.request] : [item.request, item.response];
  if (item.kind === 'late') return [item.frame];
  return item.kind === 'event' || item.kind === 'stray' || item.kind === 'unknown' ? [item.frame] : [];
}
