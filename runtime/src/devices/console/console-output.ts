import type { DeviceServices } from '../../host/device.js';
import type { Chain } from '../../queue/chain.js';
import { ConsoleQueue } from './layout.js';

/** Takes bytes that are its own from then on; what it returns is waited for before it gets more. */
export type ConsoleListener = (bytes: Uint8Array) => void | Promise<void>;

/** Longest piece that is handed on; a driver says how long its buffers are, not how much is held here. */
const PIECE = 16 * 1024;

/** Hands on what a driver transmits, in order, one piece at a time. A buffer goes back once all of it was taken. */
export class ConsoleOutput {
  readonly #services: DeviceServices;
  readonly #listener: ConsoleListener;
  #busy = false;
  #running: Promise<void> = Promise.resolve();

  constructor(services: DeviceServices, listener: ConsoleListener) {
    this.#services = services;
    this.#listener = listener;
  }

  /** Buffers may be there. */
  kick(): void {
    if (!this.#busy) this.#running = this.#run();
  }

  /** Resolved when the listener has nothing any more. */
  idle(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      for (;;) {
        const port = this.#services.port(ConsoleQueue.TRANSMIT);
        const chain = port?.next();
        if (port === undefined || chain === undefined) break;
        if (await this.#take(chain)) port.complete(chain);
        else port.refuse(chain);
      }
    } catch {
      this.#services.fail('handler');
    }
    this.#busy = false;
  }

  async #take(chain: Chain): Promise<boolean> {
    const length = chain.readableLength;
    // Virtio 1.3, 5.3.6.1: no device-writable buffer in a transmitq.
    if (chain.writableLength > 0) return false;
    for (let at = 0; at < length; at += PIECE) {
      const bytes = new Uint8Array(Math.min(PIECE, length - at));
      if (!chain.read(at, bytes)) return false;
      await this.#listener(bytes);
    }
    return true;
  }
}
