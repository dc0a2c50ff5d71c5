import { MAX_QUEUE_SIZE } from '../queue/layout.js';
import type { Device } from './device.js';

const MOST_FEATURES = 1024;
const MOST_CONFIG_BYTES = 65536;
const MOST_QUEUES = 65536;
const UUID_BYTES = 16;

const within = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;
const isQueueSize = (size: number): boolean => within(size, 0, MAX_QUEUE_SIZE) && (size & (size - 1)) === 0;

/**
 * Whether a device is one that can be told of: what no message can say would be left unanswered, and what no driver takes
 * (section 6.1) never found, both without a word to whoever wrote the device.
 *
 * @throws {RangeError} naming the member, what was expected and what it is
 */
export function checkDevice({ id, vendor = 0, uuid, features, queues, config, writable = [] }: Device): void {
  const expect = (holds: boolean, member: string, expected: string, got: unknown): void => {
    if (!holds) throw new RangeError(`${member} of a device is ${got}, expected ${expected}`);
  };
  expect(within(id, 1, 0xffff_ffff), 'id', '1 to 2^32 - 1', id);
  expect(within(vendor, 0, 0xffff_ffff), 'vendor', '0 to 2^32 - 1', vendor);
  expect(uuid === undefined || uuid.length === UUID_BYTES, 'uuid', `${UUID_BYTES} bytes`, `${uuid?.length} bytes`);
  for (const [i, bit] of features.entries())
    expect(within(bit, 0, MOST_FEATURES - 1), `features[${i}]`, `a bit number, 0 to ${MOST_FEATURES - 1}`, bit);
  expect(queues.length <= MOST_QUEUES, 'queues', `at most ${MOST_QUEUES}`, queues.length);
  for (const [i, size] of queues.entries())
    expect(isQueueSize(size), `queues[${i}]`, `0 for none, or a power of two up to ${MAX_QUEUE_SIZE}`, size);
  const bytes = config?.length ?? 0;
  expect(bytes <= MOST_CONFIG_BYTES, 'config', `at most ${MOST_CONFIG_BYTES} bytes`, `${bytes} bytes`);
  for (const [i, { offset, length }] of writable.entries()) {
    const inside = within(offset, 0, bytes) && within(length, 0, bytes - offset);
    expect(inside, `writable[${i}]`, `within the ${bytes} bytes of config`, `${length} bytes at ${offset}`);
  }
}
