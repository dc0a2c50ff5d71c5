import { type Address, addressOfWords, plus } from '../memory/address.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { type QueueFault, type QueueFaultCode, queueFault } from './faults.js';
import type { QueueFeatures } from './features.js';
import { Desc, DescFlag, type QueueConfig } from './layout.js';
import type { Segments } from './segments.js';

/** Bounds of one chain; the queue size bounds it in any case. */
export interface ChainLimits {
  /** Descriptors that describe buffers. */
  readonly maxSegments: number;
  /** Bytes, readable and writable together, at most 2^32 - 1 (Virtio 1.3, 2.7.5.2). */
  readonly maxBytes: number;
}

/**
 * Follows a chain of descriptors that the driver wrote.
 *
 * Trust boundary: the driver may change the table while it is read, so each descriptor is copied once and everything
 * is decided on the copy. A loop costs as many steps as a longest chain, and no more.
 */
export class ChainWalker {
  readonly #memory: GuestMemory;
  readonly #table: Address;
  readonly #size: number;
  readonly #indirect: boolean;
  readonly #limit: number;
  readonly #maxBytes: number;
  readonly #one = new Uint8Array(Desc.SIZE);
  readonly #oneView = new DataView(this.#one.buffer);
  /** Private copy of the beginning of an indirect table, made when first needed: 16 bytes per allowed descriptor. */
  #copy: DataView | undefined;
  #copied = 0;
  #indirectTable: Address = 0;

  constructor(memory: GuestMemory, config: QueueConfig, features: QueueFeatures, limits: ChainLimits) {
    this.#memory = memory;
    this.#table = config.descriptor;
    this.#size = config.size;
    this.#indirect = features.indirectDesc;
    this.#limit = Math.min(config.size, limits.maxSegments);
    this.#maxBytes = Math.min(0xffff_ffff, limits.maxBytes);
  }

  /** Collects the buffers of the chain at `head`, below the queue size; undefined, or the first rule it breaks. */
  walk(head: number, into: Segments): QueueFault | undefined {
    const fail = (code: QueueFaultCode, got: number, limit: number) => queueFault(code, head, got, limit);
    let index = head;
    /** Entries of the table the walk is in. */
    let entries = this.#size;
    let inIndirect = false;
    let writing = false;
    let bytes = 0;
    for (let count = 0; ; ) {
      if (count === this.#limit) return fail('q_chain_long', count + 1, this.#limit);
      const view = inIndirect ? this.#indirectEntry(index) : this.#directEntry(index);
      // The descriptor table is part of the ring, so losing it latches; an indirect table is a buffer like any other.
      if (view === undefined) return fail(inIndirect ? 'q_indirect' : 'q_memory', index, entries);
      const p = view === this.#oneView ? 0 : Desc.SIZE * index;
      const flags = view.getUint16(p + Desc.FLAGS, true);
      const next = view.getUint16(p + Desc.NEXT, true);
      const length = view.getUint32(p + Desc.LEN, true);
      const address = addressOfWords(view.getUint32(p + Desc.ADDR, true), view.getUint32(p + Desc.ADDR + 4, true));
      const more = (flags & DescFlag.NEXT) !== 0;
      if (more && next >= entries) return fail('q_bad_next', next, entries);
      if ((flags & DescFlag.INDIRECT) !== 0) {
        if (!this.#indirect || more || inIndirect) return fail('q_indirect', flags, 0);
        if (length === 0 || length % Desc.SIZE !== 0 || length / Desc.SIZE > this.#size)
          return fail('q_indirect', length, Desc.SIZE * this.#size);
        entries = length / Desc.SIZE;
        if (!this.#openIndirect(address, entries)) return fail('q_indirect', length, 0);
        inIndirect = true;
        index = 0;
        // It describes no buffer and is not counted: a table of as many entries as the queue has is legal, and common.
        // It cannot come twice, so the walk stays bounded. WRITE is ignored on it (Virtio 1.3, 2.7.5.3.2).
        continue;
      }
      count++;
      const writable = (flags & DescFlag.WRITE) !== 0;
      if (writing && !writable) return fail('q_order', flags, 0);
      writing = writable;
      // An empty buffer is passed over without a look at its address.
      if (length > 0) {
        const there = writable ? this.#memory.writable(address, length) : this.#memory.readable(address, length);
        if (!there) return fail('q_range', length, 0);
        bytes += length;
        if (bytes > this.#maxBytes) return fail('q_bytes', bytes, this.#maxBytes);
        if (writable) into.addWritable(address, length);
        else into.addReadable(address, length);
      }
      if (!more) return undefined;
      index = next;
    }
  }

  #directEntry(index: number): DataView | undefined {
    return this.#memory.read(plus(this.#table, Desc.SIZE * index), this.#one) ? this.#oneView : undefined;
  }

  /** Copies as much of a table as a chain can use at once: with memory behind a system call, one instead of many. */
  #openIndirect(address: Address, entries: number): boolean {
    if (!this.#memory.readable(address, Desc.SIZE * entries)) return false;
    this.#copy ??= new DataView(new ArrayBuffer(Desc.SIZE * this.#limit));
    this.#copied = Math.min(entries, this.#limit);
    this.#indirectTable = address;
    return this.#memory.read(address, new Uint8Array(this.#copy.buffer, 0, Desc.SIZE * this.#copied));
  }

  #indirectEntry(index: number): DataView | undefined {
    if (index < this.#copied) return this.#copy;
    return this.#memory.read(plus(this.#indirectTable, Desc.SIZE * index), this.#one) ? this.#oneView : undefined;
  }
}
