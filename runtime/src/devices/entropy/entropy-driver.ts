import { VirtioError } from '../../bus/error.js';
import { type Fault, fault } from '../../core/fault.js';
import type { Driver, DriverServices, WantedQueue } from '../../driver/driver.js';
import type { DriverPort } from '../../driver/driver-port.js';
import { ENTROPY_ID, REQUEST_QUEUE } from './layout.js';

/** Bytes asked for in one buffer. */
const PIECE = 4096;

/** Gets random bytes from an entropy device. */
export class EntropyDriver implements Driver {
  readonly id = ENTROPY_ID;
  readonly features = [];
  readonly #queueSize: number;
  #port: DriverPort | null = null;
  #why: Fault = fault('bad_state', 'the driver is not bound to a device');

  constructor({ queueSize = 16 }: { readonly queueSize?: number } = {}) {
    this.#queueSize = queueSize;
  }

  queues(): readonly WantedQueue[] {
    return [{ index: REQUEST_QUEUE, size: this.#queueSize }];
  }

  live(services: DriverServices): void {
    this.#port = services.port(REQUEST_QUEUE);
  }

  stopped(why: Fault): void {
    this.#port = null;
    this.#why = why;
  }

  /**
   * That many random bytes. A device may give fewer than it is asked for; it is asked again until they are all there.
   *
   * @throws {VirtioError} range, rejected (it gave none), cancelled, reset, removed, bus_down, bad_state, …
   */
  async read(bytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new VirtioError(fault('range', `${bytes} bytes`));
    const all = new Uint8Array(bytes);
    for (let done = 0; done < bytes; ) {
      if (this.#port === null) throw new VirtioError({ ...this.#why, outcome: 'none' });
      const used = await this.#port.request([], [Math.min(PIECE, bytes - done)], signal);
      // Virtio 1.3, 5.4.6.2: one or more. A device that gives none could keep us asking for ever.
      if (used.written === 0) throw new VirtioError(fault('rejected', 'the device gave no bytes'));
      all.set(used.bytes.subarray(0, used.written), done);
      done += used.written;
    }
    return all;
  }
}
