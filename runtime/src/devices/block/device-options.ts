import { BlockFeature, Config, ID_SIZE, MOST_SECTORS, SECTOR } from './layout.js';
import type { BlockStore } from './store.js';

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
  const view = new DataView(new ArrayBuffer(Config.SIZE));
  view.setBigUint64(Config.CAPACITY, BigInt(capacity), true);
  view.setUint32(Config.SIZE_MAX, options.sizeMax ?? 0, true);
  view.setUint32(Config.SEG_MAX, options.segMax ?? Math.max(1, queueSize - 2), true);
  view.setUint32(Config.BLK_SIZE, options.blockSize ?? SECTOR, true);
  if (topology !== undefined) {
    view.setUint8(Config.PHYSICAL_BLOCK_EXP, topology.physicalBlockExp);
    view.setUint8(Config.ALIGNMENT_OFFSET, topology.alignmentOffset);
    view.setUint16(Config.MIN_IO_SIZE, topology.minIoSize, true);
    view.setUint32(Config.OPT_IO_SIZE, topology.optIoSize, true);
  }
  if (features.includes(BlockFeature.CONFIG_WCE)) view.setUint8(Config.WRITEBACK, options.writeback === true ? 1 : 0);
  if (features.includes(BlockFeature.MQ)) view.setUint16(Config.NUM_QUEUES, queues, true);
  if (features.includes(BlockFeature.DISCARD)) {
    view.setUint32(Config.MAX_DISCARD_SECTORS, MOST_RANGE_SECTORS, true);
    view.setUint32(Config.MAX_DISCARD_SEG, MOST_RANGES, true);
    view.setUint32(Config.DISCARD_SECTOR_ALIGNMENT, 1, true);
  }
  if (features.includes(BlockFeature.WRITE_ZEROES)) {
    view.setUint32(Config.MAX_WRITE_ZEROES_SECTORS, MOST_RANGE_SECTORS, true);
    view.setUint32(Config.MAX_WRITE_ZEROES_SEG, MOST_RANGES, true);
    view.setUint8(Config.WRITE_ZEROES_MAY_UNMAP, store.unmaps === true ? 1 : 0);
  }
  return new Uint8Array(view.buffer);
}
