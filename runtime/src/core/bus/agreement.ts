/** What both ends of a bus hold to until it is reset. */
export interface Agreement {
  /** Revision of the transport, 1 and up. It does not tell dialects apart: several share the number 1. */
  readonly revision: number;
  /** Bytes of the largest message, header included, the same both ways. */
  readonly maxSize: number;
  /** Transport feature bits 0..31. */
  readonly features: number;
}

/** Least size in bytes a bus may announce (virtio-msg rfc2 to pr28, revisions; 48-byte queue messages then do not fit). */
export const LEAST_MESSAGE_SIZE = 44;
/** `msg_size` has 16 bits, so the 65536 of the older texts cannot be written. */
export const GREATEST_MESSAGE_SIZE = 65535;

const clamped = (size: number): number => Math.min(size, GREATEST_MESSAGE_SIZE);

/** The agreement with its size cut to what `msg_size` can say, or null where revision or size are below the least. */
export function valid(agreement: Agreement, leastSize: number): Agreement | null {
  const { revision, maxSize, features } = agreement;
  return revision >= 1 && maxSize >= leastSize ? { revision, maxSize: clamped(maxSize), features } : null;
}

/** What is left when an end that has `theirs` meets one that has `ours`: the smaller size, the common features. */
export function common(
  revision: number,
  ours: Omit<Agreement, 'revision'>,
  theirs: Omit<Agreement, 'revision'>,
): Agreement {
  return {
    revision,
    maxSize: clamped(Math.min(ours.maxSize, theirs.maxSize)),
    features: (ours.features & theirs.features) >>> 0,
  };
}
