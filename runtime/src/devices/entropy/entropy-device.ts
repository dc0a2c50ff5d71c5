import { randomFillSync } from 'node:crypto';
import type { Device, DeviceServices } from '../../host/device.js';
import type { QueuePort } from '../../host/queue-port.js';
import type { Chain } from '../../queue/chain.js';
import { ENTROPY_ID } from './layout.js';

/** Fills all of `target` with random bytes, at once or in time. */
export type EntropySource = (target: Uint8Array) => void | Promise<void>;

export interface EntropyDeviceOptions {
  /** Where the bytes come from; the generator of the host unless given. */
  readonly source?: EntropySource;
  /** Entries of the queue; 64. */
  readonly queueSize?: number;
  /** Most bytes one buffer gets, which may be less than it takes (Virtio 1.3, 5.4.6.2); 64 KiB. */
  readonly mostBytes?: number;
}

const HOST: EntropySource = (target) => {
  randomFillSync(target);
};

/** A source of random bytes for the driver. A source that fails puts the device into DEVICE_NEEDS_RESET. */
export class EntropyDevice implements Device {
  readonly id = ENTROPY_ID;
  readonly features = [];
  readonly queues: readonly number[];
  readonly #source: EntropySource;
  readonly #mostBytes: number;
  #services: DeviceServices | null = null;
  /** Of this life alone: a source that is still at work for the last driver must not write what this one gets. */
  #chunk = new Uint8Array(0);
  #waiting: Promise<void> | null = null;

  /** Throws a RangeError, being wiring and not input, where `mostBytes` is not 1 or more. */
  constructor({ source = HOST, queueSize = 64, mostBytes = 65536 }: EntropyDeviceOptions = {}) {
    if (!(Number.isInteger(mostBytes) && mostBytes >= 1))
      throw new RangeError(`at most ${mostBytes} bytes in a buffer`);
    this.queues = [queueSize];
    this.#source = source;
    this.#mostBytes = mostBytes;
  }

  start(services: DeviceServices): void {
    this.#services = services;
    this.#chunk = new Uint8Array(this.#mostBytes);
    this.#waiting = null;
  }

  kick(port: QueuePort): void {
    // One buffer at a time while the source takes its time: what is given back brings the next kick.
    while (port.held === 0) {
      const chain = port.next();
      if (chain === undefined) return;
      this.#answer(port, chain);
    }
  }

  stop(): void | Promise<void> {
    this.#services = null;
    return this.#waiting ?? undefined;
  }

  #answer(port: QueuePort, chain: Chain): void {
    const bytes = Math.min(chain.writableLength, this.#chunk.length);
    // Virtio 1.3, 5.4.6.1: there are no buffers for the device to read.
    if (bytes === 0 || chain.readableLength > 0) {
      port.refuse(chain);
      return;
    }
    const target = this.#chunk.subarray(0, bytes);
    const give = (): void => {
      if (chain.write(0, target)) port.complete(chain);
      else port.refuse(chain);
    };
    const filling = this.#source(target);
    if (filling === undefined) give();
    else {
      const services = this.#services;
      this.#waiting = filling.then(give, () => services?.fail('handler'));
    }
  }
}
