import { z } from 'zod';

/**
 * How a value is written down in the canonical form that `vwire fmt` gives: a mapping or list on one `line`, so that a text
 * diff is a wire diff, or a number in `hex`. What says neither is written as a block, or as the author did.
 */
export const Written = z.registry<{ readonly as: 'line' | 'hex' }>();
