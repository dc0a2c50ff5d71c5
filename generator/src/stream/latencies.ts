/** Buckets of the histogram: eight for each doubling, from a nanosecond to some 300 years. */
const PER_DOUBLING = 8;
const BUCKETS = 63 * PER_DOUBLING;
const NANOSECOND = 1e-6;

/** Times in milliseconds, counted and not kept. */
export class Latencies {
  count = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  readonly #histogram = new Float64Array(BUCKETS);

  add(ms: number): void {
    this.count++;
    if (ms < this.min) this.min = ms;
    if (ms > this.max) this.max = ms;
    const bucket = ms <= NANOSECOND ? 0 : Math.floor(Math.log2(ms / NANOSECOND) * PER_DOUBLING);
    this.#histogram[Math.min(bucket, BUCKETS - 1)] = (this.#histogram[Math.min(bucket, BUCKETS - 1)] as number) + 1;
  }

  /** Milliseconds within which `share` of them lie, not less than it is and at most a tenth more; null without any. */
  within(share: number): number | null {
    if (this.count === 0) return null;
    let left = share * this.count;
    for (let i = 0; i < BUCKETS; i++) {
      left -= this.#histogram[i] as number;
      if (left <= 0 && i === 0) return this.min;
      if (left <= 0) return Math.max(this.min, Math.min(this.max, NANOSECOND * 2 ** ((i + 1) / PER_DOUBLING)));
    }
    return this.max;
  }
}
