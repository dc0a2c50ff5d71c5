/** Longest line that is read as one, in bytes. No frame comes near it, and memory has to stay bounded. */
export const LONGEST_LINE = 1 << 24;

const BREAK = 0x0a;
/** What editors on Windows put before the first line. */
const BYTE_ORDER_MARK = '\ufeff';
const NOTHING: readonly string[] = [];

/**
 * Cuts a stream of chunks into lines, CRLF or LF; a last line break ends the last line, a lone CR ends none. A byte order
 * mark before the first line is left out. A line beyond `LONGEST_LINE` comes out cut, but longer than that, so that whoever
 * reads it can tell.
 */
export class LineCutter {
  #pending: Buffer[] = [];
  #held = 0;
  #first = true;

  /** The lines that end in this chunk. The chunk may be overwritten afterwards. */
  push(chunk: Buffer): readonly string[] {
    const last = chunk.lastIndexOf(BREAK);
    if (last < 0) {
      this.#hold(chunk);
      return NOTHING;
    }
    let from = 0;
    const lines: string[] = [];
    if (this.#held > 0) {
      from = chunk.indexOf(BREAK) + 1;
      this.#hold(chunk.subarray(0, from - 1));
      lines.push(this.#line());
    }
    // One decoding for all whole lines is far cheaper than one for each.
    if (from <= last)
      for (const line of chunk.toString('utf8', from, last).split('\n')) lines.push(withoutReturn(line));
    this.#hold(chunk.subarray(last + 1));
    return this.#unmarked(lines);
  }

  /** What stands behind the last line break. */
  end(): readonly string[] {
    return this.#held === 0 ? NOTHING : this.#unmarked([this.#line()]);
  }

  #unmarked(lines: string[]): readonly string[] {
    if (this.#first && lines[0]?.startsWith(BYTE_ORDER_MARK) === true) lines[0] = lines[0].slice(1);
    this.#first = false;
    return lines;
  }

  #hold(part: Buffer): void {
    if (this.#held > LONGEST_LINE || part.length === 0) return;
    const kept = Buffer.from(part.subarray(0, LONGEST_LINE + 1 - this.#held));
    this.#pending.push(kept);
    this.#held += kept.length;
  }

  #line(): string {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#held = 0;
    // In latin1 a cut line keeps its length, whatever characters it is cut through.
    return bytes.length > LONGEST_LINE ? bytes.toString('latin1') : withoutReturn(bytes.toString('utf8'));
  }
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
