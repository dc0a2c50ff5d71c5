import { type Address, highWord, lowWord, plus } from '../memory/address.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { Desc } from './layout.js';

/** A piece of memory that a driver offers: 1 to 2^32 - 1 bytes. */
export interface Segment {
  readonly address: Address;
  readonly length: number;
}

/** Puts struct virtq_desc together and writes one or several of them at once. Virtio 1.3, 2.7.5. */
export class DescriptorWriter {
  readonly #memory: GuestMemory;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** `entries` is the largest number of descriptors that are written together. */
  constructor(memory: GuestMemory, entries: number) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(Desc.SIZE * entries);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Puts a descriptor into the private copy, as the entry `at`. */
  put(at: number, { address, length }: Segment, flags: number, next: number): void {
    const p = Desc.SIZE * at;
    this.#view.setUint32(p + Desc.ADDR, lowWord(address), true);
    this.#view.setUint32(p + Desc.ADDR + 4, highWord(address), true);
    this.#view.setUint32(p + Desc.LEN, length, true);
    this.#view.setUint16(p + Desc.FLAGS, flags, true);
    this.#view.setUint16(p + Desc.NEXT, next, true);
  }

  /** Writes the first `count` entries of the private copy to entry `index` and following of a table. */
  write(table: Address, index: number, count: number): boolean {
    const all = count * Desc.SIZE === this.#bytes.length;
    const bytes = all ? this.#bytes : this.#bytes.subarray(0, Desc.SIZE * count);
    return this.#memory.write(plus(table, Desc.SIZE * index), bytes);
  }
}
