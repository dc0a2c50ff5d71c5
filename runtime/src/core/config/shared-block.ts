/**
 * A configuration block in plain shared memory: a 32-bit generation, then the data words. Odd means that the writer is at
 * work. One writer per block; what the driver writes lies in a second block with the roles swapped.
 *
 * ```
 * word 0      generation    8 = stable   9 = being written   10 = stable again
 * word 1..n   data          a multiple of 4 bytes
 * ```
 *
 * Assumed impossible: 2^31 updates during one read.
 */
export interface SharedBlock {
  readonly words: Int32Array;
  /** Data words behind the generation. */
  readonly length: number;
}

/** Null where the memory does not hold a generation and `length` data words. */
export const sharedBlock = (memory: SharedArrayBuffer, byteOffset: number, length: number): SharedBlock | null =>
  byteOffset >= 0 && byteOffset % 4 === 0 && length >= 0 && byteOffset + 4 * (length + 1) <= memory.byteLength
    ? { words: new Int32Array(memory, byteOffset, length + 1), length }
    : null;

/** Whether the writer is at work. */
export const isOdd = (generation: number): boolean => (generation & 1) === 1;
