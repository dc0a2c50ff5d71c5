export { isOldPcap, isPcapng } from './format.js';
export type { Interface } from './interfaces.js';
export type { PcapngProblem } from './problem.js';
export { type PacketHeard, PcapngReader } from './reader.js';
export { type PacketToWrite, pcapngHead, pcapngPacket } from './writer.js';
