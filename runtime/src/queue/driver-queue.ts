import { type Address, isAligned, plus, rangeFits, toAddress } from '../memory/address.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { AvailRing } from './avail-ring.js';
import { DescriptorWriter, type Segment } from './descriptor-writer.js';
import { type FaultCounts, noFaults, type QueueFault, type QueueFaultCode, queueFault } from './faults.js';
import type { QueueFeatures } from './features.js';
import { FreeDescriptors } from './free-descriptors.js';
import { Avail, areaSizes, copyConfig, Desc, DescFlag, type QueueConfig, Used } from './layout.js';
import { needEvent, splitPosition } from './notification.js';
import { Outstanding } from './outstanding.js';
import { UsedRing } from './used-ring.js';

export interface DriverQueueOptions {
  /**
   * Memory for indirect tables, one per descriptor of the queue: size * entries * 16 bytes, at a multiple of 16.
   * Buffers of 2 to `entries` segments go there where VIRTIO_F_INDIRECT_DESC was negotiated.
   */
  readonly indirect?: { readonly base: Address; readonly entries: number };
  /** Where both indices begin; 0, unless a queue is taken over in mid-life. */
  readonly start?: number;
}

/** A buffer that came back. */
export interface UsedBuffer<T> {
  readonly token: T;
  /** Bytes at the beginning of the writable part that may be looked at. */
  readonly written: number;
  /** Set when the device claimed more than the buffer takes: its data is not to be trusted. */
  readonly fault?: 'q_used_len';
}

/** `stopping`: offers nothing more, still takes back. `stopped` and `broken`: does not touch the ring any more. */
export type DriverQueueState = 'live' | 'stopping' | 'stopped' | 'broken';

/** Why a buffer was not offered; nothing of it became visible to the device. */
export type AddRefusal = 'q_full' | 'bad_value' | 'bad_state';

const NOTHING: readonly Segment[] = [];

/**
 * A split virtqueue on the side of the driver. It sends nothing and waits for nothing.
 *
 *     queue.add([request], [answer], token);             // any number of times
 *     if (queue.publish()) ...                           // send EVENT_AVAIL, with queue.position
 *
 *     while (queue.poll() > 0)                           // until 0: the last poll has asked for the next notification
 *       while ((used = queue.take()) !== undefined) ...  // at most as many as poll said
 *     if (queue.fault !== undefined) ...                 // set FAILED
 *
 * Trust boundary: used ring and avail_event are input and are read once per decision. Descriptor table and available
 * ring are output: they are written and never read back. Virtio 1.3, 2.7.
 */
export class DriverQueue<T = unknown> {
  readonly size: number;
  readonly features: QueueFeatures;
  /** Faults met, by code. */
  readonly faultCounts: FaultCounts = noFaults();
  readonly #memory: GuestMemory;
  readonly #config: QueueConfig;
  readonly #tables: { readonly base: Address; readonly entries: number } | undefined;
  readonly #avail: AvailRing;
  readonly #used: UsedRing;
  readonly #one: DescriptorWriter;
  readonly #many: DescriptorWriter | undefined;
  readonly #free: FreeDescriptors;
  readonly #outstanding: Outstanding<T>;
  #state: DriverQueueState = 'live';
  #fault: QueueFault | undefined;
  // Counts of all buffers since the queue began. Their low 16 bits are the indices in the ring; the counts themselves
  // do not wrap, or a buffer that stays out for 65536 others would be taken for a new one.
  #added: number;
  #published: number;
  #taken: number;
  /** Buffers that the last poll found and that are not taken yet. */
  #ready = 0;
  /** In order: buffers left of a batch that one used element stands for, and the length it gives for the last. */
  #batch = 0;
  #batchLen = 0;
  #wantsNotifications = true;
  /** What this side wrote to used_event; -1 before the first time. */
  #usedEvent = -1;

  /**
   * Throws a RangeError, being wiring and not input, if the size is no power of two up to 32768 or the tables cannot
   * be. Copies `config`, touches no memory: call `initialise` before the device learns of the queue.
   */
  constructor(memory: GuestMemory, config: QueueConfig, features: QueueFeatures, options: DriverQueueOptions = {}) {
    const { size } = config;
    if (!(Number.isInteger(size) && size >= 1 && size <= 32768 && (size & (size - 1)) === 0))
      throw new RangeError(`a split queue has a power of two of entries, 1 to 32768, not ${size}`);
    this.size = size;
    this.features = features;
    this.#memory = memory;
    this.#config = copyConfig(config);
    this.#avail = new AvailRing(memory, this.#config.driver, size);
    this.#used = new UsedRing(memory, this.#config.device, size);
    this.#one = new DescriptorWriter(memory, 1);
    this.#tables = features.indirectDesc ? checkTables(options.indirect, size) : undefined;
    this.#many = this.#tables && new DescriptorWriter(memory, this.#tables.entries);
    this.#free = new FreeDescriptors(size);
    this.#outstanding = new Outstanding(size);
    this.#added = (options.start ?? 0) & 0xffff;
    this.#published = this.#added;
    this.#taken = this.#added;
  }

  get state(): DriverQueueState {
    return this.#state;
  }

  /** The fault that broke the queue, once `state` is `broken`. */
  get fault(): QueueFault | undefined {
    return this.#fault;
  }

  /** Buffers offered and not yet taken back. */
  get outstanding(): number {
    return this.#outstanding.count;
  }

  /** Descriptors of the table that are free. */
  get free(): number {
    return this.#free.count;
  }

  /** What a kick carries: where the driver adds next; both zero unless VIRTIO_F_NOTIFICATION_DATA was negotiated. */
  get position(): { next_offset: number; next_wrap: number } {
    return splitPosition(this.features.notificationData ? this.#published : 0);
  }

  /** The whole available index that the device sees, 0 to 65535. */
  get availableIndex(): number {
    return this.#published & 0xffff;
  }

  /** Clears all three areas, which the device must not know yet (Virtio 1.3, 2.7.10.1). False if memory is missing. */
  initialise(): boolean {
    const { size, descriptor, driver, device } = this.#config;
    const bytes = areaSizes(size);
    return (
      this.#memory.write(descriptor, new Uint8Array(bytes.descriptor)) &&
      this.#memory.write(driver, new Uint8Array(bytes.driver)) &&
      this.#memory.write(device, new Uint8Array(bytes.device)) &&
      this.#avail.storeIdx(this.#published) &&
      this.#used.storeIdx(this.#taken)
    );
  }

  /**
   * Puts a buffer into the ring, invisible to the device before `publish`; `token` comes back with it. At least one
   * segment, none of them empty, at most 2^32 - 1 bytes (Virtio 1.3, 2.7.5.2).
   * Returns the head, 0 to size - 1, or why not; 'q_full' passes when buffers come back.
   */
  add(readable: readonly Segment[], writable: readonly Segment[] = NOTHING, token?: T): number | AddRefusal {
    if (this.#state !== 'live') return 'bad_state';
    const count = readable.length + writable.length;
    const written = bytesOf(writable);
    if (count === 0 || count > this.size || !(bytesOf(readable) + written <= 0xffff_ffff)) return 'bad_value';
    const indirect = count > 1 && this.#tables !== undefined && count <= this.#tables.entries;
    const descriptors = indirect ? 1 : count;
    if (this.#free.count < descriptors) return 'q_full';
    const head = this.#free.take();
    const last = indirect ? this.#putTable(head, readable, writable) : this.#putChain(head, readable, writable);
    const slot = this.#added & (this.size - 1);
    if (last < 0 || !this.#avail.storeHead(slot, head)) {
      this.#latch('q_memory', head);
      return 'bad_state';
    }
    const offered = { token: token as T, last, descriptors, writable: written, position: this.#added };
    this.#outstanding.add(head, offered);
    this.#added++;
    return head;
  }

  /**
   * Makes everything added visible to the device. Whether a kick is wanted: send EVENT_AVAIL then.
   * Virtio 1.3, 2.7.13.
   */
  publish(): boolean {
    const before = this.#published;
    if (this.#state !== 'live' || before === this.#added) return false;
    // The index first, the question for a kick afterwards: the device does the two in the other order.
    if (!this.#avail.storeIdx(this.#added)) return this.#latch('q_memory');
    this.#published = this.#added;
    if (!this.features.eventIdx) {
      const flags = this.#used.loadFlags();
      return flags < 0 ? this.#latch('q_memory') : (flags & Used.NO_NOTIFY) === 0;
    }
    const event = this.#used.loadAvailEvent();
    return event < 0 ? this.#latch('q_memory') : needEvent(event, this.#added, before);
  }

  /**
   * Looks for buffers that came back: reads the used index once and returns how many `take` may take, at most those
   * outstanding; 0 if there is nothing or the queue is at an end. Where notifications are wanted, 0 also means that the
   * device will notify of the next one.
   */
  poll(): number {
    this.#ready = 0;
    if (this.#state === 'stopped' || this.#state === 'broken') return 0;
    // Ask first, look afterwards, as the device does with kicks.
    if (this.features.eventIdx && this.#wantsNotifications && this.#usedEvent !== this.#taken) {
      this.#usedEvent = this.#taken;
      if (!this.#avail.storeUsedEvent(this.#taken)) return Number(this.#latch('q_memory'));
    }
    const idx = this.#used.loadIdx();
    if (idx < 0) return Number(this.#latch('q_memory'));
    const found = (idx - this.#taken) & 0xffff;
    // Buffers that were added and not published cannot have been used.
    const most = this.#published - this.#taken;
    if (found > most) return Number(this.#latch('q_idx_jump', -1, found, most));
    this.#ready = found;
    // A batch was believed because the index covered it. An index that went back since then is no index to follow.
    if (this.#batch > found) return Number(this.#latch('q_idx_jump', -1, found, this.#batch));
    return found;
  }

  /** The next buffer of those `poll` found, or undefined. */
  take(): UsedBuffer<T> | undefined {
    if (this.#ready === 0) return undefined;
    return this.features.inOrder ? this.#takeInOrder() : this.#takeAny();
  }

  /** Tells the device that notifications are not needed, while the driver looks by itself. They may come all the same. */
  suppressNotifications(): void {
    this.#wantNotifications(false);
  }

  /** Wants notifications again. Poll until 0 afterwards: of what came back meanwhile nobody tells. */
  allowNotifications(): void {
    this.#wantNotifications(true);
  }

  /** First half of a reset: nothing more is offered; what comes back may still be taken. */
  stop(): void {
    if (this.#state === 'live') this.#state = 'stopping';
  }

  /**
   * Ends the queue once the device has: no access to the ring from here on. Returns the tokens of the buffers that did
   * not come back, oldest first; their memory is the driver's again.
   */
  reset(): T[] {
    this.#ready = 0;
    this.#state = 'stopped';
    return this.#outstanding.drain();
  }

  #putChain(head: number, readable: readonly Segment[], writable: readonly Segment[]): number {
    const count = readable.length + writable.length;
    let index = head;
    for (let i = 0; ; i++) {
      const more = i + 1 < count;
      const segment = i < readable.length ? readable[i]! : writable[i - readable.length]!;
      const flags = (more ? DescFlag.NEXT : 0) | (i < readable.length ? 0 : DescFlag.WRITE);
      this.#one.put(0, segment, flags, more ? this.#free.next(index) : 0);
      if (!this.#one.write(this.#config.descriptor, index, 1)) return -1;
      if (!more) return index;
      index = this.#free.take();
    }
  }

  #putTable(head: number, readable: readonly Segment[], writable: readonly Segment[]): number {
    const { base, entries } = this.#tables!;
    const count = readable.length + writable.length;
    for (let i = 0; i < count; i++) {
      const segment = i < readable.length ? readable[i]! : writable[i - readable.length]!;
      const next = i + 1 < count ? DescFlag.NEXT : 0;
      this.#many!.put(i, segment, next | (i < readable.length ? 0 : DescFlag.WRITE), next === 0 ? 0 : i + 1);
    }
    const address = plus(base, Desc.SIZE * entries * head);
    if (!this.#many!.write(address, 0, count)) return -1;
    this.#one.put(0, { address, length: Desc.SIZE * count }, DescFlag.INDIRECT, 0);
    return this.#one.write(this.#config.descriptor, head, 1) ? head : -1;
  }

  #takeAny(): UsedBuffer<T> | undefined {
    if (!this.#used.loadElement(this.#taken & (this.size - 1))) return this.#lost();
    const { id, len } = this.#used;
    const offered = this.#outstanding.get(id);
    // Added and not yet published is not outstanding for the device, although the table knows it.
    if (offered === undefined || offered.position >= this.#published) return this.#bad(id);
    return this.#finish(id, len);
  }

  /**
   * In order, one used element may stand for all buffers up to the one it names; the others count as written in full,
   * and the next element lies behind the places of all of them (Virtio 1.3, 2.7.9).
   */
  #takeInOrder(): UsedBuffer<T> | undefined {
    if (this.#batch === 0) {
      if (!this.#used.loadElement(this.#taken & (this.size - 1))) return this.#lost();
      const { id, len } = this.#used;
      const offered = this.#outstanding.get(id);
      const before = offered === undefined ? this.#ready : offered.position - this.#taken;
      if (before >= this.#ready) return this.#bad(id);
      this.#batch = before + 1;
      this.#batchLen = len;
    }
    const head = this.#outstanding.headAt(this.#taken);
    this.#batch--;
    return this.#finish(head, this.#batch === 0 ? this.#batchLen : this.#outstanding.get(head)!.writable);
  }

  #finish(head: number, len: number): UsedBuffer<T> {
    const { token, last, descriptors, writable } = this.#outstanding.get(head)!;
    this.#outstanding.remove(head);
    this.#free.give(head, last, descriptors);
    this.#taken++;
    this.#ready--;
    if (len <= writable) return { token, written: len };
    this.faultCounts.q_used_len++;
    return { token, written: writable, fault: 'q_used_len' };
  }

  #bad(id: number): undefined {
    this.#latch('q_bad_used', id, id, this.size);
  }

  #lost(): undefined {
    this.#latch('q_memory');
  }

  #wantNotifications(wanted: boolean): void {
    if (this.#state === 'stopped' || this.#state === 'broken' || wanted === this.#wantsNotifications) return;
    this.#wantsNotifications = wanted;
    // With event indices the flags stay 0 (Virtio 1.3, 2.7.7.1); a used_event left behind asks for nothing.
    if (!this.features.eventIdx && !this.#avail.storeFlags(wanted ? 0 : Avail.NO_INTERRUPT)) this.#latch('q_memory');
  }

  #latch(code: QueueFaultCode, head = -1, got = 0, limit = 0): false {
    this.faultCounts[code]++;
    this.#ready = 0;
    this.#state = 'broken';
    this.#fault ??= queueFault(code, head, got, limit);
    return false;
  }
}

/** Bytes of all segments; NaN if one of them cannot be. */
function bytesOf(segments: readonly Segment[]): number {
  let bytes = 0;
  for (const { address, length } of segments) {
    const sound = Number.isInteger(length) && length > 0 && toAddress(address) !== undefined;
    bytes += sound && rangeFits(address, length) ? length : Number.NaN;
  }
  return bytes;
}

function checkTables(tables: DriverQueueOptions['indirect'], size: number): DriverQueueOptions['indirect'] {
  if (tables === undefined) return undefined;
  const { base, entries } = tables;
  if (!(Number.isInteger(entries) && entries >= 2 && entries <= size) || !isAligned(base, 16))
    throw new RangeError(`indirect tables of ${entries} entries for a queue of ${size}: 2 to ${size} at 16-byte steps`);
  return { base, entries };
}
