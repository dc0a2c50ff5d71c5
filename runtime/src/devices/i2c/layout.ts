/** Device id of an I2C adapter (Virtio 1.3, 5.16.1). */
export const I2C = 34;

/** Virtio 1.3, 5.16.3. */
export const I2cFeature = { ZERO_LENGTH_REQUEST: 0 } as const;

/** Virtio 1.3, 5.16.2. */
export const I2cQueue = { REQUEST: 0 } as const;

/** Longest segment here, either way. */
export const MOST_BYTES = 65535;

export interface I2cAddress {
  /** 0 to 127, or 0 to 1023 where it has ten bits. */
  readonly address: number;
  readonly tenBit: boolean;
}

/** Ten bits: A7…A0 in the high byte, 1 1 1 1 0 A9 A8 0 in the low one. Seven: A6…A0 above a 0, and no high byte. */
const TEN_BITS = 0b1111_0000;

export function encodeAddress({ address, tenBit }: I2cAddress): number {
  return tenBit ? ((address & 0xff) << 8) | TEN_BITS | ((address >>> 8) << 1) : address << 1;
}

/** Null for what is neither form. */
export function decodeAddress(addr: number): I2cAddress | null {
  const low = addr & 0xff;
  const high = addr >>> 8;
  if ((low & 0b1111_1001) === TEN_BITS) return { address: (((low >>> 1) & 3) << 8) | high, tenBit: true };
  return high === 0 && (low & 1) === 0 ? { address: low >>> 1, tenBit: false } : null;
}
