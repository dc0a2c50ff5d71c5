export { sealIR, sortedJson } from './seal.js';
export * from './structs.js';
export * from './types.js';
