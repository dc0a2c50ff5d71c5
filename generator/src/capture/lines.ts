import type { DialectIndex } from '../interpret/dialect-index.js';
import { splitMessages } from '../interpret/split.js';
import { toHex } from '../interpret/values.js';
import { type EntryError, entryError } from '../jsonl/decode-entry.js';
import type { Entry } from '../jsonl/entry.js';
import { parseLine } from '../jsonl/parse-line.js';
import { PcapngReader } from '../pcapng/reader.js';
import { type Form, formOf, isJson } from './form.js';
import { PCAP_HINT } from './pcap-hint.js';

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
  const form = formOf(bytes.subarray(0, 1 << 12));
  switch (form) {
    case 'empty':
      return { form, counted: 'line', lines: [] };
    case 'text': {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
      const whole = reading.partial === true ? text.slice(0, text.lastIndexOf('\n') + 1) || text : text;
      return { form, counted: 'line', lines: textLines(whole, reading.limit) };
    }
    case 'pcapng':
      return { form, counted: 'packet', lines: pcapngLines(bytes, reading) };
    case 'pcap':
      return { form, counted: 'line', lines: [{ line: 1, error: OLD_PCAP }] };
    default:
      return { form, counted: 'message', lines: rawLines(bytes, reading) };
  }
}

const OLD_PCAP = entryError('old_pcap', 'file', 'a capture in the old pcap format', PCAP_HINT);

/**
 * Lines of text, blank ones left out: a line that begins with a brace is JSON, one of hexadecimal digits a message. Where
 * the first line of a text is no JSON, all others are taken for digits. `#` begins a remark.
 */
export function textLines(text: string, limit = Number.POSITIVE_INFINITY): CaptureLine[] {
  const json = isJson(text);
  const found: CaptureLine[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [i, content] of lines.entries()) {
    if (found.length >= limit) break;
    const line = i + 1;
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    if (!trimmed.startsWith('{') && (DIGITS.test(trimmed) || !json)) {
      found.push({ line, entry: { hex: trimmed } });
      continue;
    }
    const parsed = parseLine(content);
    found.push({ line, ...('entry' in parsed ? { entry: parsed.entry } : { error: parsed.error }) });
  }
  return found;
}

/** At least a header's worth of pairs, so that a number on a line of its own stays a number. */
const DIGITS = /^(0x)?([0-9a-f]{2}[\s:_,-]*){4,}$/i;

/** A calendar's clock stands beyond this many milliseconds (1973); a capture's own begins near 0. */
const CALENDAR = 1e11;

/**
 * Packets in the spelling of JSONL, times in seconds: since the first packet where the clock is a calendar's. A packet's
 * comment is its note. The description of an interface that names a dialect, as ours do, becomes a header.
 */
function pcapngLines(bytes: Uint8Array, { partial, limit = Number.POSITIVE_INFINITY }: Reading): CaptureLine[] {
  const lines: CaptureLine[] = [];
  let origin: number | null = null;
  let described: string | null = null;
  const reader: PcapngReader = new PcapngReader(
    (view, start, end, { packet, direction, time, comment, interface: face }) => {
      if (lines.length >= limit) return;
      if (face.description !== described) {
        described = face.description;
        // Anybody may describe an interface in words; a dialect is one word.
        if (described !== null && /^virtio-[\w-]+\/[\w.+-]+$/.test(described))
          lines.push({ line: packet, entry: { trace: face.name ?? 'pcapng', dialect: described } });
      }
      if (time !== null && origin === null) origin = time > CALENDAR ? time : 0;
      lines.push({
        line: packet,
        entry: {
          ...(time === null ? {} : { t: (time - (origin ?? 0)) / 1000 }),
          ...(direction === null ? {} : { dir: direction }),
          hex: toHex(new Uint8Array(view.buffer, view.byteOffset + start, end - start)),
          ...(comment === null ? {} : { note: comment }),
        },
      });
    },
    ({ code, message, offset, expected, got }) => {
      if (lines.length < limit)
        lines.push({ line: reader.packet, error: { code, message, field: 'block', offset, expected, got } });
    },
  );
  for (let at = 0; at < bytes.length && lines.length < limit; at += CHUNK) reader.push(bytes.subarray(at, at + CHUNK));
  if (partial !== true) reader.end();
  return lines;
}

const CHUNK = 1 << 20;

function rawLines(bytes: Uint8Array, { index, limit }: Reading): CaptureLine[] {
  const messages = index === undefined ? [bytes] : splitMessages(index, bytes);
  return messages.slice(0, limit).map((message, i) => ({ line: i + 1, entry: { hex: toHex(message) } }));
}
