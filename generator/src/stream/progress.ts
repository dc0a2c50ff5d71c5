/** What a progress line needs of a terminal. */
export interface ProgressTarget {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Often enough to look alive, seldom enough to cost nothing. */
const EVERY_MS = 200;
const CLEAR = '\r\u001b[K';

/** One line on a terminal that tells how far a long run is; silent where the target is none. */
export class Progress {
  #bytes = 0;
  #shown: number;
  readonly #begun: number;

  constructor(
    readonly target: ProgressTarget,
    /** Bytes of the whole input, or null where nobody knows. */
    readonly expected: number | null = null,
    readonly now: () => number = () => performance.now(),
  ) {
    this.#begun = now();
    // A run that is over before anyone could read the line should not make it flicker.
    this.#shown = this.#begun;
  }

  get on(): boolean {
    return this.target.isTTY === true;
  }

  advance(bytes: number, messages: number): void {
    this.#bytes += bytes;
    if (!this.on) return;
    const time = this.now();
    if (time - this.#shown < EVERY_MS) return;
    this.#shown = time;
    const line = this.#line(messages, time);
    // A terminal that does not know its width says 0.
    this.target.write(`${CLEAR}${line.slice(0, (this.target.columns || 80) - 1)}`);
  }

  /** Takes the line away; with `throughput` a last one tells how fast it went. */
  done(messages: number, throughput: boolean): void {
    if (this.on) this.target.write(`${CLEAR}${throughput ? `${this.#line(messages, this.now())}\n` : ''}`);
  }

  #line(messages: number, time: number): string {
    const seconds = Math.max(1e-3, (time - this.#begun) / 1000);
    const of =
      this.expected === null || this.expected === 0
        ? ''
        : ` of ${short(this.expected)}B, ${Math.min(100, Math.floor((100 * this.#bytes) / this.expected))} %`;
    return `${short(this.#bytes)}B${of}; ${short(messages)} messages; ${short(messages / seconds)}/s, ${short(this.#bytes / seconds)}B/s`;
  }
}

/** Three digits and a prefix: `1.23 M`. */
function short(n: number): string {
  const [divisor, prefix] = n >= 1e9 ? [1e9, 'G'] : n >= 1e6 ? [1e6, 'M'] : n >= 1e3 ? [1e3, 'k'] : [1, ''];
  const scaled = n / divisor;
  return `${scaled >= 100 || divisor === 1 ? Math.round(scaled) : scaled.toPrecision(3)} ${prefix}`;
}
