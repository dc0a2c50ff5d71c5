import { LAYOUT, QUEUE_HEAD } from '@virtio-wire/codecs/virtio-amp/amp-shmem-v1';
import type { Side } from '../../wire/sender.js';
import { checkMaxMessage, USUAL_MESSAGE } from '../medium.js';

/** Bytes that travel between two cores as one. */
const LINE = 64;
/** Heads lie so far apart: processors fetch lines in pairs, and what one side writes must not be fetched for the other. */
const APART = 2 * LINE;
/** Where the bells are: two words that no published layout has, right behind LAYOUT, device first. */
const BELLS = LINE;
const BELL_BYTES = 8;
/** Indices have 16 bits, and one slot stays empty. */
const MOST_SLOTS = 0xffff;
/** Offsets have to be small integers, see `small`. */
const MOST_BYTES = 0x7fff_ffff;
/** Smallest header there is; a slot has room for the first two words of a message. */
const LEAST_SLOT = 8;

export const USUAL_SLOTS = 1024;

export interface RingOptions {
  /** Largest message in bytes, header included; 264. */
  readonly maxMessage?: number;
  /** Slots of each direction, of which one stays empty; 1024. A message takes one, whatever its size. */
  readonly slots?: number;
}

/** Where the parts of one side are, in bytes from the start of the memory. */
export interface RingSide {
  /** QUEUE_HEAD of this side: its status, the tail of its own slots, the head of the peer's. */
  readonly head: number;
  /** Slots this side writes. */
  readonly slots: number;
  /** The word this side sleeps on. */
  readonly bell: number;
}

/** What the memory says of itself, looked at once. */
export interface RingLayout extends Readonly<Record<Side, RingSide>> {
  readonly slots: number;
  /** Bytes of a slot, a multiple of 4. */
  readonly slotSize: number;
}

/**
 * Memory for a ring in each direction, published and not yet in use: hand the same to a `RingMedium` on either side.
 * Its bytes are `amp-shmem-v1` (LAYOUT, two QUEUE_HEADs, their elements), as Linux and QEMU have them: each side writes
 * lines of its own, and elements of 64 bytes are a line each. What is ours is where things lie, and the two bells.
 *
 *        0 LAYOUT       64 bells       128 QUEUE_HEAD of the device      256 QUEUE_HEAD of the driver
 *      384 elements of the device, `slots` times the largest message rounded up to 64      … elements of the driver
 *
 * @throws {RangeError} where there are no 2 to 65535 slots, or no such messages.
 */
export function ringMemory(options: RingOptions = {}): SharedArrayBuffer {
  const { maxMessage = USUAL_MESSAGE, slots = USUAL_SLOTS } = options;
  checkMaxMessage(maxMessage, LEAST_SLOT);
  if (!Number.isInteger(slots) || slots < 2 || slots > MOST_SLOTS)
    throw new RangeError(`a ring of ${slots} slots; it has to have from 2 to ${MOST_SLOTS}`);
  const slotSize = Math.ceil(maxMessage / LINE) * LINE;
  // The size of an element has 16 bits as well.
  if (slotSize > 0xffff) throw new RangeError(`maxMessage is ${maxMessage}; a slot has at most 65472 bytes`);
  const device = 3 * APART;
  const driver = device + slots * slotSize;
  const size = driver + slots * slotSize;
  if (size > MOST_BYTES) throw new RangeError(`${slots} slots of ${slotSize} bytes in each direction: above 2 GiB`);
  const memory = new SharedArrayBuffer(size);
  LAYOUT.encode_fields(new DataView(memory), 0, {
    magic: 0x4c4f,
    length: LAYOUT.STRUCT.size,
    version: 1,
    features: 0,
    num_notif: 0,
    num_vq_notif_per_device: 0,
    num_queue_elements: slots,
    size_queue_elements: slotSize,
    dev_notif_offset: 0n,
    dev_queue_head_offset: BigInt(APART),
    dev_queue_elements_offset: BigInt(device),
    drv_notif_offset: 0n,
    drv_queue_head_offset: BigInt(2 * APART),
    drv_queue_elements_offset: BigInt(driver),
  });
  return memory;
}

/**
 * What a memory says of itself, from a copy of its first 64 bytes. The memory is wiring, not input.
 *
 * @throws {RangeError} where it is no `amp-shmem-v1`, something lies outside, over something else or not at a multiple of 4.
 */
export function ringLayout(memory: SharedArrayBuffer): RingLayout {
  const { size } = LAYOUT.STRUCT;
  if (memory.byteLength < size || memory.byteLength > MOST_BYTES)
    throw new RangeError(`a ring in ${memory.byteLength} bytes of memory`);
  const view = new DataView(new ArrayBuffer(size));
  new Uint8Array(view.buffer).set(new Uint8Array(memory, 0, size));
  const [magic, version] = [LAYOUT.magic(view, 0), LAYOUT.version(view, 0)];
  if (magic !== 0x4c4f || version !== 1)
    throw new RangeError(`magic 0x${magic.toString(16)}, version ${version}: no ring; it has 0x4c4f and 1`);
  const slots = LAYOUT.num_queue_elements(view, 0);
  const slotSize = LAYOUT.size_queue_elements(view, 0);
  if (slots < 2 || slotSize < LEAST_SLOT || slotSize % 4 !== 0)
    throw new RangeError(
      `${slots} slots of ${slotSize} bytes; there have to be 2, of a multiple of 4 from ${LEAST_SLOT}`,
    );
  const device: RingSide = {
    head: LAYOUT.dev_queue_head_offset_number(view, 0),
    slots: LAYOUT.dev_queue_elements_offset_number(view, 0),
    bell: BELLS,
  };
  const driver: RingSide = {
    head: LAYOUT.drv_queue_head_offset_number(view, 0),
    slots: LAYOUT.drv_queue_elements_offset_number(view, 0),
    bell: BELLS + 4,
  };
  const parts: readonly Part[] = [
    { name: 'the layout', at: 0, size },
    ...[device, driver].flatMap((side, i) => [
      { name: `the head of the ${SIDES[i]}`, at: side.head, size: QUEUE_HEAD.STRUCT.size },
      { name: `the slots of the ${SIDES[i]}`, at: side.slots, size: slots * slotSize },
    ]),
  ];
  place(parts, memory.byteLength);
  return { slots, slotSize, device: small(device), driver: small(driver) };
}

/**
 * Refuses memory that has something else where the bells are: QEMU puts heads there and uses interrupts instead.
 *
 * @throws {RangeError} as that.
 */
export function bellsOf(memory: SharedArrayBuffer, layout: RingLayout): Int32Array {
  const bells: Part = { name: 'the bells', at: BELLS, size: BELL_BYTES };
  const heads = SIDES.map((side) => ({ name: `the head of the ${side}`, at: layout[side].head, size: 8 }));
  const slots = SIDES.map((side) => ({
    name: `the slots of the ${side}`,
    at: layout[side].slots,
    size: layout.slots * layout.slotSize,
  }));
  for (const part of [...heads, ...slots]) apart(bells, part);
  return new Int32Array(memory, 0, (BELLS + BELL_BYTES) / 4);
}

const SIDES = ['device', 'driver'] as const;

/**
 * Offsets as small integers: read as 64 bits they are floating-point numbers to V8, and every index made of them would be too,
 * which makes taking a message twice as slow. Whoever works with them shifts and does not divide, for the same reason.
 */
const small = ({ head, slots, bell }: RingSide): RingSide => ({ head: head | 0, slots: slots | 0, bell });

interface Part {
  readonly name: string;
  readonly at: number;
  readonly size: number;
}

/** @throws {RangeError} unless all parts lie in `bytes` bytes, at multiples of 4, none over another. */
function place(parts: readonly Part[], bytes: number): void {
  parts.forEach((part, i) => {
    // An offset that is no exact number is NaN, and no comparison with it holds.
    if (!(part.at % 4 === 0 && part.size <= bytes - part.at))
      throw new RangeError(`${part.name}: ${part.size} bytes at ${part.at}, in memory of ${bytes} bytes`);
    for (const other of parts.slice(0, i)) apart(part, other);
  });
}

function apart(a: Part, b: Part): void {
  if (a.at < b.at + b.size && b.at < a.at + a.size)
    throw new RangeError(`${a.name} at ${a.at} lies over ${b.name}, ${b.size} bytes at ${b.at}`);
}
