export { bodyLayout, headerOf, type LaidOut, layoutsOf } from './laid-out.js';
export { sealIR, sortedJson } from './seal.js';
export * from './structs.js';
export * from './types.js';
