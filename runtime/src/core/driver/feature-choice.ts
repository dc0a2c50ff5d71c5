import type { FeatureBlocks } from '../../wire/message.js';
import { FeatureBit, hasFeature, withoutFeature } from '../device/feature-bits.js';

/** What a driver takes of what is offered: both sides' bits. Bits it does not know stay 0 in every block. */
export const chooseFrom = (offered: readonly number[], supported: readonly number[]): number[] =>
  offered.map((block, i) => (block & (supported[i] ?? 0)) >>> 0);

/** Whether a choice will do: VERSION_1 has to be taken where it is offered. Spec: content.tex, VIRTIO_F_VERSION_1. */
export const acceptable = (offered: readonly number[], chosen: readonly number[]): boolean =>
  !hasFeature(offered, FeatureBit.VERSION_1) || hasFeature(chosen, FeatureBit.VERSION_1);

/**
 * The choice as it is sent: without what the caller leaves out, and without NOTIFICATION_DATA where queues are announced
 * outside of messages, which carry no position.
 */
export const finalChoice = (chosen: readonly number[], leftOut: readonly number[], outOfBand: boolean): number[] =>
  [...leftOut, ...(outOfBand ? [FeatureBit.NOTIFICATION_DATA] : [])].reduce(withoutFeature, [...chosen]);

/** The next window of at most `size` blocks, `done` of `count` being behind. A device without blocks is asked for none, once. */
export const windowAt = (done: number, count: number, size: number): { block_index: number; num_blocks: number } => ({
  block_index: done,
  num_blocks: Math.max(0, Math.min(size, count - done)),
});

/** The blocks of one window of a choice. */
export const blocksOf = (chosen: readonly number[], done: number, size: number): FeatureBlocks => {
  const window = windowAt(done, chosen.length, size);
  return { block_index: window.block_index, features: chosen.slice(done, done + window.num_blocks) };
};
