/** Block device, Virtio 1.3, 5.2. Offsets and sizes in bytes; all numbers are little-endian, there is no padding. */
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

/** struct virtio_blk_config (5.2.4), up to the last field of the features above. */
export const Config = {
  /** le64 */
  CAPACITY: 0,
  /** le32 */
  SIZE_MAX: 8,
  /** le32 */
  SEG_MAX: 12,
  /** le32 */
  BLK_SIZE: 20,
  /** u8 */
  PHYSICAL_BLOCK_EXP: 24,
  /** u8 */
  ALIGNMENT_OFFSET: 25,
  /** le16 */
  MIN_IO_SIZE: 26,
  /** le32 */
  OPT_IO_SIZE: 28,
  /** u8, the one field a driver may write */
  WRITEBACK: 32,
  /** le16 */
  NUM_QUEUES: 34,
  /** le32 */
  MAX_DISCARD_SECTORS: 36,
  /** le32 */
  MAX_DISCARD_SEG: 40,
  /** le32 */
  DISCARD_SECTOR_ALIGNMENT: 44,
  /** le32 */
  MAX_WRITE_ZEROES_SECTORS: 48,
  /** le32 */
  MAX_WRITE_ZEROES_SEG: 52,
  /** u8 */
  WRITE_ZEROES_MAY_UNMAP: 56,
  SIZE: 60,
} as const;

/** What struct virtio_blk_req begins with (5.2.6); data follows, and at the very end of the writable part u8 status. */
export const Header = {
  /** le32 */
  TYPE: 0,
  /** le64 */
  SECTOR: 8,
  SIZE: 16,
} as const;

/** VIRTIO_BLK_T_* (5.2.6). */
export const RequestType = {
  IN: 0,
  OUT: 1,
  FLUSH: 4,
  GET_ID: 8,
  DISCARD: 11,
  WRITE_ZEROES: 13,
} as const;
export type RequestType = (typeof RequestType)[keyof typeof RequestType];

/** VIRTIO_BLK_S_* (5.2.6). */
export const Status = { OK: 0, IOERR: 1, UNSUPP: 2 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/** Bytes of the data of GET_ID: ASCII, filled up with NUL (5.2.6). */
export const ID_SIZE = 20;

/** struct virtio_blk_discard_write_zeroes (5.2.6). */
export const Range = {
  /** le64 */
  SECTOR: 0,
  /** le32 */
  NUM_SECTORS: 8,
  /** le32: UNMAP, the others reserved */
  FLAGS: 12,
  SIZE: 16,
  UNMAP: 1,
} as const;

/** A sector number out of 64 bits. What is too large to be exact stays larger than every disk. */
export const sectorAt = (view: DataView, at: number): number =>
  view.getUint32(at, true) + 0x1_0000_0000 * view.getUint32(at + 4, true);

/** Whether `count` sectors from `sector` on end at `capacity`, at most MOST_SECTORS, or before. */
export const fits = (sector: number, count: number, capacity: number): boolean => sector <= capacity - count;
