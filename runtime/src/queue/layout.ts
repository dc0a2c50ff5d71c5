import { type Address, plus } from '../memory/address.js';

/** Where a queue lies: what SET_VQUEUE carries. Copied when a queue is made, so that later changes do not reach it. */
export interface QueueConfig {
  /** Entries: a power of two, 1 to 32768. */
  readonly size: number;
  /** Descriptor area: the descriptor table. */
  readonly descriptor: Address;
  /** Driver area: the available ring. */
  readonly driver: Address;
  /** Device area: the used ring. */
  readonly device: Address;
}

/** A private copy that nobody can change, its addresses in the form that costs least. */
export function copyConfig({ size, descriptor, driver, device }: QueueConfig): QueueConfig {
  return { size, descriptor: plus(descriptor, 0), driver: plus(driver, 0), device: plus(device, 0) };
}

/** Virtio 1.3, 2.7: the largest queue whose 16-bit index still tells a full ring from an empty one. */
export const MAX_QUEUE_SIZE = 32768;

/** Virtio 1.3, 2.7, in bytes. */
export const ALIGNMENT = { descriptor: 16, driver: 2, device: 4 } as const;

/**
 * Bytes of the three parts for a queue of `size` entries. The two event cells at the ends of the rings are always
 * part of their areas, also where VIRTIO_F_EVENT_IDX was not negotiated and nobody touches them (Virtio 1.3, 2.7).
 */
export function areaSizes(size: number): { descriptor: number; driver: number; device: number } {
  return { descriptor: 16 * size, driver: 6 + 2 * size, device: 6 + 8 * size };
}

/** struct virtq_desc, Virtio 1.3, 2.7.5: le64 addr, le32 len, le16 flags, le16 next. */
export const Desc = { SIZE: 16, ADDR: 0, LEN: 8, FLAGS: 12, NEXT: 14 } as const;

/** Bits of `virtq_desc.flags`. Others are ignored. */
export const DescFlag = { NEXT: 1, WRITE: 2, INDIRECT: 4 } as const;

/** struct virtq_avail, Virtio 1.3, 2.7.6: le16 flags, le16 idx, le16 ring[size], le16 used_event. */
export const Avail = {
  FLAGS: 0,
  IDX: 2,
  RING: 4,
  /** Bit of flags: the driver asks for no used notifications. */
  NO_INTERRUPT: 1,
  usedEvent: (size: number): number => 4 + 2 * size,
} as const;

/** struct virtq_used, Virtio 1.3, 2.7.8: le16 flags, le16 idx, {le32 id, le32 len} ring[size], le16 avail_event. */
export const Used = {
  FLAGS: 0,
  IDX: 2,
  RING: 4,
  ELEM_SIZE: 8,
  /** Bit of flags: the device asks for no kicks. */
  NO_NOTIFY: 1,
  availEvent: (size: number): number => 4 + 8 * size,
} as const;
