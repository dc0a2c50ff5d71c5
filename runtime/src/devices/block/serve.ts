import { virtio_blk_discard_write_zeroes, virtio_blk_req_out } from '@virtio-wire/codecs/virtio-core/blk';
import type { Chain } from '../../queue/chain.js';
import { viewOf } from '../bytes.js';
import { MOST_RANGE_SECTORS, MOST_RANGES } from './device-options.js';
import { BlockFeature, fits, ID_SIZE, RequestType, SECTOR, Status } from './layout.js';
import type { BlockStore } from './store.js';

// Data follows the head, and at the very end of the writable part is the status.
const { STRUCT: HEAD, sector_number, type: typeOf } = virtio_blk_req_out;
const {
  STRUCT: RANGE,
  flags_reserved,
  flags_unmap,
  num_sectors,
  sector_number: firstSector,
} = virtio_blk_discard_write_zeroes;

/** A disk as requests see it. */
export interface Disk {
  readonly store: BlockStore;
  readonly readOnly: boolean;
  /** 20 bytes. */
  readonly id: Uint8Array;
  /** Sectors, now. */
  readonly capacity: number;
  /** Whether a write must outlive a crash before it is told done. */
  readonly writeThrough: boolean;
  /** Whether a feature was negotiated. */
  has(feature: number): boolean;
}

/** A request being carried out: every step is waited for before the next, the last says how it went. */
export type Work = Generator<void | Promise<void>, Status>;

/** Bytes of a request that are held at a time, a whole number of sectors. */
export const CHUNK = 65536;

/**
 * Carries out one request, up to the status, which is not written here. Everything it decides on is in `chunk`, of CHUNK
 * bytes: the driver cannot change it any more.
 */
export function* serve(disk: Disk, chain: Chain, chunk: Uint8Array): Work {
  if (!chain.read(0, chunk.subarray(0, HEAD.size))) return Status.IOERR;
  const view = viewOf(chunk);
  const type = typeOf(view, 0);
  const sector = sector_number(view, 0);
  switch (type) {
    case RequestType.IN:
      return yield* read(disk, chain, sector, chunk);
    case RequestType.OUT:
      return disk.readOnly ? Status.IOERR : yield* write(disk, chain, sector, chunk);
    case RequestType.FLUSH:
      if (!disk.has(BlockFeature.FLUSH)) return Status.UNSUPP;
      yield disk.store.flush?.();
      return Status.OK;
    case RequestType.GET_ID:
      return dataRoom(chain) === ID_SIZE && chain.write(0, disk.id) ? Status.OK : Status.IOERR;
    case RequestType.DISCARD:
      if (disk.readOnly) return Status.IOERR;
      return disk.has(BlockFeature.DISCARD) ? yield* onRanges(disk, chain, chunk, 'discard') : Status.UNSUPP;
    case RequestType.WRITE_ZEROES:
      if (disk.readOnly) return Status.IOERR;
      return disk.has(BlockFeature.WRITE_ZEROES) ? yield* onRanges(disk, chain, chunk, 'zero') : Status.UNSUPP;
    default:
      return Status.UNSUPP;
  }
}

function* read(disk: Disk, chain: Chain, sector: number, chunk: Uint8Array): Work {
  const bytes = dataRoom(chain);
  if (!soundRun(sector, bytes, disk.capacity)) return Status.IOERR;
  for (let done = 0; done < bytes; ) {
    const piece = chunk.subarray(0, Math.min(CHUNK, bytes - done));
    yield disk.store.read(sector + done / SECTOR, piece);
    if (!chain.write(done, piece)) return Status.IOERR;
    done += piece.length;
  }
  return Status.OK;
}

function* write(disk: Disk, chain: Chain, sector: number, chunk: Uint8Array): Work {
  const bytes = chain.readableLength - HEAD.size;
  if (!soundRun(sector, bytes, disk.capacity)) return Status.IOERR;
  for (let done = 0; done < bytes; ) {
    const piece = chunk.subarray(0, Math.min(CHUNK, bytes - done));
    if (!chain.read(HEAD.size + done, piece)) return Status.IOERR;
    yield disk.store.write(sector + done / SECTOR, piece);
    done += piece.length;
  }
  return yield* stable(disk);
}

function* onRanges(disk: Disk, chain: Chain, chunk: Uint8Array, what: 'discard' | 'zero'): Work {
  const count = (chain.readableLength - HEAD.size) / RANGE.size;
  if (!(Number.isInteger(count) && count >= 1 && count <= MOST_RANGES)) return Status.IOERR;
  if (!chain.read(HEAD.size, chunk.subarray(0, count * RANGE.size))) return Status.IOERR;
  const view = viewOf(chunk);
  // Unknown flags come first: with one the request is unsupported, whatever else it is (Virtio 1.3, 5.2.6.2).
  for (let p = 0; p < count * RANGE.size; p += RANGE.size)
    if (flags_reserved(view, p) !== 0 || (what === 'discard' && flags_unmap(view, p) !== 0)) return Status.UNSUPP;
  const ranges = Array.from({ length: count }, (_, i) => ({
    sector: firstSector(view, i * RANGE.size),
    sectors: num_sectors(view, i * RANGE.size),
    unmap: flags_unmap(view, i * RANGE.size) === 1,
  }));
  if (!ranges.every((r) => r.sectors <= MOST_RANGE_SECTORS && fits(r.sector, r.sectors, disk.capacity)))
    return Status.IOERR;
  for (const { sector, sectors, unmap } of ranges) {
    if (what === 'discard') yield disk.store.discard?.(sector, sectors);
    else yield* zero(disk.store, sector, sectors, unmap, chunk);
  }
  return yield* stable(disk);
}

function* zero(
  store: BlockStore,
  sector: number,
  sectors: number,
  unmap: boolean,
  chunk: Uint8Array,
): Generator<void | Promise<void>, void> {
  if (store.writeZeroes !== undefined) {
    yield store.writeZeroes(sector, sectors, unmap);
    return;
  }
  chunk.fill(0);
  for (let done = 0; done < sectors; done += CHUNK / SECTOR)
    yield store.write(sector + done, chunk.subarray(0, Math.min(CHUNK, (sectors - done) * SECTOR)));
}

/** Virtio 1.3, 5.2.6.2: a write through the cache is committed before it is told done. */
function* stable(disk: Disk): Work {
  if (disk.writeThrough) yield disk.store.flush?.();
  return Status.OK;
}

/** Bytes for data in the writable part, whose last byte is the status. */
const dataRoom = (chain: Chain): number => chain.writableLength - 1;

const soundRun = (sector: number, bytes: number, capacity: number): boolean =>
  bytes % SECTOR === 0 && fits(sector, bytes / SECTOR, capacity);
