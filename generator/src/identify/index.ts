export type { Decider, Deciders } from './decide.js';
export type { Heard as DialectHeard, Objection } from './hearing.js';
export { type Identified, type IdentifyOptions, identify } from './identify.js';
export { type IdentifyText, renderIdentified } from './render.js';
export { identifiedJson } from './to-json.js';
