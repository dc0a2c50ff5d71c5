import type { DevicePage } from '../../wire/message.js';

/** Device numbers of a bus: 0..65535. */
export const DEVICE_NUMBERS = 65536;

/** Bytes of a GET_DEVICES response between its header and its bitmap. */
export const PAGE_FIXED = 6;

/** What shapes a page besides the devices. */
export interface PageShape {
  /** Bytes of the largest message of the bus, header included. */
  readonly maxSize: number;
  /** Bytes of the header: 6 in `rfc2`, 8 in all later dialects. */
  readonly headerSize: number;
  /** What offsets and lengths of windows are multiples of: 8, or 1 in `v1-2026`, where a window may have any length. */
  readonly granule: 1 | 8;
}

/** Device numbers that fit in one page, a multiple of 8. A `count` of 16 bits stops at 65528. */
export const roomOf = (shape: PageShape): number =>
  Math.max(0, Math.min((shape.maxSize - shape.headerSize - PAGE_FIXED) * 8, DEVICE_NUMBERS - 8));

/**
 * Answers GET_DEVICES: the window asked for, shortened to what fits, and where the walk goes on. Null where the request is to
 * be dropped with `bad_value`: a window not aligned, or empty (virtio-msg, GET_DEVICES; enforced in `pr28`). Work is in
 * proportion to the devices that exist, not to what was asked.
 */
export function answerGetDevices(
  devices: ReadonlySet<number>,
  asked: { readonly offset: number; readonly count: number },
  shape: PageShape,
): DevicePage | null {
  const { offset, count } = asked;
  if (offset % shape.granule !== 0 || count % shape.granule !== 0 || count === 0) return null;
  const length = Math.min(count, roomOf(shape), DEVICE_NUMBERS - offset);
  const end = offset + length;
  const bitmap = new Uint8Array(Math.ceil(length / 8));
  let next = DEVICE_NUMBERS;
  for (const device of devices) {
    if (device >= end) next = Math.min(next, device);
    else if (device >= offset) bitmap[(device - offset) >>> 3]! |= 1 << ((device - offset) & 7);
  }
  // Aligned down, but never back into this window: with a granule of 1 its end may lie between two multiples of 8.
  const next_offset = next === DEVICE_NUMBERS ? 0 : Math.max(next & ~7, end);
  return { offset, count: length, next_offset, bitmap };
}
