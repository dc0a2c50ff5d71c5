import { MAX_QUEUE_SIZE } from '../../queue/layout.js';
import type { QueueSetup, QueueState } from '../../wire/message.js';
import type { FaultCode } from '../fault.js';

/** Memory the device may use, by bus address. `end` is the first byte behind it. */
export interface MemoryRange {
  readonly start: bigint;
  readonly end: bigint;
  readonly readable: boolean;
  readonly writable: boolean;
}

export interface QueueBounds {
  /** Largest size of this queue; 0: there is no such queue. */
  readonly maxSize: number;
  readonly packed: boolean;
  /** Null: whatever address is given is usable, as where memory is reached through one window that checks for itself. */
  readonly memory: readonly MemoryRange[] | null;
}

interface Area {
  readonly start: bigint;
  readonly length: bigint;
  readonly align: bigint;
  /** Whether the device writes it. */
  readonly written: boolean;
}

/** Bytes and alignment of the three areas of a ring. Spec: split-ring.tex, packed-ring.tex, tables of alignments. */
export function areasOf(setup: QueueSetup, packed: boolean): readonly [Area, Area, Area] {
  const n = BigInt(setup.size);
  return packed
    ? [
        // The device writes descriptors back into the packed ring.
        { start: setup.descriptor_addr, length: 16n * n, align: 16n, written: true },
        { start: setup.driver_addr, length: 4n, align: 4n, written: false },
        { start: setup.device_addr, length: 4n, align: 4n, written: true },
      ]
    : [
        { start: setup.descriptor_addr, length: 16n * n, align: 16n, written: false },
        { start: setup.driver_addr, length: 6n + 2n * n, align: 2n, written: false },
        { start: setup.device_addr, length: 6n + 8n * n, align: 4n, written: true },
      ];
}

const covers = (range: MemoryRange, area: Area): boolean =>
  range.start <= area.start &&
  area.start + area.length <= range.end &&
  range.readable &&
  (range.writable || !area.written);

/**
 * Why these parameters cannot be used, or null. Judged when SET_VQUEUE comes and once more when the queue starts, because
 * memory may have gone in between. Sizes and addresses come from the driver: nothing is believed, and nothing wraps
 * (addresses are bigints, so `start + length` is exact and is compared with 2^64).
 */
export function setupFault(setup: QueueSetup, bounds: QueueBounds): FaultCode | null {
  if (bounds.maxSize < 1) return 'range';
  if (setup.size < 1 || setup.size > Math.min(bounds.maxSize, MAX_QUEUE_SIZE)) return 'range';
  if (!bounds.packed && (setup.size & (setup.size - 1)) !== 0) return 'bad_value';
  const areas = areasOf(setup, bounds.packed);
  for (const area of areas) {
    if (area.start === 0n) return 'bad_value';
    if (area.start % area.align !== 0n) return 'align';
    if (area.start + area.length > 1n << 64n) return 'range';
    if (bounds.memory !== null && !bounds.memory.some((range) => covers(range, area))) return 'range';
  }
  for (const [i, a] of areas.entries()) {
    for (const b of areas.slice(i + 1)) {
      if (a.start < b.start + b.length && b.start < a.start + a.length) return 'range';
    }
  }
  return null;
}

/**
 * The answer to GET_VQUEUE. Without a setup size and addresses are 0 (R28); `max_size` 0 is how a queue that does not
 * exist is told.
 */
export function queueState(
  index: number,
  maxSize: number,
  setup: QueueSetup | null,
  enabled: boolean | null,
): QueueState {
  return {
    index,
    max_size: maxSize,
    cur_size: setup?.size ?? 0,
    enabled,
    descriptor_addr: setup?.descriptor_addr ?? 0n,
    driver_addr: setup?.driver_addr ?? 0n,
    device_addr: setup?.device_addr ?? 0n,
  };
}
