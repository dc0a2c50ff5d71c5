import { VirtioError } from '../../bus/error.js';
import { fault } from '../../core/fault.js';
import { BlockFeature, Config, MOST_SECTORS, SECTOR } from './layout.js';

/** What a disk says requests have to keep to. */
export interface DiskLimits {
  /** Bytes of the largest segment. */
  readonly segment: number;
  /** Sectors of data in one request. */
  readonly sectors: number;
  readonly discardSectors: number;
  readonly discardAlignment: number;
  readonly zeroSectors: number;
  readonly queues: number;
}

/** The capacity that `config` tells, as far as it can be reached. */
export const capacityOf = (config: Uint8Array): number => {
  const view = new DataView(config.buffer, config.byteOffset, config.length);
  return Math.min(MOST_SECTORS, Number(view.getBigUint64(Config.CAPACITY, true)));
};

/**
 * The limits in a configuration of Config.SIZE bytes, and our own: `mostSectors` in a request, `entries` of the ring.
 *
 * @throws {VirtioError} unsupported, where they leave no room for a single sector
 */
export function limitsOf(
  config: Uint8Array,
  has: (feature: number) => boolean,
  { mostSectors, entries }: { readonly mostSectors: number; readonly entries: number },
): DiskLimits {
  const view = new DataView(config.buffer, config.byteOffset, config.length);
  const number = (feature: number, at: number, otherwise: number): number =>
    has(feature) ? view.getUint32(at, true) : otherwise;
  // 0 says that there is no limit to name, as Linux reads it.
  const ranges = (feature: number, at: number): number => number(feature, at, 0) || 0xffff_ffff;
  const segment = number(BlockFeature.SIZE_MAX, Config.SIZE_MAX, mostSectors * SECTOR);
  // Header and status are segments of their own.
  const segments = Math.min(number(BlockFeature.SEG_MAX, Config.SEG_MAX, entries), entries - 2);
  const sectors = Math.min(mostSectors, Math.floor((segment * segments) / SECTOR));
  if (sectors < 1)
    throw new VirtioError(fault('unsupported', `${segments} segments of ${segment} bytes cannot carry a sector`));
  return {
    segment,
    sectors,
    discardSectors: ranges(BlockFeature.DISCARD, Config.MAX_DISCARD_SECTORS),
    discardAlignment: number(BlockFeature.DISCARD, Config.DISCARD_SECTOR_ALIGNMENT, 1) || 1,
    zeroSectors: ranges(BlockFeature.WRITE_ZEROES, Config.MAX_WRITE_ZEROES_SECTORS),
    queues: has(BlockFeature.MQ) ? view.getUint16(Config.NUM_QUEUES, true) : 1,
  };
}
