import type { Told } from './watch-device.js';

/** Feature bits that rules about messages ask for, by the names of the virtio standard without their prefix. */
export const FEATURE = { NOTIFICATION_DATA: 38, RING_RESET: 40 } as const;

/** The block of 32 that holds them. Others are not remembered, so that no capture decides how much memory this takes. */
const BLOCK = 1;

/** What the driver accepted of a device's features, as far as a capture tells. */
export class Negotiated {
  #word: number | null = null;

  /** A reset clears what was accepted: from then on, what is not written is not accepted. */
  reset(): void {
    this.#word = 0;
  }

  /** A SET_DRIVER_FEATURES request: blocks from `block_index` on, or the older one group of eight of them. */
  write({ fields, number }: Told): void {
    const { features } = fields;
    const first = number('block_index') ?? 8 * (number('index') ?? 0);
    const words =
      typeof features === 'string'
        ? [Number(BigInt(features) & 0xffffffffn), Number(BigInt(features) >> 32n)]
        : Array.isArray(features)
          ? features.map(Number)
          : [];
    this.#word = words[BLOCK - first] ?? this.#word;
  }

  /** Null where the capture shows neither the features nor the reset before them. */
  has(feature: keyof typeof FEATURE): boolean | null {
    return this.#word === null ? null : ((this.#word >>> (FEATURE[feature] - 32 * BLOCK)) & 1) === 1;
  }
}
