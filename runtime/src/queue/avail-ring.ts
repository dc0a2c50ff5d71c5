import { type Address, plus } from '../memory/address.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { Avail } from './layout.js';

/**
 * The cells of an available ring. The driver writes them all, the device only reads. Loads give -1 and stores false
 * where the memory is gone. Slots count from 0 to size - 1. Virtio 1.3, 2.7.6.
 */
export class AvailRing {
  readonly #memory: GuestMemory;
  readonly #flags: Address;
  readonly #idx: Address;
  readonly #ring: Address;
  readonly #usedEvent: Address;

  constructor(memory: GuestMemory, base: Address, size: number) {
    this.#memory = memory;
    this.#flags = plus(base, Avail.FLAGS);
    this.#idx = plus(base, Avail.IDX);
    this.#ring = plus(base, Avail.RING);
    this.#usedEvent = plus(base, Avail.usedEvent(size));
  }

  loadFlags(): number {
    return this.#memory.load16(this.#flags);
  }

  storeFlags(value: number): boolean {
    return this.#memory.store16(this.#flags, value);
  }

  loadIdx(): number {
    return this.#memory.load16(this.#idx);
  }

  storeIdx(value: number): boolean {
    return this.#memory.store16(this.#idx, value);
  }

  loadHead(slot: number): number {
    return this.#memory.load16(plus(this.#ring, 2 * slot));
  }

  storeHead(slot: number, head: number): boolean {
    return this.#memory.store16(plus(this.#ring, 2 * slot), head);
  }

  loadUsedEvent(): number {
    return this.#memory.load16(this.#usedEvent);
  }

  storeUsedEvent(value: number): boolean {
    return this.#memory.store16(this.#usedEvent, value);
  }
}
