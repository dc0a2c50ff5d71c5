import type { Place } from '../diagnostics/diagnostic.js';

/** Turns offsets into a text into lines and columns, both from 1. */
export class LineMap {
  readonly #starts: readonly number[];

  constructor(
    readonly file: string,
    text: string,
  ) {
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map((m) => m.index + 1)];
  }

  place(offset: number): Place {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.file, line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}
