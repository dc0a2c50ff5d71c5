import { virtio_console_config } from '@virtio-wire/codecs/virtio-core/console';
import { VirtioError } from '../../bus/error.js';
import { type Fault, fault } from '../../core/fault.js';
import type { Driver, DriverServices, WantedQueue } from '../../driver/driver.js';
import type { DriverPort, Used } from '../../driver/driver-port.js';
import { viewOf } from '../bytes.js';
import { CONSOLE, ConsoleFeature, ConsoleQueue, type ConsoleSize } from './layout.js';

const { cols, rows } = virtio_console_config;
const { fields } = virtio_console_config.STRUCT;
/** Columns and rows, with which the configuration begins. */
const SIZE_LENGTH = fields.max_nr_ports;

const RECEIVE_BUFFERS = 16;
const RECEIVE_BYTES = 4096;
/** Longest buffer of a write. */
const PIECE = 4096;

/** The driver of a console's first port. */
export class ConsoleDriver implements Driver {
  readonly id = CONSOLE;
  readonly features = [ConsoleFeature.SIZE, ConsoleFeature.EMERG_WRITE];
  #services: DriverServices | null = null;
  #down: Fault = fault('bad_state', 'the console is not there yet');
  #size: ConsoleSize | null = null;
  #listener: ((bytes: Uint8Array) => void) | null = null;
  #whenResized: ((size: ConsoleSize) => void) | null = null;
  /** A write ends before the next begins. */
  #last: Promise<void> = Promise.resolve();
  #reading = false;
  #stale = false;

  /** Of the screen; null where the device does not tell. */
  get size(): ConsoleSize | null {
    return this.#size;
  }

  /** Who gets what the device sends; while nobody does, it is thrown away. */
  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  onResize(listener: (size: ConsoleSize) => void): void {
    this.#whenResized = listener;
  }

  /**
   * Writes bytes, all of them behind those of earlier calls. Resolved when the device has taken them.
   *
   * @throws {VirtioError} bad_state, reset, removed, …; a part of the bytes may have been written
   */
  write(bytes: Uint8Array): Promise<void> {
    const copy = bytes.slice();
    const done = this.#last.then(() => this.#write(copy));
    this.#last = done.catch(() => {});
    return done;
  }

  /**
   * Writes one character without any queue.
   *
   * @throws {VirtioError} unsupported, rejected, …
   */
  async emergencyWrite(character: number): Promise<void> {
    const services = this.#live();
    if (!services.has(ConsoleFeature.EMERG_WRITE))
      throw new VirtioError(fault('unsupported', 'the console takes no emergency writes'));
    await services.writeConfig(fields.emerg_wr, Uint8Array.of(character, 0, 0, 0));
  }

  queues(): readonly WantedQueue[] {
    return [
      { index: ConsoleQueue.RECEIVE, size: RECEIVE_BUFFERS },
      { index: ConsoleQueue.TRANSMIT, size: 16 },
    ];
  }

  async live(services: DriverServices): Promise<void> {
    this.#size = services.has(ConsoleFeature.SIZE) ? sizeOf(await services.readConfig(0, SIZE_LENGTH)) : null;
    this.#services = services;
    const receive = services.port(ConsoleQueue.RECEIVE);
    this.#supply(receive);
    if (receive.outstanding === 0) throw new VirtioError(fault('limit', 'no memory for receive buffers'));
  }

  queueReset(port: DriverPort): void {
    if (port.index === ConsoleQueue.RECEIVE) this.#supply(port);
  }

  configChanged(): void {
    if (this.#reading) this.#stale = true;
    else void this.#readSize();
  }

  stopped(why: Fault): void {
    this.#services = null;
    this.#down = why;
  }

  #live(): DriverServices {
    if (this.#services === null) throw new VirtioError({ ...this.#down, outcome: 'none' });
    return this.#services;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      await this.#live().port(ConsoleQueue.TRANSMIT).request([piece], []);
    }
  }

  async #readSize(): Promise<void> {
    this.#reading = true;
    try {
      do {
        this.#stale = false;
        if (this.#services?.has(ConsoleFeature.SIZE)) this.#resized(await this.#services.readConfig(0, SIZE_LENGTH));
      } while (this.#stale);
    } catch {
      // What cannot be read now is told again with the next change.
    } finally {
      this.#reading = false;
    }
  }

  #resized(config: Uint8Array): void {
    const size = sizeOf(config);
    if (size.cols === this.#size?.cols && size.rows === this.#size.rows) return;
    this.#size = size;
    this.#whenResized?.(this.#size);
  }

  #supply(port: DriverPort): void {
    while (port.outstanding < RECEIVE_BUFFERS)
      if (!port.submit([], [RECEIVE_BYTES], (used) => this.#received(port, used))) return;
  }

  #received(port: DriverPort, used: Used | null): void {
    if (used === null) return;
    this.#supply(port);
    if (used.written > 0) this.#listener?.(used.bytes.subarray(0, used.written));
  }
}

function sizeOf(config: Uint8Array): ConsoleSize {
  const view = viewOf(config);
  return { cols: cols(view, 0), rows: rows(view, 0) };
}
