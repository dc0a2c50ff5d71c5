import type { LaidOut } from '../ir/laid-out.js';

/** One of our layouts and what somebody's C header calls it. */
export interface Mapped {
  readonly laid: LaidOut;
  /** `struct virtio_blk_config`, `union u`, or the name of a typedef. */
  readonly type: string;
  /** Bytes before the place their struct begins at: it may be the payload of a message alone. */
  readonly from: number;
  /** Whether the size of the whole is compared. */
  readonly size: boolean;
  readonly members: readonly MappedMember[];
}

export interface MappedMember {
  /** Our path, elements of an array with `[]`. */
  readonly path: string;
  /** Their member designator. */
  readonly theirs: string;
  /** From the first byte of their struct. */
  readonly offset: number;
  /** Bytes; null where only the place is compared. */
  readonly size: number | null;
  readonly spec: string;
}

/** A map that was found to name only what there is. */
export interface CheckedMap {
  readonly structs: readonly Mapped[];
}
