import type { ProfileIR } from '../ir/types.js';

/**
 * What the schema says about a message's bytes, and nothing about what a receiver makes of them: dialects with the same
 * bytes must not differ here because their texts ask receivers for different things.
 */
export const NEUTRAL: ProfileIR = {
  name: 'identify',
  title: 'what bytes tell about their dialect',
  doc: '',
  spec: '',
  reserved: 'judged',
  constraints: 'judged',
  enums: 'judged',
  token: 'opaque',
  busDevice: 'zero',
  exactSize: [],
  padding: 'ignored',
  generation: 'ignored',
  answers: 'any_order',
  maxMessageSize: null,
  maxDevice: null,
  refuses: [],
  rules: [],
};
