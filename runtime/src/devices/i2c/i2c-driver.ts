import { enums, virtio_i2c_in_hdr, virtio_i2c_out_hdr } from '@virtio-wire/codecs/virtio-core/i2c';
import { VirtioError } from '../../bus/error.js';
import { type Fault, fault } from '../../core/fault.js';
import type { Driver, DriverServices, WantedQueue } from '../../driver/driver.js';
import type { Used } from '../../driver/driver-port.js';
import { viewOf } from '../bytes.js';
import { encodeAddress, I2C, I2cFeature, I2cQueue, MOST_BYTES } from './layout.js';

const { encode: encodeHead, STRUCT: HEAD } = virtio_i2c_out_hdr;
const { STRUCT: TAIL } = virtio_i2c_in_hdr;
const { i2c_flags: I2cFlag, i2c_status: I2cStatus } = enums;

/** One segment: bytes to write or a number of bytes to read, either of which may be none. */
export type I2cMessage = {
  readonly address: number;
  /** The address has ten bits instead of seven. */
  readonly tenBit?: boolean;
} & ({ readonly write: Uint8Array; readonly read?: never } | { readonly read: number; readonly write?: never });

/** Messages of one transaction; Linux has the same limit for its own. */
const MOST_MESSAGES = 42;

/** The driver of an I2C adapter. */
export class I2cDriver implements Driver {
  readonly id = I2C;
  readonly features = [I2cFeature.ZERO_LENGTH_REQUEST];
  #services: DriverServices | null = null;
  #down: Fault = fault('bad_state', 'the adapter is not there yet');

  /**
   * Transfers messages as one transaction and returns what was read, an array for each message, empty for a write. Nothing
   * behind a message that fails is done.
   *
   * @throws {VirtioError} rejected, where a target did not acknowledge; range, bad_state, reset, removed, …
   */
  async transfer(messages: readonly I2cMessage[]): Promise<Uint8Array[]> {
    check(messages);
    if (this.#services === null) throw new VirtioError({ ...this.#down, outcome: 'none' });
    const port = this.#services.port(I2cQueue.REQUEST);
    // All in one go: nobody else's message can come between them.
    const requests = messages.map(({ address, tenBit = false, write, read }, i) => {
      const last = i === messages.length - 1;
      const flags = (last ? 0 : I2cFlag.FAIL_NEXT) | (write === undefined ? I2cFlag.M_RD : 0);
      const head = new Uint8Array(HEAD.size);
      encodeHead(viewOf(head), 0, encodeAddress({ address, tenBit }), flags);
      return port.request(write === undefined ? [head] : [head, write], [read ?? 0, TAIL.size]);
    });
    // Those behind a failed one are waited for as well: they are the device's until it gives them back.
    const results = await Promise.allSettled(requests);
    return results.map((result, i) => {
      if (result.status === 'rejected') throw result.reason;
      return readOf(result.value, messages[i]!.read ?? 0, i);
    });
  }

  queues(): readonly WantedQueue[] {
    return [{ index: I2cQueue.REQUEST, size: 64 }];
  }

  live(services: DriverServices): void {
    // Virtio 1.3, 5.16.6.3: a device that does not offer it is not to be used.
    if (!services.has(I2cFeature.ZERO_LENGTH_REQUEST))
      throw new VirtioError(fault('unsupported', 'the adapter is older than the read flag'));
    this.#services = services;
  }

  stopped(why: Fault): void {
    this.#services = null;
    this.#down = why;
  }
}

function check(messages: readonly I2cMessage[]): void {
  const bad = messages.findIndex(({ address, tenBit, write, read = 0 }) => {
    const length = write?.length ?? read;
    const known = Number.isInteger(address) && address >= 0 && address <= (tenBit ? 0x3ff : 0x7f);
    return !known || !Number.isInteger(length) || length < 0 || length > MOST_BYTES;
  });
  if (bad !== -1) throw new VirtioError(fault('range', `message ${bad} has an address or a length that cannot be`));
  if (messages.length > MOST_MESSAGES)
    throw new VirtioError(fault('range', `${messages.length} messages, and ${MOST_MESSAGES} make one transaction`));
}

/** What is there counts only if the device says that all of it is, status included. */
function readOf({ bytes, written }: Used, length: number, index: number): Uint8Array {
  if (written !== length + TAIL.size || bytes[length + TAIL.fields.status] !== I2cStatus.MSG_OK)
    throw new VirtioError(fault('rejected', `message ${index} was not acknowledged`, 'unknown'));
  return bytes.subarray(0, length);
}
