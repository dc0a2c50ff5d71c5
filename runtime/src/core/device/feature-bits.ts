/** Numbers of the feature bits the transport itself looks at. Spec: content.tex, Reserved Feature Bits. */
export const FeatureBit = {
  VERSION_1: 32,
  RING_PACKED: 34,
  NOTIFICATION_DATA: 38,
  RING_RESET: 40,
  SUSPEND: 43,
} as const;

/** Whether bit `bit` is set in blocks of 32; a bit beyond the blocks is not. */
export const hasFeature = (blocks: readonly number[], bit: number): boolean =>
  (((blocks[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;

/** The blocks with bit `bit` cleared. */
export const withoutFeature = (blocks: readonly number[], bit: number): number[] =>
  blocks.map((block, i) => (i === bit >>> 5 ? (block & ~(1 << (bit & 31))) >>> 0 : block));
