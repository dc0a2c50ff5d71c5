/** How a segment is to be transferred. */
export interface I2cTransfer {
  /** `address` has ten bits instead of seven. */
  readonly tenBit: boolean;
  /** Read instead of write, which a segment of no bytes does not show. */
  readonly read: boolean;
  /** Another segment of the same transaction follows: a repeated start instead of a stop, where the bus can tell. */
  readonly more: boolean;
  /** Aborted when nobody waits for the result any more. */
  readonly signal: AbortSignal;
}

/** What an I2C adapter is wired to. */
export interface I2cBus {
  /**
   * Transfers one segment: writes `write`, or reads `readLength` bytes, which it returns. Called for one at a time, in the
   * order of the driver. What throws or rejects, or returns another length, was not acknowledged.
   */
  transfer(address: number, write: Uint8Array, readLength: number, how: I2cTransfer): Uint8Array | Promise<Uint8Array>;
}
