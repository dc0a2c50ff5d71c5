import { enums, virtio_i2c_in_hdr, virtio_i2c_out_hdr } from '@virtio-wire/codecs/virtio-core/i2c';
import type { Device, DeviceServices } from '../../host/device.js';
import type { QueuePort } from '../../host/queue-port.js';
import type { Chain } from '../../queue/chain.js';
import { QueueFeature } from '../../queue/features.js';
import { viewOf } from '../bytes.js';
import type { I2cBus } from './i2c-bus.js';
import { decodeAddress, I2C, I2cFeature, I2cQueue, MOST_BYTES } from './layout.js';

// A request is a head and bytes to write, then room for bytes that are read and the status.
const { addr: addrOf, flags: flagsOf, STRUCT: HEAD } = virtio_i2c_out_hdr;
const { STRUCT: TAIL } = virtio_i2c_in_hdr;
const { i2c_flags: I2cFlag, i2c_status: I2cStatus } = enums;

const NOTHING = new Uint8Array(0);

interface Head {
  /** The address field as it is. */
  readonly addr: number;
  readonly flags: number;
}

/** An I2C adapter (Virtio 1.3, 5.16) on a bus of targets. */
export class I2cDevice implements Device {
  readonly id = I2C;
  readonly features = [I2cFeature.ZERO_LENGTH_REQUEST];
  /** A driver without it is to be rejected (Virtio 1.3, 5.16.6.4); every driver chooses VERSION_1. */
  readonly dependencies = [[QueueFeature.VERSION_1, I2cFeature.ZERO_LENGTH_REQUEST]] as const;
  readonly queues = [64];
  readonly #bus: I2cBus;
  #requests: Requests | null = null;

  constructor(bus: I2cBus) {
    this.#bus = bus;
  }

  start(services: DeviceServices): void {
    this.#requests = new Requests(this.#bus, services);
  }

  kick(): void {
    this.#requests?.kick();
  }

  stop(): Promise<void> | undefined {
    const requests = this.#requests;
    this.#requests = null;
    return requests?.idle();
  }
}

/** Serves the queue of one driver, one request after the other (Virtio 1.3, 5.16.6.4). */
class Requests {
  readonly #bus: I2cBus;
  readonly #services: DeviceServices;
  #busy = false;
  #running: Promise<void> = Promise.resolve();
  /** The last request asked for the next to fail if it does; whether it has. */
  #group: 'none' | 'good' | 'failed' = 'none';

  constructor(bus: I2cBus, services: DeviceServices) {
    this.#bus = bus;
    this.#services = services;
  }

  kick(): void {
    if (!this.#busy) this.#running = this.#run();
  }

  idle(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    for (;;) {
      const port = this.#services.port(I2cQueue.REQUEST);
      const chain = port?.next();
      if (port === undefined || chain === undefined) break;
      const head = readHead(chain);
      const read = head === null || this.#group === 'failed' ? null : await this.#execute(chain, head);
      // Of a request without a head nobody knows whether its group goes on.
      const more = head === null ? this.#group !== 'none' : (head.flags & I2cFlag.FAIL_NEXT) !== 0;
      this.#group = !more ? 'none' : read === null ? 'failed' : 'good';
      answer(port, chain, read);
    }
    this.#busy = false;
  }

  /** The bytes read, none for a write; null where it failed. */
  async #execute(chain: Chain, { addr, flags }: Head): Promise<Uint8Array | null> {
    const target = decodeAddress(addr);
    const isRead = (flags & I2cFlag.M_RD) !== 0;
    const toWrite = chain.readableLength - HEAD.size;
    const toRead = chain.writableLength - TAIL.size;
    if (target === null || (flags & ~(I2cFlag.M_RD | I2cFlag.FAIL_NEXT)) !== 0) return null;
    if (isRead ? toWrite !== 0 || toRead < 0 || toRead > MOST_BYTES : toRead !== 0 || toWrite > MOST_BYTES) return null;
    const data = toWrite === 0 ? NOTHING : new Uint8Array(toWrite);
    if (!chain.read(HEAD.size, data)) return null;
    const { signal } = this.#services;
    const how = { tenBit: target.tenBit, read: isRead, more: (flags & I2cFlag.FAIL_NEXT) !== 0, signal };
    try {
      const read = await this.#bus.transfer(target.address, data, toRead, how);
      return read.length === toRead ? read : null;
    } catch {
      return null;
    }
  }
}

function readHead(chain: Chain): Head | null {
  const bytes = new Uint8Array(HEAD.size);
  if (!chain.read(0, bytes)) return null;
  const view = viewOf(bytes);
  return { addr: addrOf(view, 0), flags: flagsOf(view, 0) };
}

/** The status is the last byte there is, and counts as written only if all before it is. */
function answer(port: QueuePort, chain: Chain, read: Uint8Array | null): void {
  const room = chain.writableLength;
  if (room < TAIL.size || room > MOST_BYTES + TAIL.size) {
    port.refuse(chain);
    return;
  }
  const bytes = new Uint8Array(room);
  bytes.set(read ?? NOTHING);
  bytes[room - TAIL.size + TAIL.fields.status] = read === null ? I2cStatus.MSG_ERR : I2cStatus.MSG_OK;
  if (chain.write(0, bytes)) port.complete(chain);
  else port.refuse(chain);
}
