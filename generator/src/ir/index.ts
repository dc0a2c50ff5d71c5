export * from './types.js';
export { sealIR, sortedJson } from './seal.js';
