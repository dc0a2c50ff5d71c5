import type { BodyIR } from '../ir/types.js';
import { codeOf, readNumber } from './read-number.js';

/** How the number in a counter becomes bytes. */
const NONE = 0;
const SCALED = 1;
const BITS = 2;

/** The last field of every body: where it starts, and where its length stands. One row of typed arrays per body. */
export class TailTable {
  /** First byte behind the fixed part; a counted tail starts there. */
  readonly #start: Int32Array;
  readonly #rule: Uint8Array;
  readonly #counterAt: Int32Array;
  readonly #counterType: Uint8Array;
  readonly #scale: Int32Array;

  constructor(bodies: readonly BodyIR[], headerSize: number) {
    const n = bodies.length;
    this.#start = new Int32Array(n).fill(headerSize);
    this.#rule = new Uint8Array(n);
    this.#counterAt = new Int32Array(n);
    this.#counterType = new Uint8Array(n);
    this.#scale = new Int32Array(n);
    for (const [i, body] of bodies.entries()) this.#add(i, body);
  }

  #add(i: number, body: BodyIR): void {
    const last = body.fields[body.fields.length - 1];
    if (last === undefined) return;
    this.#start[i] = last.offset;
    const scale = last.kind === 'ints' ? last.elementSize : 1;
    if (last.kind === 'int') this.#start[i] = last.offset + last.size;
    else if ('fixed' in last.count) this.#start[i] = last.offset + last.count.fixed * scale;
    else {
      const { field, unit } = last.count;
      const counter = body.fields.find((f) => f.name === field);
      if (counter === undefined || counter.kind !== 'int') return;
      this.#rule[i] = unit === 'bits' ? BITS : SCALED;
      this.#scale[i] = unit === 'bytes' ? 1 : scale;
      this.#counterAt[i] = counter.offset;
      this.#counterType[i] = codeOf(counter.type);
    }
  }

  /** First byte after what the body holds, counted from the message's first byte. The fixed part is known to be there. */
  end(view: DataView, p: number, i: number): number {
    const start = this.#start[i] as number;
    const rule = this.#rule[i];
    if (rule === NONE) return start;
    const n = readNumber(view, p + (this.#counterAt[i] as number), this.#counterType[i] as number);
    return start + (rule === BITS ? Math.ceil(n / 8) : n * (this.#scale[i] as number));
  }
}
