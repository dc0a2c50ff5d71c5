import { type Address, plus } from '../memory/address.js';
import { areaSizes, type QueueConfig } from '../queue/layout.js';
import type { BufferPool } from './buffer-pool.js';

/** Entries of the table of one indirect buffer; longer buffers are chained in the ring. */
const INDIRECT_ENTRIES = 16;

/** Memory of one ring. */
export interface RingMemory {
  readonly config: QueueConfig;
  readonly indirect: { readonly base: Address; readonly entries: number } | undefined;
  /** Pieces of the pool it consists of. */
  readonly pieces: readonly Address[];
}

/** Takes memory for a split ring of `size` entries and, where it will be used, its indirect tables; null where there is none. */
export function takeRing(pool: BufferPool, size: number, withIndirect: boolean): RingMemory | null {
  const bytes = areaSizes(size);
  const driver = bytes.descriptor;
  const device = (driver + bytes.driver + 3) & ~3;
  const ring = pool.take(device + bytes.device);
  if (ring === null) return null;
  const entries = Math.min(INDIRECT_ENTRIES, size);
  const tables = withIndirect && entries >= 2 ? pool.take(16 * entries * size) : null;
  return {
    config: { size, descriptor: ring, driver: plus(ring, driver), device: plus(ring, device) },
    indirect: tables === null ? undefined : { base: tables, entries },
    pieces: tables === null ? [ring] : [ring, tables],
  };
}
