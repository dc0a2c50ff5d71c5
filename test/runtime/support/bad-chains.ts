import { INDIRECT, NEXT, type Ring } from './ring.js';

/** Where the indirect table is, in the memory of the ring. */
export const TABLE = 0x8100;

/** Descriptors 0 and 1, one after the other for ever. */
export const loop = (ring: Ring) => ring.desc(0, ring.at(0), 1, NEXT, 1).desc(1, ring.at(0), 1, NEXT, 0);

/** A chain that is an indirect table of this many entries. */
export const table = (ring: Ring, entries = 2) => ring.desc(0, ring.at(0x100), 16 * entries, INDIRECT);
