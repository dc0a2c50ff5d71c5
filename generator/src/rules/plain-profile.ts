import type { ProfileIR } from '../ir/types.js';

/** A profile that no schema file states: the text's own conditions and enumerations, and nothing of what a receiver adds. */
export const PLAIN: ProfileIR = {
  name: 'plain',
  title: '',
  doc: '',
  spec: '',
  reserved: 'ignored',
  constraints: 'judged',
  enums: 'judged',
  token: 'opaque',
  busDevice: 'ignored',
  exactSize: [],
  padding: 'ignored',
  generation: 'ignored',
  answers: 'any_order',
  maxMessageSize: null,
  maxDevice: null,
  refuses: [],
  rules: [],
};
