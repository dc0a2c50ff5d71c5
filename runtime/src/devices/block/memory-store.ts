import { MOST_SECTORS, SECTOR } from './layout.js';
import type { BlockStore } from './store.js';

/** A disk in the memory of this process. */
export class MemoryStore implements BlockStore {
  #bytes: Uint8Array;

  /** Bytes to begin with, which are not copied. Throws a RangeError if they are not a whole number of sectors. */
  constructor(bytes: Uint8Array) {
    if (bytes.length % SECTOR !== 0) throw new RangeError(`${bytes.length} bytes are no whole number of sectors`);
    this.#bytes = bytes;
  }

  /** An empty disk. */
  static ofSectors(sectors: number): MemoryStore {
    return new MemoryStore(new Uint8Array(sectors * SECTOR));
  }

  get sectors(): number {
    return this.#bytes.length / SECTOR;
  }

  read(sector: number, target: Uint8Array): void {
    target.set(this.#at(sector, target.length));
  }

  write(sector: number, source: Uint8Array): void {
    this.#at(sector, source.length).set(source);
  }

  discard(sector: number, sectors: number): void {
    this.writeZeroes(sector, sectors);
  }

  writeZeroes(sector: number, sectors: number): void {
    this.#at(sector, sectors * SECTOR).fill(0);
  }

  /** Makes the disk larger, by zeros, or smaller. `BlockDevice.resize` tells the driver. */
  resize(sectors: number): void {
    if (!(Number.isInteger(sectors) && sectors >= 0 && sectors <= MOST_SECTORS))
      throw new RangeError(`${sectors} sectors`);
    const bytes = new Uint8Array(sectors * SECTOR);
    bytes.set(this.#bytes.subarray(0, bytes.length));
    this.#bytes = bytes;
  }

  #at(sector: number, length: number): Uint8Array {
    const from = sector * SECTOR;
    // A device asks for nothing outside, unless the disk became smaller meanwhile.
    if (from + length > this.#bytes.length) throw new RangeError(`sector ${sector} is not there`);
    return this.#bytes.subarray(from, from + length);
  }
}
