/** What a sleeper wants to be woken for, as bits: a message, or room for one. 0: it is awake. */
export const MESSAGES = 1;
export const ROOM = 2;

/**
 * The word that one side sleeps on, in memory that both see. The sleeper writes what it wants, looks once more, and sleeps
 * as long as the word holds that. The peer first shows what there is, then looks at the word, and clears it before it
 * wakes: so either the sleeper sees what there is, or the peer sees the sleeper, and a word that is cleared too late for
 * one sleep only cuts the next one short. A system call is made for a sleeper alone.
 */
export class Bell {
  readonly #words: Int32Array;
  readonly #at: number;

  /** `at` counts words. */
  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** Wakes who sleeps for any of this; otherwise one load. */
  ring(what: number): void {
    if ((Atomics.load(this.#words, this.#at) & what) !== 0) this.wake();
  }

  /** Says what its owner is about to sleep for, who has to look once more before it does; 0: that it is awake. */
  arm(wanted: number): void {
    Atomics.store(this.#words, this.#at, wanted);
  }

  /** Blocks this thread until the bell rings, at most `ms` milliseconds. Returns at once where it was rung since `arm`. */
  sleep(wanted: number, ms: number): void {
    Atomics.wait(this.#words, this.#at, wanted, ms);
  }

  /** Resolves when the bell rings, or null where it was rung since `arm`. Does not keep the thread alive. */
  rung(wanted: number): Promise<unknown> | null {
    const waiting = Atomics.waitAsync(this.#words, this.#at, wanted);
    return waiting.async ? waiting.value : null;
  }

  /** Ends a sleep whatever it is for. */
  wake(): void {
    Atomics.store(this.#words, this.#at, 0);
    Atomics.notify(this.#words, this.#at);
  }
}
