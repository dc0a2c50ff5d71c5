/** Feature bits that decide how a virtqueue works. Virtio 1.3, 6 "Reserved Feature Bits". */
export const QueueFeature = {
  INDIRECT_DESC: 28,
  EVENT_IDX: 29,
  VERSION_1: 32,
  IN_ORDER: 35,
  NOTIFICATION_DATA: 38,
  RING_RESET: 40,
} as const;

/** What was negotiated of the features above, once for the life of a queue. */
export interface QueueFeatures {
  /** A descriptor may refer to a table of descriptors. */
  readonly indirectDesc: boolean;
  /** Notifications are asked for by index; the flags of both rings are 0. */
  readonly eventIdx: boolean;
  /** Little-endian rings. The queues here know no other: refuse a driver without it. */
  readonly version1: boolean;
  /** Buffers are used in the order in which they were made available. */
  readonly inOrder: boolean;
  /** A kick carries the position of the driver. */
  readonly notificationData: boolean;
  /** One queue can be reset by itself. */
  readonly ringReset: boolean;
}

/** Picks the bits of a queue from negotiated features in blocks of 32: bit n is bit n % 32 of block n / 32. */
export function queueFeatures(blocks: readonly number[]): QueueFeatures {
  const has = (bit: number): boolean => (((blocks[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  return {
    indirectDesc: has(QueueFeature.INDIRECT_DESC),
    eventIdx: has(QueueFeature.EVENT_IDX),
    version1: has(QueueFeature.VERSION_1),
    inOrder: has(QueueFeature.IN_ORDER),
    notificationData: has(QueueFeature.NOTIFICATION_DATA),
    ringReset: has(QueueFeature.RING_RESET),
  };
}
