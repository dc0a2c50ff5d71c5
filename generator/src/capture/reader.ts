import type { DialectIndex } from '../interpret/dialect-index.js';
import { toHex } from '../interpret/values.js';
import type { EntryError } from '../jsonl/decode-entry.js';
import { parseLine } from '../jsonl/parse-line.js';
import { LineCutter } from '../stream/line-cutter.js';
import { MessageCutter } from '../stream/message-cutter.js';
import { ShapeTable } from '../stream/shape-table.js';
import { type Form, formOf, isUnread, LOOKED_AT, UNREAD } from './form.js';
import type { CaptureLine } from './lines.js';
import { packetLines } from './packet-entries.js';

/** What cuts a capture of one form into lines. */
interface Cutter {
  push(chunk: Uint8Array): void;
  end(): void;
}

/**
 * Reads a capture of any form piece by piece, as the lines it would have as JSONL: one line, packet or message in memory
 * at a time. What is broken is a line with an error. Raw bytes are cut into messages by the dialect of `index`; without
 * one they are read as nothing.
 */
export class CaptureReader {
  #head: Buffer | null = Buffer.alloc(0);
  #form: Form = 'empty';
  #cutter: Cutter | null = null;
  #lines: CaptureLine[] = [];
  #heard = false;

  constructor(readonly index?: DialectIndex | undefined) {}

  /** `empty` until enough bytes came that tell it. */
  get form(): Form {
    return this.#form;
  }

  /** What `line` counts. */
  get counted(): 'line' | 'packet' | 'message' {
    return this.#form === 'pcapng' ? 'packet' : this.#form === 'raw' ? 'message' : 'line';
  }

  /** The lines that end in this chunk. The chunk may be overwritten afterwards. */
  push(chunk: Uint8Array): readonly CaptureLine[] {
    if (this.#head === null) {
      this.#cutter?.push(chunk);
      return this.#taken();
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    return this.#head.length < LOOKED_AT && !isFirstLine(this.#head) ? [] : this.#begin();
  }

  /** The capture is over: what stands behind the last line break, or a block that is cut off. */
  end(): readonly CaptureLine[] {
    const lines = [...this.#begin()];
    this.#cutter?.end();
    return [...lines, ...this.#taken()];
  }

  /** The capture goes on, but nobody will hear it: what its last bytes cut in two is no problem. */
  endOfPart(): readonly CaptureLine[] {
    const lines = this.#begin();
    if (this.#form === 'pcapng') return lines;
    const heard = this.#heard;
    const rest = this.end();
    // A line that is cut in two is nothing, unless it is all there is.
    return this.#form === 'raw' || !heard ? [...lines, ...rest] : lines;
  }

  #begin(): readonly CaptureLine[] {
    const head = this.#head;
    if (head === null) return [];
    this.#head = null;
    this.#form = formOf(head);
    this.#cutter = this.#cutterOf(this.#form);
    this.#cutter?.push(head);
    return this.#taken();
  }

  #taken(): readonly CaptureLine[] {
    const lines = this.#lines;
    this.#heard ||= lines.length > 0;
    this.#lines = [];
    return lines;
  }

  #cutterOf(form: Form): Cutter | null {
    const hear = (line: CaptureLine): void => {
      this.#lines.push(line);
    };
    if (isUnread(form)) {
      hear({ line: 1, error: unread(form) });
      return null;
    }
    if (form === 'text') return new TextCutter(hear);
    if (form === 'pcapng') return packetLines(hear);
    if (form !== 'raw' || this.index === undefined) return null;
    let line = 0;
    return new MessageCutter(new ShapeTable(this.index), (view, start, end, _at, length) => {
      const omitted = length - (end - start);
      const hex = toHex(new Uint8Array(view.buffer, start, end - start));
      hear({ line: ++line, entry: omitted === 0 ? { hex } : { hex, omitted } });
    });
  }
}

/** A line of text that is whole: what comes through a pipe as it happens need not wait for more. */
const isFirstLine = (head: Uint8Array): boolean => head.length > 16 && head.includes(0x0a) && formOf(head) === 'text';

function unread(form: keyof typeof UNREAD): EntryError {
  const { code, what, hint } = UNREAD[form];
  return { code, message: `the capture is ${what}; ${hint}`, field: 'file', offset: 0, expected: hint, got: what };
}

/**
 * Lines of text, blank ones left out: a line that begins with a brace is JSON, one of hexadecimal digits a message. Where
 * the first line of a text is no JSON, all others are taken for digits. `#` begins a remark.
 */
class TextCutter implements Cutter {
  readonly #lines = new LineCutter();
  #line = 0;
  #json: boolean | null = null;

  constructor(readonly hear: (line: CaptureLine) => void) {}

  push(chunk: Uint8Array): void {
    for (const text of this.#lines.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)))
      this.#text(text);
  }

  end(): void {
    for (const text of this.#lines.end()) this.#text(text);
  }

  #text(text: string): void {
    const line = ++this.#line;
    const trimmed = text.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    this.#json ??= trimmed.startsWith('{');
    if (!trimmed.startsWith('{') && (!this.#json || isDigits(trimmed))) {
      this.hear({ line, entry: { hex: trimmed } });
      return;
    }
    const parsed = parseLine(text);
    this.hear({ line, ...('entry' in parsed ? { entry: parsed.entry } : { error: parsed.error }) });
  }
}

/** The lines of a text, whatever characters it has. */
export function textLines(text: string): CaptureLine[] {
  const lines: CaptureLine[] = [];
  const cutter = new TextCutter((line) => lines.push(line));
  cutter.push(Buffer.from(text));
  cutter.end();
  return lines;
}

/** At least a header's worth of pairs, so that a number on a line of its own stays a number. */
function isDigits(text: string): boolean {
  const digits = text.replace(/0x|[\s:_,-]/gi, '');
  return digits.length >= 8 && !/[^0-9a-f]/i.test(digits);
}
