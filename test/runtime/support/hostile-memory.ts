import type { Address, GuestMemory } from './runtime.js';

/** What was done to the memory, for bounds. */
export interface Accesses {
  loads: number;
  stores: number;
  /** Accesses, not questions, to a range that is not there: whoever asked `readable` first makes none. */
  outside: number;
}

/**
 * Memory whose peer never sleeps: before every access of this side it may change anything that belongs to the peer, so
 * that two reads of one cell see two contents. It also counts, and can go away.
 */
export class HostileMemory implements GuestMemory {
  readonly accesses: Accesses = { loads: 0, stores: 0, outside: 0 };
  /** From this access on nothing is there any more. */
  goneAfter = Number.POSITIVE_INFINITY;
  /** Addresses written by the side under test. */
  readonly written: { address: number; length: number }[] = [];

  constructor(
    readonly inner: GuestMemory,
    /** The peer's turn; it changes the memory by its own means. */
    readonly mischief: () => void,
  ) {}

  get #gone(): boolean {
    return this.accesses.loads + this.accesses.stores > this.goneAfter;
  }

  readable(address: Address, length: number): boolean {
    return !this.#gone && this.inner.readable(address, length);
  }

  writable(address: Address, length: number): boolean {
    return !this.#gone && this.inner.writable(address, length);
  }

  read(address: Address, target: Uint8Array): boolean {
    this.#load(address, target.length);
    return !this.#gone && this.inner.read(address, target);
  }

  write(address: Address, source: Uint8Array): boolean {
    this.#store(address, source.length);
    return !this.#gone && this.inner.write(address, source);
  }

  load16(address: Address): number {
    this.#load(address, 2);
    return this.#gone ? -1 : this.inner.load16(address);
  }

  store16(address: Address, value: number): boolean {
    this.#store(address, 2);
    return !this.#gone && this.inner.store16(address, value);
  }

  #load(address: Address, length: number): void {
    this.mischief();
    this.accesses.loads++;
    if (!this.inner.readable(address, length)) this.accesses.outside++;
  }

  #store(address: Address, length: number): void {
    this.mischief();
    this.accesses.stores++;
    this.written.push({ address: Number(address), length });
    if (!this.inner.writable(address, length)) this.accesses.outside++;
  }
}
