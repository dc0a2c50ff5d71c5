import type { Address } from '../memory/address.js';

/**
 * The buffers of one chain as private copies: readable ones first, then writable ones, empty ones left out.
 * Arrays grow as descriptors are met, never by a count the peer names, and are kept for the next chain.
 */
export class Segments {
  /** How many there are. */
  count = 0;
  /** How many of them are readable; those from here on are writable. */
  readableCount = 0;
  /** Bytes of the readable ones together. */
  readableBytes = 0;
  /** Bytes of the writable ones together. */
  writableBytes = 0;
  readonly #addresses: Address[] = [];
  readonly #lengths: number[] = [];

  clear(): void {
    this.count = 0;
    this.readableCount = 0;
    this.readableBytes = 0;
    this.writableBytes = 0;
  }

  addReadable(address: Address, length: number): void {
    this.#add(address, length);
    this.readableCount++;
    this.readableBytes += length;
  }

  addWritable(address: Address, length: number): void {
    this.#add(address, length);
    this.writableBytes += length;
  }

  /** Address of a segment; `index` is 0 to count - 1. */
  address(index: number): Address {
    return this.#addresses[index]!;
  }

  /** Bytes of a segment, at least 1; `index` is 0 to count - 1. */
  length(index: number): number {
    return this.#lengths[index]!;
  }

  #add(address: Address, length: number): void {
    this.#addresses[this.count] = address;
    this.#lengths[this.count] = length;
    this.count++;
  }
}

/** Keeps a few lists of segments for reuse: enough for a busy queue, few enough that a flood leaves nothing behind. */
export class SegmentsPool {
  readonly #free: Segments[] = [];

  take(): Segments {
    const segments = this.#free.pop() ?? new Segments();
    segments.clear();
    return segments;
  }

  give(segments: Segments): void {
    if (this.#free.length < 64) this.#free.push(segments);
  }
}
