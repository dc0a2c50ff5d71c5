/**
 * Bytes taken and not yet delivered. Above `limit` nothing more is taken until all of it is gone (section 15, last row), so
 * at most `limit` bytes and one message wait; a peer that reads a little now and then does not make the bus spin.
 */
export class Backlog {
  readonly #limit: number;
  #bytes = 0;
  #full = false;

  /** @throws {RangeError} where `limit` is not a number of bytes. */
  constructor(limit: number) {
    if (!(limit >= 0)) throw new RangeError(`a backlog of ${limit} bytes`);
    this.#limit = limit;
  }

  /** Counts `bytes` in, or says that it is full. */
  take(bytes: number): boolean {
    this.#full ||= this.#bytes > this.#limit;
    if (!this.#full) this.#bytes += bytes;
    return !this.#full;
  }

  /** Counts `bytes` out; true where somebody was refused and there is room now. */
  release(bytes: number): boolean {
    this.#bytes -= bytes;
    if (!this.#full || this.#bytes > 0) return false;
    this.#full = false;
    return true;
  }
}
