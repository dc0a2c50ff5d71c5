import { virtio_blk_config } from '@virtio-wire/codecs/virtio-core/blk';
import { VirtioError } from '../../bus/error.js';
import { fault } from '../../core/fault.js';
import { viewOf } from '../bytes.js';
import { BlockFeature, MOST_SECTORS, SECTOR } from './layout.js';

const {
  capacity,
  discard_sector_alignment,
  max_discard_sectors,
  max_write_zeroes_sectors,
  num_queues,
  seg_max,
  size_max,
} = virtio_blk_config;

/** A reader of the configuration. */
type Reader = (view: DataView, p: number) => number;

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
export const capacityOf = (config: Uint8Array): number => Math.min(MOST_SECTORS, Number(capacity(viewOf(config), 0)));

/**
 * The limits in a configuration of CONFIG_SIZE bytes, and our own: `mostSectors` in a request, `entries` of the ring.
 *
 * @throws {VirtioError} unsupported, where they leave no room for a single sector
 */
export function limitsOf(
  config: Uint8Array,
  has: (feature: number) => boolean,
  { mostSectors, entries }: { readonly mostSectors: number; readonly entries: number },
): DiskLimits {
  const view = viewOf(config);
  const number = (feature: number, read: Reader, otherwise: number): number =>
    has(feature) ? read(view, 0) : otherwise;
  // 0 says that there is no limit to name, as Linux reads it.
  const ranges = (feature: number, read: Reader): number => number(feature, read, 0) || 0xffff_ffff;
  const segment = number(BlockFeature.SIZE_MAX, size_max, mostSectors * SECTOR);
  // Header and status are segments of their own.
  const segments = Math.min(number(BlockFeature.SEG_MAX, seg_max, entries), entries - 2);
  const sectors = Math.min(mostSectors, Math.floor((segment * segments) / SECTOR));
  if (sectors < 1)
    throw new VirtioError(fault('unsupported', `${segments} segments of ${segment} bytes cannot carry a sector`));
  return {
    segment,
    sectors,
    discardSectors: ranges(BlockFeature.DISCARD, max_discard_sectors),
    discardAlignment: number(BlockFeature.DISCARD, discard_sector_alignment, 1) || 1,
    zeroSectors: ranges(BlockFeature.WRITE_ZEROES, max_write_zeroes_sectors),
    queues: number(BlockFeature.MQ, num_queues, 1),
  };
}
