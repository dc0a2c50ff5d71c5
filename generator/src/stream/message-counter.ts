import { decode, isRefused } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import type { ProfileIR } from '../ir/types.js';
import type { Context, Direction } from '../rules/finding.js';
import { judge } from '../rules/judge.js';
import { PairReader } from './pair-reader.js';
import { limitIn, quietCheck } from './quiet-check.js';
import { errorOf, ShapeTable } from './shape-table.js';
import type { Place, Tally } from './tally.js';

/**
 * Counts messages of one dialect under one profile. The tables tell the body and whether the rules are surely silent;
 * only a message they are not sure about is decoded and judged.
 */
export class MessageCounter {
  readonly shape: ShapeTable;
  readonly #messages: Float64Array;
  readonly #bytes: Float64Array;
  readonly #quiet: ReturnType<typeof quietCheck> | null;
  readonly #pairs: PairReader | null;

  constructor(
    readonly index: DialectIndex,
    /** Whose rules judge; null: none. */
    readonly profile: ProfileIR | null,
    readonly tally: Tally,
  ) {
    this.#quiet = profile === null ? null : quietCheck(index, profile);
    this.shape = this.#quiet?.shape ?? new ShapeTable(index);
    this.#pairs = tally.pairs === null ? null : new PairReader(index, tally.pairs);
    const counters = tally.countersOf(index.ir);
    this.#messages = counters.messages;
    this.#bytes = counters.bytes;
  }

  /** Counts the message in `p` to `end`. `length` is what it takes of the input, which may be more than was kept of it. */
  count(
    view: DataView,
    p: number,
    end: number,
    length: number,
    direction: Direction | null,
    context: Context,
    where: () => Place,
  ): void {
    const { tally } = this;
    tally.messages++;
    tally.bytes += length;
    const body = this.shape.check(view, p, end);
    if (body < 0) {
      tally.refuse(errorOf(body), where);
      return;
    }
    this.add(body, length);
    this.#pairs?.hear(view, p, body, direction);
    if (this.#quiet === null || this.profile === null) return;
    const limit = limitIn(context, this.profile);
    if (limit !== null && this.#quiet.quiet(view, p, end, body, direction, limit)) return;
    this.#judge(new Uint8Array(view.buffer, view.byteOffset + p, end - p), this.profile, direction, context, where);
  }

  /** One more message of a body, by its position in the IR. */
  add(body: number, bytes: number): void {
    this.#messages[body] = (this.#messages[body] ?? 0) + 1;
    this.#bytes[body] = (this.#bytes[body] ?? 0) + bytes;
  }

  #judge(
    bytes: Uint8Array,
    profile: ProfileIR,
    direction: Direction | null,
    context: Context,
    where: () => Place,
  ): void {
    const decoded = decode(this.index, bytes);
    if (isRefused(decoded)) return;
    const findings = judge({ index: this.index, decoded, bytes, profile, direction, context, named: null });
    for (const { rule } of findings) this.tally.find(rule, where);
  }
}
