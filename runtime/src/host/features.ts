import { QueueFeature } from '../queue/features.js';

/** Ring and transport features that a host has for every device unless told otherwise. In order costs a device its freedom. */
export const RING_FEATURES: readonly number[] = [
  QueueFeature.INDIRECT_DESC,
  QueueFeature.EVENT_IDX,
  QueueFeature.VERSION_1,
  QueueFeature.NOTIFICATION_DATA,
  QueueFeature.RING_RESET,
];

/** Feature bits in blocks of 32, at least the two that every device has had since virtio 1.0. */
export function featureBlocks(bits: readonly number[]): number[] {
  const blocks: number[] = new Array(Math.max(2, ...bits.map((bit) => (bit >>> 5) + 1))).fill(0);
  for (const bit of bits) blocks[bit >>> 5] = (blocks[bit >>> 5]! | (1 << (bit & 31))) >>> 0;
  return blocks;
}

/** The bits that are set in blocks of 32, ascending. */
export function featureBits(blocks: readonly number[]): number[] {
  return blocks.flatMap((block, i) =>
    Array.from({ length: 32 }, (_, bit) => bit)
      .filter((bit) => (block >>> bit) & 1)
      .map((bit) => 32 * i + bit),
  );
}
