/**
 * Where the sectors of a disk are. Everything may take time or not; what comes back undefined is done. What throws or
 * rejects is answered with an I/O error.
 */
export interface BlockStore {
  /** Sectors of 512 bytes that are there now. */
  readonly sectors: number;
  /** Whether zeroing with `unmap` may free memory. */
  readonly unmaps?: boolean;
  /** Fills all of `target`, a whole number of sectors. */
  read(sector: number, target: Uint8Array): void | Promise<void>;
  /** Takes all of `source`, a whole number of sectors, which is the caller's again once this is done. */
  write(sector: number, source: Uint8Array): void | Promise<void>;
  /** Everything that was written before outlives a crash once this is done. Without it nothing has to be done for that. */
  flush?(): void | Promise<void>;
  /** Nobody needs these sectors any more. Without it a disk does not offer to be told. */
  discard?(sector: number, sectors: number): void | Promise<void>;
  /** These sectors are read as zeros from now on; `unmap`: they may be freed. Without it zeros are written. */
  writeZeroes?(sector: number, sectors: number, unmap: boolean): void | Promise<void>;
}
