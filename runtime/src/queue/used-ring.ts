import { type Address, plus } from '../memory/address.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { Used } from './layout.js';

/**
 * The cells of a used ring. The device writes them all, the driver only reads. Loads give -1 and stores false where
 * the memory is gone. Slots count from 0 to size - 1. Virtio 1.3, 2.7.8.
 */
export class UsedRing {
  /** The element last loaded: le32 id. A private copy. */
  id = 0;
  /** The element last loaded: le32 len, in bytes. A private copy. */
  len = 0;
  readonly #memory: GuestMemory;
  readonly #flags: Address;
  readonly #idx: Address;
  readonly #ring: Address;
  readonly #availEvent: Address;
  readonly #element = new Uint8Array(Used.ELEM_SIZE);
  readonly #view = new DataView(this.#element.buffer);

  constructor(memory: GuestMemory, base: Address, size: number) {
    this.#memory = memory;
    this.#flags = plus(base, Used.FLAGS);
    this.#idx = plus(base, Used.IDX);
    this.#ring = plus(base, Used.RING);
    this.#availEvent = plus(base, Used.availEvent(size));
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

  /** Copies one element, once, into `id` and `len`. */
  loadElement(slot: number): boolean {
    if (!this.#memory.read(plus(this.#ring, Used.ELEM_SIZE * slot), this.#element)) return false;
    this.id = this.#view.getUint32(0, true);
    this.len = this.#view.getUint32(4, true);
    return true;
  }

  storeElement(slot: number, id: number, len: number): boolean {
    this.#view.setUint32(0, id, true);
    this.#view.setUint32(4, len, true);
    return this.#memory.write(plus(this.#ring, Used.ELEM_SIZE * slot), this.#element);
  }

  loadAvailEvent(): number {
    return this.#memory.load16(this.#availEvent);
  }

  storeAvailEvent(value: number): boolean {
    return this.#memory.store16(this.#availEvent, value);
  }
}
