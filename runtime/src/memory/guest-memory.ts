import type { Address } from './address.js';

/**
 * The door through which all shared memory is reached.
 *
 *     queue ── read, write, load16, store16 ──> GuestMemory ──> SharedArrayBuffer | /dev/mem | a file | an MMU | a fake
 *
 * Everything is copied: no view of shared memory ever leaves an implementation, so whoever decides on what was read
 * decides on a copy that the peer cannot change any more. No call throws, whatever the address: a range that is not
 * there, or not with the needed right, is answered with false or -1.
 *
 * Order: an implementation makes its accesses visible in the order of the calls, as one sequence with the peer's where
 * the medium allows it (`Atomics` does). Notification suppression depends on a store followed by a load.
 */
export interface GuestMemory {
  /** Whether `length` bytes from an address may be read, all of them. Never wraps at 2^64. */
  readable(address: Address, length: number): boolean;

  /** Whether `length` bytes from an address may be written, all of them. Never wraps at 2^64. */
  writable(address: Address, length: number): boolean;

  /** Copies `target.length` bytes out of the memory. False, with `target` unspecified, if any of them is not there. */
  read(address: Address, target: Uint8Array): boolean;

  /** Copies `source` into the memory. False if any byte has no place; nothing or a part was written then. */
  write(address: Address, source: Uint8Array): boolean;

  /**
   * The unsigned little-endian 16-bit cell at an even address, read once and as a whole where the medium can.
   * -1 if it is not there or the address is odd.
   */
  load16(address: Address): number;

  /**
   * Writes the low 16 bits of `value`, little-endian, to the cell at an even address, as a whole where the medium can.
   * Everything written before is visible to whoever sees it. False if the cell is not there or the address is odd.
   */
  store16(address: Address, value: number): boolean;
}
