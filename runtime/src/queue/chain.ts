import { type Address, plus } from '../memory/address.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import type { Segments } from './segments.js';

/** Shared by all chains of one queue; closed for all of them at once when the queue is reset or faulted. */
export interface ChainGate {
  open: boolean;
}

const NONE: readonly [] = [];

/**
 * One buffer taken from a queue, on the side of the device: a readable part followed by a writable part, each seen as
 * one run of bytes however it is cut into segments (Virtio 1.3, 2.7.4: no assumption about framing).
 *
 * A chain is worth something until it is completed or its queue is reset or faulted; from then on it is empty and every
 * access says false, so that a late operation cannot touch memory that the driver has got back.
 */
export class Chain {
  /** Index of its first descriptor, which names it in the used ring. */
  readonly head: number;
  readonly #memory: GuestMemory;
  readonly #gate: ChainGate;
  #segments: Segments | undefined;
  #written = 0;

  constructor(head: number, segments: Segments, memory: GuestMemory, gate: ChainGate) {
    this.head = head;
    this.#segments = segments;
    this.#memory = memory;
    this.#gate = gate;
  }

  /** Whether the chain still belongs to the device. */
  get active(): boolean {
    return this.#segments !== undefined && this.#gate.open;
  }

  /** Bytes the device may read. */
  get readableLength(): number {
    return this.#live?.readableBytes ?? 0;
  }

  /** Bytes the device may write. */
  get writableLength(): number {
    return this.#live?.writableBytes ?? 0;
  }

  /**
   * Bytes written so far at the beginning of the writable part, without a gap. It is the most that can be reported as
   * used: a driver trusts that much to be written (Virtio 1.3, 2.7.8.2).
   */
  get written(): number {
    return this.#written;
  }

  /** The segments with their addresses, for devices that move data by themselves; allocates. */
  segments(): readonly { readonly address: Address; readonly length: number; readonly writable: boolean }[] {
    const live = this.#live;
    if (live === undefined) return NONE;
    return Array.from({ length: live.count }, (_, i) => ({
      address: live.address(i),
      length: live.length(i),
      writable: i >= live.readableCount,
    }));
  }

  /**
   * Copies `target.length` bytes from `offset` of the readable part. False, with `target` unspecified, if the part ends
   * before, the memory is gone or the chain is not active. What was copied is to be decided on; do not read it twice.
   */
  read(offset: number, target: Uint8Array): boolean {
    const live = this.#live;
    if (live === undefined || !within(offset, target.length, live.readableBytes)) return false;
    return transfer(live, 0, offset, target.length, (address, from, to) =>
      this.#memory.read(address, whole(target, from, to)),
    );
  }

  /**
   * Copies `source` to `offset` of the writable part. False if it does not fit in whole, the memory is gone or the
   * chain is not active.
   */
  write(offset: number, source: Uint8Array): boolean {
    const live = this.#live;
    if (live === undefined || !within(offset, source.length, live.writableBytes)) return false;
    const done = transfer(live, live.readableCount, offset, source.length, (address, from, to) =>
      this.#memory.write(address, whole(source, from, to)),
    );
    return done && this.markWritten(offset, source.length);
  }

  /**
   * Says that `length` bytes from `offset` of the writable part were written by other means than `write`. False if the
   * part ends before or the chain is not active. Bytes behind a gap count only once the gap has been filled from its
   * beginning on.
   */
  markWritten(offset: number, length: number): boolean {
    const live = this.#live;
    if (live === undefined || !within(offset, length, live.writableBytes)) return false;
    if (offset <= this.#written) this.#written = Math.max(this.#written, offset + length);
    return true;
  }

  /** Whether the chain was taken from the queue that owns this gate. For the queue. */
  belongsTo(gate: ChainGate): boolean {
    return this.#gate === gate;
  }

  /** Ends the chain and hands its segments back; undefined if it had ended before. For the queue. */
  end(): Segments | undefined {
    const segments = this.#segments;
    this.#segments = undefined;
    return segments;
  }

  get #live(): Segments | undefined {
    return this.#gate.open ? this.#segments : undefined;
  }
}

function within(offset: number, length: number, total: number): boolean {
  return Number.isInteger(offset) && offset >= 0 && length >= 0 && length <= total - offset;
}

function whole(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
}

/** Walks the segments from `first` on that hold `length` bytes from `offset`, and copies piece by piece. */
function transfer(
  segments: Segments,
  first: number,
  offset: number,
  length: number,
  copy: (address: Address, from: number, to: number) => boolean,
): boolean {
  let skip = offset;
  let done = 0;
  for (let i = first; done < length && i < segments.count; i++) {
    const size = segments.length(i);
    if (skip >= size) {
      skip -= size;
      continue;
    }
    const piece = Math.min(size - skip, length - done);
    if (!copy(plus(segments.address(i), skip), done, done + piece)) return false;
    done += piece;
    skip = 0;
  }
  return done === length;
}
