export { type DumpOptions, dumpMessage } from './dump-message.js';
export { dumpStruct, type StructDumpOptions } from './dump-struct.js';
export { type RenderOptions, renderDump } from './render.js';
export type { DumpBits, DumpRow, Part } from './row.js';
