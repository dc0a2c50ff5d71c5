import { type Address, plus, toAddress } from '../memory/address.js';
import type { GuestMemory } from '../memory/guest-memory.js';

/** Memory a driver may hand out pieces of, in one piece: both sides of the bus can reach it. What else is in `memory` is left alone. */
export interface DriverMemory {
  readonly memory: GuestMemory;
  /** Address of its first byte on the bus; not 0, which no ring may have. A multiple of 4096 is best. */
  readonly base: number | bigint;
  /** Bytes. */
  readonly length: number;
}

const LEAST = 64;
/** Pieces lie at multiples of their size, up to this many bytes. */
const LARGEST_ALIGNMENT = 4096;

/**
 * Pieces of a driver's memory, in sizes of powers of two. What is given back is used again for pieces of its size; nothing
 * is ever joined or split, so that a piece costs a fixed number of steps whatever happened before.
 */
export class BufferPool {
  readonly memory: GuestMemory;
  readonly #base: Address;
  readonly #length: number;
  readonly #free = new Map<number, Address[]>();
  readonly #sizes = new Map<Address, number>();
  #used = 0;

  /** Throws a RangeError, being wiring and not input, for memory that cannot be. */
  constructor({ memory, base, length }: DriverMemory) {
    const address = toAddress(base);
    if (address === undefined || BigInt(address) % 16n !== 0n || !Number.isSafeInteger(length) || length < 0)
      throw new RangeError(`${length} bytes at 0x${base.toString(16)}: a base that is a multiple of 16 is needed`);
    // Its ends alone: memory may be several regions that touch, of which no range may lie in two.
    if (length > 0 && !(memory.writable(address, 1) && memory.writable(plus(address, length - 1), 1)))
      throw new RangeError(`${length} bytes at 0x${base.toString(16)}: the memory does not have them, or not to write`);
    this.memory = memory;
    this.#base = address;
    this.#length = length;
    // Address 0 means "no ring".
    if (BigInt(address) === 0n) this.#used = LEAST;
  }

  /** Pieces that are out. */
  get size(): number {
    return this.#sizes.size;
  }

  /** A piece of at least `bytes` bytes whose content is anything, or null where there is no room. */
  take(bytes: number): Address | null {
    const size = Math.max(LEAST, 2 ** Math.ceil(Math.log2(Math.max(1, bytes))));
    const address = this.#free.get(size)?.pop() ?? this.#cut(size);
    if (address !== null) this.#sizes.set(address, size);
    return address;
  }

  /** Gives a piece back; anything else is ignored. */
  give(address: Address): void {
    const size = this.#sizes.get(address);
    if (size === undefined) return;
    this.#sizes.delete(address);
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [address]);
    else free.push(address);
  }

  /** Lets a piece go that nobody may use again, because the other side may still write it. */
  abandon(address: Address): void {
    this.#sizes.delete(address);
  }

  #cut(size: number): Address | null {
    const alignment = Math.min(size, LARGEST_ALIGNMENT);
    const start = Number((BigInt(this.#base) + BigInt(this.#used)) % BigInt(alignment));
    const from = start === 0 ? this.#used : this.#used + alignment - start;
    if (from + size > this.#length) return null;
    this.#used = from + size;
    return plus(this.#base, from);
  }
}
