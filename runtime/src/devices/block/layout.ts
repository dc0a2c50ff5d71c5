import { enums, virtio_blk_config } from '@virtio-wire/codecs/virtio-core/blk';

/** Block device (Virtio 1.3, 5.2): what the schema of its structs does not tell. */
export const BLOCK_ID = 2;

/** The unit of every sector number, whatever the block size of the disk (5.2.5). */
export const SECTOR = 512;

/** Sectors whose bytes a number can count exactly; more cannot be reached from here. */
export const MOST_SECTORS = Math.floor(Number.MAX_SAFE_INTEGER / SECTOR);

/** VIRTIO_BLK_F_* (5.2.3). */
export const BlockFeature = {
  SIZE_MAX: 1,
  SEG_MAX: 2,
  RO: 5,
  BLK_SIZE: 6,
  FLUSH: 9,
  TOPOLOGY: 10,
  CONFIG_WCE: 11,
  MQ: 12,
  DISCARD: 13,
  WRITE_ZEROES: 14,
} as const;

/** The configuration here is virtio_blk_config up to the last field of the features above. */
export const CONFIG_SIZE = virtio_blk_config.STRUCT.fields.max_secure_erase_sectors;

export const { blk_request_type: RequestType, blk_status: Status } = enums;
export type RequestType = (typeof RequestType)[keyof typeof RequestType];
export type Status = (typeof Status)[keyof typeof Status];

/** Bytes of the data of GET_ID: ASCII, filled up with NUL (5.2.6). */
export const ID_SIZE = 20;

/**
 * Whether `count` sectors from `sector` on end at `capacity`, at most MOST_SECTORS, or before. A sector that is NaN,
 * being too large to be exact, is behind the end of every disk.
 */
export const fits = (sector: number, count: number, capacity: number): boolean => sector <= capacity - count;
