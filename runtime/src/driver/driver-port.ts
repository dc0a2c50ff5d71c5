import { VirtioError } from '../bus/error.js';
import { rethrowLater } from '../bus/rethrow.js';
import { type Fault, fault } from '../core/fault.js';
import { type Address, plus } from '../memory/address.js';
import type { Segment } from '../queue/descriptor-writer.js';
import type { DriverQueue, UsedBuffer } from '../queue/driver-queue.js';
import type { QueueFault } from '../queue/faults.js';
import type { BufferPool } from './buffer-pool.js';

/** What a device made of one buffer. */
export interface Used {
  /** The writable part, as long as was asked for; beyond `written` it is zeros. */
  readonly bytes: Uint8Array;
  /** Bytes the device says it has written, from the beginning. */
  readonly written: number;
}

export type Done = (used: Used | null, fault: Fault | null) => void;

/** What a port needs of the transport that owns it. */
export interface DriverPortHost {
  readonly pool: BufferPool;
  readonly maxWaiting: number;
  /** Runs behind what is being done now. */
  soon(run: () => void): void;
  later(run: () => void): void;
  /** Sends EVENT_AVAIL. */
  kick(port: DriverPort): void;
  fault(port: DriverPort, fault: QueueFault): void;
}

interface Offer {
  readonly address: Address;
  /** Where the writable part begins, and how long it is. */
  readonly from: number;
  readonly length: number;
  readonly done: Done;
}

interface Waiting {
  readonly readable: readonly Uint8Array[];
  readonly writable: readonly number[];
  readonly done: Done;
}

/** Buffers looked at in one turn before others have theirs. */
const TURN = 256;

/**
 * One virtqueue that runs, as a driver sees it. Bytes are copied into memory the device can reach and back out of it, once
 * each way; nothing is decided on bytes the device can still change.
 */
export class DriverPort {
  /** Number of the queue. */
  readonly index: number;
  readonly #queue: DriverQueue<Offer>;
  readonly #host: DriverPortHost;
  readonly #waiting: Waiting[] = [];
  #publishing = false;
  #looking = false;
  #ended: Fault | null = null;
  #kickable = false;
  /** Buffers that were out when the queue ended. */
  #left: readonly Offer[] = [];

  constructor(index: number, queue: DriverQueue<Offer>, host: DriverPortHost) {
    this.index = index;
    this.#queue = queue;
    this.#host = host;
  }

  /** Entries of the ring. */
  get size(): number {
    return this.#queue.size;
  }

  /** Buffers the device has. */
  get outstanding(): number {
    return this.#queue.outstanding;
  }

  /** What a kick carries. */
  get position(): { next_offset: number; next_wrap: number } {
    return this.#queue.position;
  }

  /**
   * Offers one buffer: bytes for the device to read, then room for it to write, each cut into segments as given. `done` is
   * called exactly once, never from within. False, and nothing happens, where there is no room now.
   *
   * @throws {RangeError} unless all lengths are whole numbers from 0
   */
  submit(readable: readonly Uint8Array[], writable: readonly number[], done: Done): boolean {
    if (!areLengths(writable)) throw new RangeError(`room of ${writable} bytes`);
    return this.#ended === null && this.#waiting.length === 0 && this.#offer(readable, writable, done);
  }

  /**
   * Offers one buffer, as soon as there is room. Rejected with `limit` where too many wait already. Aborting gives up the
   * interest alone: the device may act on the buffer all the same, and has it until it is used.
   *
   * @throws {VirtioError} reset, removed, bus_down, cancelled, limit, too_big, bad_value
   */
  request(readable: readonly Uint8Array[], writable: readonly number[], signal?: AbortSignal): Promise<Used> {
    return new Promise((resolve, reject) => {
      let settled = false;
      const settle: Done = (used, why) => {
        if (settled) return;
        settled = true;
        signal?.removeEventListener('abort', cancel);
        if (used !== null) resolve(used);
        else reject(new VirtioError(why ?? fault('bad_state', 'no reason given')));
      };
      const entry: Waiting = { readable, writable, done: settle };
      const cancel = (): void => {
        const at = this.#waiting.indexOf(entry);
        if (at !== -1) this.#waiting.splice(at, 1);
        settle(null, fault('cancelled', 'given up by the caller', at === -1 ? 'unknown' : 'none'));
      };
      if (signal?.aborted) settle(null, fault('cancelled', 'given up by the caller'));
      else if (!areLengths(writable)) settle(null, fault('bad_value', `room of ${writable} bytes`));
      else if (this.#ended !== null) settle(null, { ...this.#ended, outcome: 'none' });
      else {
        signal?.addEventListener('abort', cancel, { once: true });
        this.#enter(entry);
      }
    });
  }

  /** For the transport: the device is live, buffers that are in the ring may be announced. */
  open(): void {
    this.#kickable = true;
    this.#publishSoon();
  }

  /** For the transport: the device has used buffers, or may have. */
  look(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#look();
  }

  /**
   * For the transport: the queue is over. Buffers that did not come back end with `why`; their memory may still be written
   * by the device and is given back by `release`.
   */
  end(why: Fault): void {
    if (this.#ended !== null) return;
    this.#ended = why;
    this.#left = this.#queue.reset();
    for (const offer of this.#left) tell(offer.done, null, why);
    for (const waiting of this.#waiting.splice(0)) tell(waiting.done, null, { ...why, outcome: 'none' });
  }

  /** For the transport: the device has let go of the buffers it had, or, where it has not, they are lost. */
  release(memory: 'free' | 'lost'): void {
    for (const { address } of this.#left) {
      if (memory === 'free') this.#host.pool.give(address);
      else this.#host.pool.abandon(address);
    }
    this.#left = [];
  }

  #enter(entry: Waiting): void {
    const { readable, writable, done } = entry;
    if (this.#waiting.length === 0 && this.#offer(readable, writable, done)) return;
    if (this.#waiting.length >= this.#host.maxWaiting)
      done(null, fault('limit', `${this.#waiting.length} buffers wait for room in queue ${this.index} already`));
    // Nobody will make room for it.
    else if (this.outstanding === 0)
      done(null, fault('too_big', `a buffer that does not fit in queue ${this.index} or in the memory of the driver`));
    else this.#waiting.push(entry);
  }

  #offer(readable: readonly Uint8Array[], writable: readonly number[], done: Done): boolean {
    let from = 0;
    for (const bytes of readable) from += bytes.length;
    let length = 0;
    for (const bytes of writable) length += bytes;
    if (this.#queue.free < 1) return false;
    const address = this.#host.pool.take(from + length);
    if (address === null) return false;
    const segments: Segment[] = [];
    let at = 0;
    for (const bytes of readable) {
      const place = plus(address, at);
      at += bytes.length;
      if (bytes.length === 0) continue;
      if (!this.#host.pool.memory.write(place, bytes)) return this.#refused(address);
      segments.push({ address: place, length: bytes.length });
    }
    const room: Segment[] = [];
    for (const bytes of writable) {
      if (bytes > 0) room.push({ address: plus(address, at), length: bytes });
      at += bytes;
    }
    const offer: Offer = { address, from, length, done };
    if (typeof this.#queue.add(segments, room, offer) !== 'number') return this.#refused(address);
    this.#publishSoon();
    return true;
  }

  #refused(address: Address): false {
    this.#host.pool.give(address);
    this.#checkFault();
    return false;
  }

  /** Buffers that are offered in one go are announced once. */
  #publishSoon(): void {
    if (this.#publishing || !this.#kickable) return;
    this.#publishing = true;
    this.#host.soon(() => {
      this.#publishing = false;
      if (this.#ended !== null) return;
      if (this.#queue.publish()) this.#host.kick(this);
      this.#checkFault();
    });
  }

  #look(): void {
    let left = TURN;
    while (this.#ended === null && this.#queue.poll() > 0) {
      for (let used = this.#queue.take(); used !== undefined; used = this.#queue.take()) {
        this.#finish(used);
        left--;
        if (this.#ended !== null) break;
      }
      if (left <= 0) {
        this.#host.later(() => this.#look());
        return;
      }
    }
    this.#looking = false;
    if (this.#ended !== null) return;
    this.#checkFault();
    this.#offerWaiting();
  }

  #finish({ token, written, fault: lie }: UsedBuffer<Offer>): void {
    const { address, from, length, done } = token;
    const bytes = new Uint8Array(length);
    const whole = Math.min(written, length);
    const there =
      whole === 0 ||
      this.#host.pool.memory.read(plus(address, from), whole === length ? bytes : bytes.subarray(0, whole));
    this.#host.pool.give(address);
    if (lie !== undefined) {
      tell(done, null, fault('bad_value', `the device claims to have written more than ${length} bytes`, 'unknown'));
    } else if (there) tell(done, { bytes, written: whole }, null);
    else tell(done, null, fault('range', 'memory of the driver cannot be read any more', 'unknown'));
  }

  #offerWaiting(): void {
    while (this.#waiting.length > 0) {
      const { readable, writable, done } = this.#waiting[0]!;
      if (this.#offer(readable, writable, done)) this.#waiting.shift();
      else if (this.outstanding > 0) return;
      // Nothing of this queue will come back and make room.
      else this.#waiting.shift()!.done(null, fault('limit', 'no memory of the driver is left'));
    }
  }

  #checkFault(): void {
    if (this.#queue.fault !== undefined) this.#host.fault(this, this.#queue.fault);
  }
}

const areLengths = (lengths: readonly number[]): boolean =>
  lengths.every((bytes) => Number.isSafeInteger(bytes) && bytes >= 0);

/** The buffers behind this one are told whatever its owner does. */
function tell(done: Done, used: Used | null, why: Fault | null): void {
  try {
    done(used, why);
  } catch (reason) {
    rethrowLater(reason);
  }
}
