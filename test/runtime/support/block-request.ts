// Numbers of Virtio 1.3, 5.2, written here once more and not taken from the code under test.

/** Feature bits. */
export const F = {
  SIZE_MAX: 1,
  SEG_MAX: 2,
  RO: 5,
  BLK_SIZE: 6,
  FLUSH: 9,
  TOPOLOGY: 10,
  WCE: 11,
  MQ: 12,
  DISCARD: 13,
  ZEROES: 14,
};
/** Types of requests. */
export const [IN, OUT, FLUSH, GET_ID, DISCARD, WRITE_ZEROES] = [0, 1, 4, 8, 11, 13];
/** Values of the status. */
export const [OK, IOERR, UNSUPP] = [0, 1, 2];

/** struct virtio_blk_req up to its data. */
export const header = (type: number, sector: number | bigint = 0): Uint8Array => {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, type, true);
  view.setBigUint64(8, BigInt(sector), true);
  return new Uint8Array(view.buffer);
};

/** struct virtio_blk_discard_write_zeroes. */
export const range = (sector: number | bigint, sectors: number, flags = 0): Uint8Array => {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigUint64(0, BigInt(sector), true);
  view.setUint32(8, sectors, true);
  view.setUint32(12, flags, true);
  return new Uint8Array(view.buffer);
};
