import { readSync, writeSync } from 'node:fs';
import type { Address, GuestMemory } from './runtime.js';

/** Memory behind a file descriptor, as /dev/mem or the file of a memory back end would be: an outside implementation. */
export class FileMemory implements GuestMemory {
  readonly #cell = new Uint8Array(2);

  constructor(
    readonly fd: number,
    readonly base: number,
    readonly size: number,
  ) {}

  readable(address: Address, length: number): boolean {
    return typeof address === 'number' && address >= this.base && length <= this.base + this.size - address;
  }

  writable(address: Address, length: number): boolean {
    return this.readable(address, length);
  }

  read(address: Address, target: Uint8Array): boolean {
    if (!this.readable(address, target.length)) return false;
    return readSync(this.fd, target, 0, target.length, Number(address) - this.base) === target.length;
  }

  write(address: Address, source: Uint8Array): boolean {
    if (!this.writable(address, source.length)) return false;
    return writeSync(this.fd, source, 0, source.length, Number(address) - this.base) === source.length;
  }

  load16(address: Address): number {
    if (Number(address) % 2 !== 0 || !this.read(address, this.#cell)) return -1;
    return this.#cell[0]! | (this.#cell[1]! << 8);
  }

  store16(address: Address, value: number): boolean {
    this.#cell[0] = value & 0xff;
    this.#cell[1] = (value >> 8) & 0xff;
    return Number(address) % 2 === 0 && this.write(address, this.#cell);
  }
}
