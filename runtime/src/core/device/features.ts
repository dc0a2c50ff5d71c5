import type { FeatureBlocks, FeatureWindow } from '../../wire/message.js';
import type { DeviceContext } from './context.js';
import { FeatureBit, hasFeature } from './feature-bits.js';
import { room, TEXTS } from './texts.js';

/**
 * Whether a window of feature blocks can be answered. `num_blocks` comes from the peer: nothing is made from it before
 * this has been asked, and the sum is exact in a double.
 */
export const windowFits = (c: DeviceContext, window: FeatureWindow): boolean =>
  window.block_index + window.num_blocks <= 2 ** 32 &&
  4 * window.num_blocks <= room(c.setup.dialect, c.setup.maxMessageSize, 'GET_DEVICE_FEATURES');

/** The blocks of a window that fits; blocks beyond the last are 0. */
export function featureWindow(c: DeviceContext, window: FeatureWindow): FeatureBlocks {
  const told =
    c.chosen !== null && TEXTS[c.setup.dialect].featuresAfterChoice === 'chosen' ? c.chosen : c.setup.features;
  const features = Array.from({ length: window.num_blocks }, (_, i) => (told[window.block_index + i] ?? 0) >>> 0);
  return { block_index: window.block_index, features };
}

/** SET_DRIVER_FEATURES: may come in parts, and again until FEATURES_OK. Nothing is kept beyond the blocks offered. */
export function chooseFeatures(c: DeviceContext, blocks: FeatureBlocks): void {
  c.chosen ??= c.setup.features.map(() => 0);
  for (const [i, block] of blocks.features.entries()) {
    const index = blocks.block_index + i;
    if (index < c.chosen.length) c.chosen[index] = block >>> 0;
    // Setting such bits to zero is always fine; one that was set stays an objection until the next reset.
    else if (block !== 0) c.chosenBeyond = true;
  }
}

/** Why FEATURES_OK is refused, or null. Spec: content.tex, Feature Bits and Device Initialization step 6. */
export function featuresRefusal(c: DeviceContext): string | null {
  const chosen = c.chosen ?? [];
  if (c.chosenBeyond) return 'a bit beyond the announced blocks';
  const foreign = chosen.findIndex((block, i) => (block & ~(c.setup.features[i] ?? 0)) !== 0);
  if (foreign !== -1) return `a bit of block ${foreign} that was not offered`;
  if (!hasFeature(chosen, FeatureBit.VERSION_1)) return 'VERSION_1 not chosen';
  const broken = (c.setup.dependencies ?? []).find(
    ([bit, needs]) => hasFeature(chosen, bit) && !hasFeature(chosen, needs),
  );
  return broken === undefined ? null : `feature ${broken[0]} without feature ${broken[1]}`;
}
