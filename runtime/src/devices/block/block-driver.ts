import {
  enums,
  virtio_blk_config,
  virtio_blk_discard_write_zeroes,
  virtio_blk_req_out,
} from '@virtio-wire/codecs/virtio-core/blk';
import { VirtioError } from '../../bus/error.js';
import { type Fault, fault } from '../../core/fault.js';
import type { Driver, DriverServices, WantedQueue } from '../../driver/driver.js';
import type { DriverPort } from '../../driver/driver-port.js';
import type { DeviceInfo } from '../../wire/message.js';
import { viewOf } from '../bytes.js';
import { BLOCK_ID, BlockFeature, CONFIG_SIZE, fits, ID_SIZE, RequestType, SECTOR, Status } from './layout.js';
import { capacityOf, type DiskLimits, limitsOf } from './limits.js';
import { each, pieces } from './pieces.js';

const { fields } = virtio_blk_config.STRUCT;
const { blk_writeback } = enums;
const { encode_number: encodeHead, STRUCT: HEAD } = virtio_blk_req_out;
const { encode_number: encodeRange, STRUCT: RANGE } = virtio_blk_discard_write_zeroes;

/** All that a configuration has to have. */
const CAPACITY_END = fields.size_max;

export interface BlockDriverOptions {
  /** Most queues to use; 1. */
  readonly queues?: number;
  /** Entries of each; 128. */
  readonly queueSize?: number;
  /** Most sectors in one request; 120, which with header and status is less than 64 KiB. */
  readonly mostSectors?: number;
}

/** Requests that one call has out at a time. */
const WIDTH = 8;

interface Live {
  readonly services: DriverServices;
  readonly ports: readonly DriverPort[];
  readonly limits: DiskLimits;
}

/** Reads and writes the sectors of a block device. */
export class BlockDriver implements Driver {
  readonly id = BLOCK_ID;
  readonly features: readonly number[] = Object.values(BlockFeature);
  readonly #options: Required<BlockDriverOptions>;
  readonly #listeners = new Set<(capacity: number) => void>();
  #services: DriverServices | null = null;
  #live: Live | null = null;
  #why: Fault = fault('bad_state', 'the driver is not bound to a device');
  #capacity: number | null = null;
  #turn = 0;

  constructor({ queues = 1, queueSize = 128, mostSectors = 120 }: BlockDriverOptions = {}) {
    this.#options = { queues, queueSize, mostSectors };
  }

  /** Sectors of 512 bytes, as the device told last; 0 before it did. */
  get capacity(): number {
    return this.#capacity ?? 0;
  }

  /** Whether the disk cannot be written. */
  get readOnly(): boolean {
    return this.#live?.services.has(BlockFeature.RO) ?? false;
  }

  // Driver

  queues(has: (feature: number) => boolean, info: DeviceInfo): readonly WantedQueue[] {
    const count = has(BlockFeature.MQ) ? Math.min(this.#options.queues, info.max_virtqueues) : 1;
    return Array.from({ length: count }, (_, index) => ({ index, size: this.#options.queueSize }));
  }

  async live(services: DriverServices): Promise<void> {
    this.#services = services;
    const has = (feature: number): boolean => services.has(feature);
    const size = Math.min(services.info.config_size, CONFIG_SIZE);
    if (size < CAPACITY_END)
      throw new VirtioError(fault('bad_size', `a configuration of ${size} bytes has no capacity`));
    const config = new Uint8Array(CONFIG_SIZE);
    config.set(await services.readConfig(0, size));
    if (this.#services !== services) return;
    const wanted = this.queues(has, services.info).map(({ index }) => services.port(index));
    const entries = Math.min(...wanted.map((port) => port.size));
    const limits = limitsOf(config, has, { mostSectors: this.#options.mostSectors, entries });
    this.#live = { services, limits, ports: wanted.slice(0, Math.max(1, limits.queues)) };
    this.#tell(capacityOf(config));
  }

  configChanged(): void {
    void this.#look();
  }

  stopped(why: Fault): void {
    this.#services = null;
    this.#live = null;
    this.#why = why;
  }

  // For users

  /** Calls back with the new capacity whenever it has changed, until what is returned is called. */
  onResize(listener: (capacity: number) => void): () => void {
    const own = (capacity: number): void => listener(capacity);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /**
   * Bytes of some sectors.
   *
   * @throws {VirtioError} range, rejected (an I/O error), cancelled, reset, removed, bus_down, bad_state, …
   */
  async read(sector: number, sectors: number, signal?: AbortSignal): Promise<Uint8Array> {
    const { limits } = this.#ready(sector, sectors);
    const all = new Uint8Array(sectors * SECTOR);
    await each(pieces(sector, sectors, limits.sectors), WIDTH, async (piece) => {
      const segments = cut(piece.sectors * SECTOR, limits.segment).map(({ length }) => length);
      const data = await this.#ask(RequestType.IN, piece.sector, [], segments, signal);
      all.set(data, (piece.sector - sector) * SECTOR);
    });
    return all;
  }

  /**
   * Writes whole sectors. The bytes must not change before this is done. It may all outlive a crash then or not, see `flush`.
   *
   * @throws {VirtioError} range, align, rejected (an I/O error, or the disk cannot be written), cancelled, …
   */
  async write(sector: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (data.length % SECTOR !== 0)
      throw new VirtioError(fault('align', `${data.length} bytes are no whole number of sectors`));
    const { limits } = this.#writable(sector, data.length / SECTOR);
    await each(pieces(sector, data.length / SECTOR, limits.sectors), WIDTH, async (piece) => {
      const from = (piece.sector - sector) * SECTOR;
      const segments = cut(piece.sectors * SECTOR, limits.segment).map(({ at, length }) =>
        data.subarray(from + at, from + at + length),
      );
      await this.#ask(RequestType.OUT, piece.sector, segments, [], signal);
    });
  }

  /**
   * Everything whose `write` was done before this was called outlives a crash once this is done.
   *
   * @throws {VirtioError} unsupported, rejected, …
   */
  async flush(signal?: AbortSignal): Promise<void> {
    this.#needs(BlockFeature.FLUSH, 'flush');
    await this.#ask(RequestType.FLUSH, 0, [], [], signal);
  }

  /**
   * Tells the device that nobody needs these sectors; what is in them afterwards is anything.
   *
   * @throws {VirtioError} unsupported, range, rejected, …
   */
  async discard(sector: number, sectors: number, signal?: AbortSignal): Promise<void> {
    const { limits } = this.#writable(sector, sectors);
    this.#needs(BlockFeature.DISCARD, 'discard');
    const runs = pieces(sector, sectors, limits.discardSectors, limits.discardAlignment);
    await each(runs, WIDTH, async (piece) => {
      await this.#ask(RequestType.DISCARD, 0, [rangeOf(piece.sector, piece.sectors)], [], signal);
    });
  }

  /**
   * Fills sectors with zeros without sending any.
   *
   * @throws {VirtioError} unsupported, range, rejected, …
   */
  async writeZeroes(sector: number, sectors: number, signal?: AbortSignal): Promise<void> {
    const { limits } = this.#writable(sector, sectors);
    this.#needs(BlockFeature.WRITE_ZEROES, 'write zeroes');
    await each(pieces(sector, sectors, limits.zeroSectors), WIDTH, async (piece) => {
      await this.#ask(RequestType.WRITE_ZEROES, 0, [rangeOf(piece.sector, piece.sectors)], [], signal);
    });
  }

  /** What the device calls itself: up to 20 ASCII characters; others are shown as question marks. */
  async deviceId(signal?: AbortSignal): Promise<string> {
    const bytes = await this.#ask(RequestType.GET_ID, 0, [], [ID_SIZE], signal);
    const end = bytes.indexOf(0);
    const text = [...bytes.subarray(0, end === -1 ? ID_SIZE : end)];
    return text.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?')).join('');
  }

  /**
   * Whether the device may say that a write is done before it outlives a crash.
   *
   * @throws {VirtioError} unsupported, rejected, …
   */
  async setWriteback(on: boolean): Promise<void> {
    const { services } = this.#needs(BlockFeature.CONFIG_WCE, 'change its cache');
    const value = Uint8Array.of(on ? blk_writeback.WRITEBACK : blk_writeback.WRITETHROUGH);
    await services.writeConfig(fields.writeback, value, () => value);
  }

  #ready(sector: number, sectors: number): Live {
    const live = this.#started();
    const sound = Number.isSafeInteger(sector) && Number.isSafeInteger(sectors) && sector >= 0 && sectors >= 0;
    if (!sound || !fits(sector, sectors, this.capacity))
      throw new VirtioError(fault('range', `${sectors} sectors from ${sector} on of ${this.capacity}`));
    return live;
  }

  #writable(sector: number, sectors: number): Live {
    const live = this.#ready(sector, sectors);
    if (this.readOnly) throw new VirtioError(fault('rejected', 'the disk cannot be written'));
    return live;
  }

  #needs(feature: number, what: string): Live {
    const live = this.#started();
    if (!live.services.has(feature)) throw new VirtioError(fault('unsupported', `the device does not ${what}`));
    return live;
  }

  #started(): Live {
    if (this.#live === null) throw new VirtioError({ ...this.#why, outcome: 'none' });
    return this.#live;
  }

  /** Sends one request and returns its data, once the device said that it went well. */
  async #ask(
    type: RequestType,
    sector: number,
    data: readonly Uint8Array[],
    room: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const { ports } = this.#started();
    this.#turn = (this.#turn + 1) % ports.length;
    const used = await ports[this.#turn]!.request([headOf(type, sector), ...data], [...room, 1], signal);
    const last = used.bytes.length - 1;
    // Nothing behind the used length can be believed, and a status that was never written would read as success.
    if (used.written <= last) throw new VirtioError(fault('bad_size', 'the device did not say how it went', 'unknown'));
    const outcome = type === RequestType.IN || type === RequestType.GET_ID ? 'none' : 'unknown';
    switch (used.bytes[last]) {
      case Status.OK:
        return used.bytes.subarray(0, last);
      case Status.IOERR:
        throw new VirtioError(fault('rejected', `the device could not carry out request ${type}`, outcome));
      case Status.UNSUPP:
        throw new VirtioError(fault('unsupported', `the device does not know request ${type}`));
      default:
        throw new VirtioError(fault('bad_value', `status ${used.bytes[last]} of request ${type}`, 'unknown'));
    }
  }

  async #look(): Promise<void> {
    const services = this.#services;
    let bytes: Uint8Array;
    try {
      if (services === null) return;
      bytes = await services.readConfig(fields.capacity, CAPACITY_END);
    } catch {
      // The device has stopped, or has changed again and will say so.
      return;
    }
    if (this.#services === services) this.#tell(capacityOf(bytes));
  }

  #tell(capacity: number): void {
    const before = this.#capacity;
    this.#capacity = capacity;
    if (before !== null && before !== capacity) for (const listener of this.#listeners) listener(capacity);
  }
}

function headOf(type: RequestType, sector: number): Uint8Array {
  const bytes = new Uint8Array(HEAD.size);
  encodeHead(viewOf(bytes), 0, type, sector);
  return bytes;
}

function rangeOf(sector: number, sectors: number): Uint8Array {
  const bytes = new Uint8Array(RANGE.size);
  encodeRange(viewOf(bytes), 0, sector, sectors, 0);
  return bytes;
}

/** Places and lengths of the segments of so many bytes. */
function cut(bytes: number, most: number): { readonly at: number; readonly length: number }[] {
  const segments = [];
  for (let at = 0; at < bytes; at += most) segments.push({ at, length: Math.min(most, bytes - at) });
  return segments;
}
