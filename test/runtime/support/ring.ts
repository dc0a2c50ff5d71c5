import { type Address, type QueueFeatures, queueFeatures, SharedMemory } from './runtime.js';

export const NEXT = 1;
export const WRITE = 2;
export const INDIRECT = 4;

/** Blocks of 32 with these feature bits set, and VERSION_1. */
export function features(...bits: number[]): QueueFeatures {
  const blocks = [0, 0];
  for (const bit of [32, ...bits]) blocks[bit >> 5]! |= 1 << (bit & 31);
  return queueFeatures(blocks);
}

/**
 * A ring laid out and written by hand from the tables of Virtio 1.3, 2.7, sharing nothing with the code under test.
 * Memory is one region of 64 KiB at `base`: descriptors at +0x1000, available ring at +0x3000, used ring at +0x4000,
 * room for buffers from +0x8000 on.
 */
export class Ring {
  readonly bytes: Uint8Array;
  readonly memory: SharedMemory;
  readonly config: { size: number; descriptor: Address; driver: Address; device: Address };
  readonly #view: DataView;

  constructor(
    readonly size: number,
    readonly base = 0x10000,
  ) {
    this.bytes = new Uint8Array(new SharedArrayBuffer(0x10000));
    this.#view = new DataView(this.bytes.buffer);
    this.memory = new SharedMemory([{ base, bytes: this.bytes }]);
    this.config = { size, descriptor: base + 0x1000, driver: base + 0x3000, device: base + 0x4000 };
  }

  /** Address of a place in the room for buffers. */
  at(offset: number): number {
    return this.base + 0x8000 + offset;
  }

  /** A descriptor of the table, or of a table in the room for buffers. */
  desc(index: number, addr: number | bigint, len: number, flags = 0, next = 0, table = 0x1000): this {
    const p = table + 16 * index;
    this.#view.setBigUint64(p, BigInt(addr), true);
    this.#view.setUint32(p + 8, len, true);
    this.#view.setUint16(p + 12, flags, true);
    this.#view.setUint16(p + 14, next, true);
    return this;
  }

  /** Offers heads behind what is offered, and moves the available index. */
  offer(...heads: number[]): this {
    let idx = this.availIdx;
    for (const head of heads) this.#view.setUint16(0x3000 + 4 + 2 * (idx++ % this.size), head, true);
    this.availIdx = idx & 0xffff;
    return this;
  }

  /** The head that was offered at an available index. */
  offered(idx: number): number {
    return this.#view.getUint16(0x3004 + 2 * (idx % this.size), true);
  }

  get availFlags(): number {
    return this.#view.getUint16(0x3000, true);
  }

  set availFlags(value: number) {
    this.#view.setUint16(0x3000, value, true);
  }

  get availIdx(): number {
    return this.#view.getUint16(0x3002, true);
  }

  set availIdx(value: number) {
    this.#view.setUint16(0x3002, value, true);
  }

  get usedEvent(): number {
    return this.#view.getUint16(0x3004 + 2 * this.size, true);
  }

  set usedEvent(value: number) {
    this.#view.setUint16(0x3004 + 2 * this.size, value, true);
  }

  get usedFlags(): number {
    return this.#view.getUint16(0x4000, true);
  }

  set usedFlags(value: number) {
    this.#view.setUint16(0x4000, value, true);
  }

  get usedIdx(): number {
    return this.#view.getUint16(0x4002, true);
  }

  set usedIdx(value: number) {
    this.#view.setUint16(0x4002, value, true);
  }

  get availEvent(): number {
    return this.#view.getUint16(0x4004 + 8 * this.size, true);
  }

  set availEvent(value: number) {
    this.#view.setUint16(0x4004 + 8 * this.size, value, true);
  }

  /** [id, len] of a slot of the used ring. */
  used(slot: number): [number, number] {
    const p = 0x4004 + 8 * slot;
    return [this.#view.getUint32(p, true), this.#view.getUint32(p + 4, true)];
  }

  /** Uses buffers as a device would: an element per pair of id and len, then the index. */
  use(...elements: [number, number][]): this {
    let idx = this.usedIdx;
    for (const [id, len] of elements) {
      const p = 0x4004 + 8 * (idx++ % this.size);
      this.#view.setUint32(p, id, true);
      this.#view.setUint32(p + 4, len, true);
    }
    this.usedIdx = idx & 0xffff;
    return this;
  }

  hex(offset: number, length: number): string {
    return Buffer.from(this.bytes.slice(offset, offset + length)).toString('hex');
  }
}
