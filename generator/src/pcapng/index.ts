export { isOldPcap, isPcapng } from './format.js';
export type { Interface } from './interfaces.js';
export type { PcapngProblem } from './problem.js';
export { PcapngReader } from './reader.js';
export { type PacketToWrite, pcapngHead, pcapngPacket } from './writer.js';
