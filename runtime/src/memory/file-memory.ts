import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { type Address, distance, rangeFits, toAddress } from './address.js';
import type { GuestMemory } from './guest-memory.js';

/**
 * Memory that two processes see: a file both have open, reached by reads and writes at a position. On one machine what one
 * process has written the other reads from then on, and a cell of two bytes at an even position is never seen half written.
 * Slower than mapped memory, which Node does not have: a copy costs a system call.
 */
export class FileMemory implements GuestMemory {
  readonly #fd: number;
  readonly #base: Address;
  readonly #size: number;
  readonly #cell = new Uint8Array(2);

  /**
   * Opens a file as memory that begins at `base` on the bus.
   *
   * @throws {RangeError} where the base is no multiple of 8 or the file does not fit behind it
   */
  constructor(path: string, base: number | bigint) {
    const address = toAddress(base);
    this.#fd = openSync(path, 'r+');
    this.#size = fstatSync(this.#fd).size;
    if (address === undefined || BigInt(address) % 8n !== 0n || !rangeFits(address, this.#size)) {
      closeSync(this.#fd);
      throw new RangeError(`${this.#size} bytes cannot lie at 0x${base.toString(16)}`);
    }
    this.#base = address;
  }

  /** Bytes of the file. */
  get size(): number {
    return this.#size;
  }

  readable(address: Address, length: number): boolean {
    return this.#at(address, length) >= 0;
  }

  writable(address: Address, length: number): boolean {
    return this.#at(address, length) >= 0;
  }

  read(address: Address, target: Uint8Array): boolean {
    const at = this.#at(address, target.length);
    return at >= 0 && whole(target.length, (done) => readSync(this.#fd, target, done, target.length - done, at + done));
  }

  write(address: Address, source: Uint8Array): boolean {
    const at = this.#at(address, source.length);
    return (
      at >= 0 && whole(source.length, (done) => writeSync(this.#fd, source, done, source.length - done, at + done))
    );
  }

  load16(address: Address): number {
    const cell = this.#cell;
    return this.#even(address) && this.read(address, cell) ? cell[0]! | (cell[1]! << 8) : -1;
  }

  store16(address: Address, value: number): boolean {
    const cell = this.#cell;
    cell[0] = value & 0xff;
    cell[1] = (value >>> 8) & 0xff;
    return this.#even(address) && this.write(address, cell);
  }

  /** Closes the file; no call may follow. */
  close(): void {
    closeSync(this.#fd);
  }

  #at(address: Address, length: number): number {
    const at = distance(this.#base, address);
    return at >= 0 && length >= 0 && length <= this.#size - at ? at : -1;
  }

  #even(address: Address): boolean {
    return distance(this.#base, address) % 2 === 0;
  }
}

/** Goes on where the system did less than it was asked; false where it does nothing, or fails. */
function whole(length: number, some: (done: number) => number): boolean {
  try {
    for (let done = 0; done < length; ) {
      const n = some(done);
      if (n <= 0) return false;
      done += n;
    }
    return true;
  } catch {
    return false;
  }
}
