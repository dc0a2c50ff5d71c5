import { type Address, distance, rangeFits, toAddress } from './address.js';
import type { GuestMemory } from './guest-memory.js';
import { ordered16 } from './host-order.js';

/** A piece of memory that both sides see. */
export interface MemoryRegion {
  /** The address of its first byte on the bus, a multiple of 8. */
  readonly base: number | bigint;
  /** Its bytes; one buffer may hold several regions. Starts at an even offset of its buffer. */
  readonly bytes: Uint8Array;
  /** Whether this side may write; true unless given. */
  readonly writable?: boolean;
}

interface Placed {
  readonly base: Address;
  readonly bytes: Uint8Array;
  /** The same bytes as 16-bit cells, for `Atomics`. */
  readonly cells: Uint16Array;
  readonly size: number;
  readonly writable: boolean;
}

/** Up to here a loop of bytes is quicker than making the view that `set` wants. */
const SHORT = 32;

/**
 * Shared memory in one process, or between threads over SharedArrayBuffer: some regions at their addresses.
 * A range must lie in one region: two that touch are still two.
 */
export class SharedMemory implements GuestMemory {
  readonly #regions: readonly Placed[];

  /** Throws a RangeError, being wiring and not input, if a base is no multiple of 8 or regions wrap or overlap. */
  constructor(regions: readonly MemoryRegion[]) {
    this.#regions = regions.map(place);
    this.#regions.forEach((region, index) => {
      const taken = this.#regions.some((other, at) => at < index && overlap(region, other));
      if (taken) throw new RangeError(`region ${index} at 0x${region.base.toString(16)} overlaps one before it`);
    });
  }

  readable(address: Address, length: number): boolean {
    return this.#regionOf(address, length) !== undefined;
  }

  writable(address: Address, length: number): boolean {
    return this.#regionOf(address, length)?.writable === true;
  }

  read(address: Address, target: Uint8Array): boolean {
    const length = target.length;
    const region = this.#regionOf(address, length);
    if (region === undefined) return false;
    const from = distance(region.base, address);
    const { bytes } = region;
    if (length > SHORT) target.set(bytes.subarray(from, from + length));
    else for (let i = 0; i < length; i++) target[i] = bytes[from + i]!;
    return true;
  }

  write(address: Address, source: Uint8Array): boolean {
    const length = source.length;
    const region = this.#regionOf(address, length);
    if (region === undefined || !region.writable) return false;
    const to = distance(region.base, address);
    const { bytes } = region;
    if (length > SHORT) bytes.set(source, to);
    else for (let i = 0; i < length; i++) bytes[to + i] = source[i]!;
    return true;
  }

  load16(address: Address): number {
    const region = this.#regionOf(address, 2);
    if (region === undefined) return -1;
    const at = distance(region.base, address);
    return at % 2 === 0 ? ordered16(Atomics.load(region.cells, at / 2)) : -1;
  }

  store16(address: Address, value: number): boolean {
    const region = this.#regionOf(address, 2);
    if (region === undefined || !region.writable) return false;
    const at = distance(region.base, address);
    if (at % 2 !== 0) return false;
    Atomics.store(region.cells, at / 2, ordered16(value & 0xffff));
    return true;
  }

  #regionOf(address: Address, length: number): Placed | undefined {
    for (const region of this.#regions) {
      const at = distance(region.base, address);
      // Subtracting instead of adding: at + length may round above 2^53 and seem to fit.
      if (at >= 0 && length >= 0 && length <= region.size - at) return region;
    }
    return undefined;
  }
}

function place({ base, bytes, writable = true }: MemoryRegion): Placed {
  const address = toAddress(base);
  if (address === undefined || BigInt(address) % 8n !== 0n || !rangeFits(address, bytes.length))
    throw new RangeError(`a region of ${bytes.length} bytes cannot lie at 0x${base.toString(16)}`);
  const cells = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 1);
  return { base: address, bytes, cells, size: bytes.length, writable };
}

function overlap(a: Placed, b: Placed): boolean {
  const between = (low: Placed, high: Placed): boolean => {
    const bytes = distance(low.base, high.base);
    return bytes >= 0 && bytes < low.size && high.size > 0;
  };
  return between(a, b) || between(b, a);
}
