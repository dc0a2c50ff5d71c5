/**
 * Whether moving an index from `old` to `now` passed the entry the peer waits for. All three are free-running 16-bit
 * indices; the subtractions wrap on purpose. Virtio 1.3, 2.7.7.1 and 2.7.10.1.
 */
export function needEvent(event: number, now: number, old: number): boolean {
  return ((now - event - 1) & 0xffff) < ((now - old) & 0xffff);
}

/**
 * The position a driver sends with a kick of a split ring where VIRTIO_F_NOTIFICATION_DATA was negotiated: the lower
 * 15 bits of the available index, and bit 15 in the place of the wrap counter. Virtio 1.3, 2.9 "Driver Notifications".
 * Some drivers send the whole index as offset and 0 as wrap instead; a device takes either for a hint and no more.
 */
export function splitPosition(index: number): { next_offset: number; next_wrap: number } {
  return { next_offset: index & 0x7fff, next_wrap: (index >>> 15) & 1 };
}
