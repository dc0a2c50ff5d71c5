export { sealIR, sortedJson } from './seal.js';
export * from './types.js';
