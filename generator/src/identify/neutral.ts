import type { ProfileIR } from '../ir/types.js';
import { PLAIN } from '../rules/plain-profile.js';

/**
 * What the schema says about a message's bytes, and nothing about what a receiver makes of them: dialects with the same
 * bytes must not differ here because their texts ask receivers for different things.
 */
export const NEUTRAL: ProfileIR = {
  ...PLAIN,
  name: 'identify',
  title: 'what bytes tell about their dialect',
  reserved: 'judged',
  busDevice: 'zero',
};
