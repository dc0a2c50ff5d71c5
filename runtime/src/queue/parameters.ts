import { type Address, distance, isAligned, rangeFits } from '../memory/address.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { ALIGNMENT, areaSizes, MAX_QUEUE_SIZE, type QueueConfig } from './layout.js';

/** Why a queue was refused: the parameter, and how it fails. */
export interface ParameterError {
  readonly code: 'range' | 'align' | 'bad_value';
  readonly field: keyof QueueConfig;
  readonly expected: string;
  readonly got: number | bigint;
}

const AREAS = ['descriptor', 'driver', 'device'] as const;

/**
 * Whether a split queue of these parameters may go live on the side of the device: undefined, or the first reason why
 * not. `maxSize` is what GET_VQUEUE reports. Check again when the device goes live: the memory map may have changed.
 * Virtio 1.3, 2.7 and 4.1.5.1.3; overlap, zero and the memory map are checks of our own.
 */
export function checkQueue(config: QueueConfig, maxSize: number, memory: GuestMemory): ParameterError | undefined {
  const { size } = config;
  const limit = Math.min(maxSize, MAX_QUEUE_SIZE);
  if (!(Number.isInteger(size) && size >= 1 && size <= limit))
    return { code: 'range', field: 'size', expected: `1 to ${limit}`, got: size };
  if ((size & (size - 1)) !== 0) return { code: 'bad_value', field: 'size', expected: 'a power of two', got: size };
  const bytes = areaSizes(size);
  for (const field of AREAS) {
    const got = config[field];
    const length = bytes[field];
    if (BigInt(got) === 0n) return { code: 'bad_value', field, expected: 'an address other than 0', got };
    if (!isAligned(got, ALIGNMENT[field]))
      return { code: 'align', field, expected: `a multiple of ${ALIGNMENT[field]}`, got };
    const there = field === 'device' ? memory.writable(got, length) : memory.readable(got, length);
    if (!rangeFits(got, length) || !there)
      return {
        code: 'range',
        field,
        expected: `${length} bytes the device may ${field === 'device' ? 'write' : 'read'}`,
        got,
      };
    const other = AREAS.find((name) => name !== field && meet(got, length, config[name], bytes[name]));
    if (other !== undefined) return { code: 'range', field, expected: `an area apart from the ${other} area`, got };
  }
  return undefined;
}

function meet(a: Address, aBytes: number, b: Address, bBytes: number): boolean {
  const toB = distance(a, b);
  const toA = distance(b, a);
  return (toB >= 0 && toB < aBytes) || (toA >= 0 && toA < bBytes);
}
