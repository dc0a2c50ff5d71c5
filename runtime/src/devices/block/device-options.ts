import { enums, virtio_blk_config } from '@virtio-wire/codecs/virtio-core/blk';
import { viewOf } from '../bytes.js';
import { BlockFeature, CONFIG_SIZE, ID_SIZE, MOST_SECTORS, SECTOR } from './layout.js';
import type { BlockStore } from './store.js';

const { blk_writeback } = enums;

export interface BlockDeviceOptions {
  readonly store: BlockStore;
  /** Writes are refused; false. */
  readonly readOnly?: boolean;
  /** What GET_ID tells: up to 20 ASCII characters; none. */
  readonly id?: string;
  /** How many request queues; 1. */
  readonly queues?: number;
  /** Entries of each; 128. */
  readonly queueSize?: number;
  /** Logical block size in bytes, which is a hint: the protocol counts in sectors of 512; 512. */
  readonly blockSize?: number;
  /** Most bytes in one segment of a request; not limited unless given. */
  readonly sizeMax?: number;
  /** Most segments of data in a request; what fits in the queue beside header and status. */
  readonly segMax?: number;
  /** Told where given. Sizes in logical blocks, `physicalBlockExp` as power of two. */
  readonly topology?: {
    readonly physicalBlockExp: number;
    readonly alignmentOffset: number;
    readonly minIoSize: number;
    readonly optIoSize: number;
  };
  /** Whether writes may be told done before they outlive a crash, until the driver says otherwise; false. */
  readonly writeback?: boolean;
  /** Hears why the store failed; the driver is told no more than that there was an error. */
  readonly failed?: (reason: unknown) => void;
}

/** Together no more work than the largest chain brings, or a request of a few bytes could keep the device busy for long. */
export const MOST_RANGE_SECTORS = 8192;
export const MOST_RANGES = 4;

/** Throws a RangeError, being wiring and not input, for a disk that cannot be. */
export function checkOptions({ store, id = '', queues = 1, blockSize = SECTOR }: BlockDeviceOptions): void {
  checkSectors(store.sectors);
  if (!/^[\x20-\x7e]*$/.test(id) || id.length > ID_SIZE) throw new RangeError(`id ${JSON.stringify(id)}`);
  if (!(Number.isInteger(queues) && queues >= 1 && queues <= 0xffff)) throw new RangeError(`${queues} queues`);
  if (!(Number.isInteger(Math.log2(blockSize)) && blockSize >= SECTOR && blockSize < 2 ** 32))
    throw new RangeError(`blocks of ${blockSize} bytes`);
}

export function checkSectors(sectors: number): void {
  if (!(Number.isInteger(sectors) && sectors >= 0 && sectors <= MOST_SECTORS))
    throw new RangeError(`${sectors} sectors`);
}

/** The feature bits a disk offers. */
export function featuresOf(options: BlockDeviceOptions): number[] {
  const { store, readOnly = false, queues = 1 } = options;
  const offered: readonly [bit: number, when: boolean][] = [
    [BlockFeature.SIZE_MAX, options.sizeMax !== undefined],
    [BlockFeature.SEG_MAX, true],
    [BlockFeature.RO, readOnly],
    [BlockFeature.BLK_SIZE, true],
    [BlockFeature.FLUSH, true],
    [BlockFeature.TOPOLOGY, options.topology !== undefined],
    [BlockFeature.CONFIG_WCE, !readOnly],
    [BlockFeature.MQ, queues > 1],
    [BlockFeature.DISCARD, !readOnly && store.discard !== undefined],
    [BlockFeature.WRITE_ZEROES, !readOnly],
  ];
  return offered.flatMap(([bit, when]) => (when ? [bit] : []));
}

/** The configuration space at the beginning; fields of features that are not offered are zero. */
export function configOf(options: BlockDeviceOptions, capacity: number): Uint8Array {
  const { queueSize = 128, topology, queues = 1, store } = options;
  const features = featuresOf(options);
  const bytes = new Uint8Array(CONFIG_SIZE);
  const config = new virtio_blk_config.View(viewOf(bytes));
  config.capacity = BigInt(capacity);
  config.size_max = options.sizeMax ?? 0;
  config.seg_max = options.segMax ?? Math.max(1, queueSize - 2);
  config.blk_size = options.blockSize ?? SECTOR;
  if (topology !== undefined) {
    config.topology_physical_block_exp = topology.physicalBlockExp;
    config.topology_alignment_offset = topology.alignmentOffset;
    config.topology_min_io_size = topology.minIoSize;
    config.topology_opt_io_size = topology.optIoSize;
  }
  if (features.includes(BlockFeature.CONFIG_WCE))
    config.writeback = options.writeback === true ? blk_writeback.WRITEBACK : blk_writeback.WRITETHROUGH;
  if (features.includes(BlockFeature.MQ)) config.num_queues = queues;
  if (features.includes(BlockFeature.DISCARD)) {
    config.max_discard_sectors = MOST_RANGE_SECTORS;
    config.max_discard_seg = MOST_RANGES;
    config.discard_sector_alignment = 1;
  }
  if (features.includes(BlockFeature.WRITE_ZEROES)) {
    config.max_write_zeroes_sectors = MOST_RANGE_SECTORS;
    config.max_write_zeroes_seg = MOST_RANGES;
    config.write_zeroes_may_unmap = store.unmaps === true ? 1 : 0;
  }
  return bytes;
}
