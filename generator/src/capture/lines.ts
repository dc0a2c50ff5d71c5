import type { DialectIndex } from '../interpret/dialect-index.js';
import { toHex } from '../interpret/values.js';
import type { EntryError } from '../jsonl/decode-entry.js';
import type { Entry } from '../jsonl/entry.js';
import type { Form } from './form.js';
import { CaptureReader } from './reader.js';

/** A line of a capture, or a packet of one; what could not be read says why. */
export type CaptureLine =
  | { readonly line: number; readonly entry: Entry }
  | { readonly line: number; readonly error: EntryError };

/** A capture as the lines it would have as JSONL. */
export interface CaptureText {
  readonly form: Form;
  /** What `line` counts. */
  readonly counted: 'line' | 'packet' | 'message';
  readonly lines: readonly CaptureLine[];
}

export interface Reading {
  /** Cuts raw bytes into messages; without it they are one. */
  readonly index?: DialectIndex | undefined;
  /** The bytes are the beginning of more: what is cut off at their end is no problem. */
  readonly partial?: boolean | undefined;
  /** Lines to read at most. */
  readonly limit?: number | undefined;
}

/** Reads a capture in any form. Never throws: what is broken is a line with an error, and the rest is read. */
export function readCapture(bytes: Uint8Array, reading: Reading = {}): CaptureText {
  const { index, partial = false, limit = Number.POSITIVE_INFINITY } = reading;
  const reader = new CaptureReader(index);
  const lines: CaptureLine[] = [];
  const add = (more: readonly CaptureLine[]): void => {
    for (const line of more) if (lines.length < limit) lines.push(line);
  };
  for (let at = 0; at < bytes.length && lines.length < limit; at += CHUNK)
    add(reader.push(bytes.subarray(at, at + CHUNK)));
  add(partial ? reader.endOfPart() : reader.end());
  const { form, counted } = reader;
  // Nothing tells where one message ends and the next begins.
  if (form === 'raw' && index === undefined) lines.push({ line: 1, entry: { hex: toHex(bytes) } });
  return { form, counted, lines };
}

const CHUNK = 1 << 20;
