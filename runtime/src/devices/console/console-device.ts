import { virtio_console_config } from '@virtio-wire/codecs/virtio-core/console';
import type { ConfigPatch, Device, DeviceConfigSpace, DeviceServices } from '../../host/device.js';
import type { QueuePort } from '../../host/queue-port.js';
import { viewOf } from '../bytes.js';
import { ConsoleInput } from './console-input.js';
import { type ConsoleListener, ConsoleOutput } from './console-output.js';
import { CONSOLE, ConsoleFeature, ConsoleQueue, type ConsoleSize } from './layout.js';

const { encode, STRUCT } = virtio_console_config;
const { fields } = STRUCT;

export interface ConsoleDeviceOptions {
  /** Of the screen; a console without it tells none, now or later. */
  readonly size?: ConsoleSize;
  /** Bytes for the driver that may wait until it has room; 64 KiB. */
  readonly backlog?: number;
  /** Takes a character that a driver in need writes without queues; that is offered where this is given. */
  readonly emergency?: (character: number) => void;
}

/** A console with one port (Virtio 1.3, 5.3): no VIRTIO_CONSOLE_F_MULTIPORT. */
export class ConsoleDevice implements Device {
  readonly id = CONSOLE;
  readonly features: readonly number[];
  readonly queues = [256, 256];
  readonly writable: Device['writable'];
  readonly #emergency: ((character: number) => void) | undefined;
  readonly #input: ConsoleInput;
  #size: ConsoleSize | undefined;
  #listener: ConsoleListener | null = null;
  #whenWritable: (() => void) | null = null;
  /** Something was not taken for want of room. */
  #full = false;
  #services: DeviceServices | null = null;
  #space: DeviceConfigSpace | null = null;
  #output: ConsoleOutput | null = null;

  constructor({ size, backlog = 64 * 1024, emergency }: ConsoleDeviceOptions = {}) {
    this.#size = size;
    this.#input = new ConsoleInput(backlog);
    this.#emergency = emergency;
    this.features = [
      ...(size === undefined ? [] : [ConsoleFeature.SIZE]),
      ...(emergency === undefined ? [] : [ConsoleFeature.EMERG_WRITE]),
    ];
    if (emergency !== undefined) this.writable = [{ offset: fields.emerg_wr, length: 4 }];
  }

  get config(): Uint8Array {
    const bytes = new Uint8Array(STRUCT.size);
    encode(viewOf(bytes), 0, this.#size?.cols ?? 0, this.#size?.rows ?? 0, 0, 0);
    return bytes;
  }

  /** Who gets what the driver writes; while nobody does, it is thrown away. */
  onData(listener: ConsoleListener): void {
    this.#listener = listener;
  }

  /** Called when there is room again after `send` said that there is not. */
  onWritable(listener: () => void): void {
    this.#whenWritable = listener;
  }

  /**
   * Sends bytes to the driver, as soon as it has room for them. False, and none of them is taken, where too many wait
   * already. What waits when the driver goes away goes with it.
   */
  send(bytes: Uint8Array): boolean {
    if (!this.#input.push(bytes)) {
      this.#full = true;
      return false;
    }
    this.#fill();
    return true;
  }

  /** Tells the driver a new size of the screen. False for a console that was made without one. */
  resize(size: ConsoleSize): boolean {
    if (this.#size === undefined) return false;
    this.#size = size;
    this.#space?.change({ offset: fields.cols, data: this.config.slice(fields.cols, fields.max_nr_ports) });
    return true;
  }

  attach(config: DeviceConfigSpace): void {
    this.#space = config;
  }

  start(services: DeviceServices): void {
    this.#services = services;
    this.#output = new ConsoleOutput(services, (bytes) => this.#listener?.(bytes));
  }

  kick(port: QueuePort): void {
    if (port.index === ConsoleQueue.TRANSMIT) this.#output?.kick();
    else this.#fill();
  }

  stop(): Promise<void> | undefined {
    const output = this.#output;
    this.#services = null;
    this.#output = null;
    this.#input.clear();
    this.#tellWritable();
    return output?.idle();
  }

  writeConfig(config: Uint8Array, { offset, data }: ConfigPatch): Uint8Array {
    config.set(data, offset);
    // The lower byte alone is the character (Virtio 1.3, 5.3.5.1).
    const character = data[fields.emerg_wr - offset];
    if (character !== undefined) this.#emergency?.(character);
    return config;
  }

  #fill(): void {
    const port = this.#services?.port(ConsoleQueue.RECEIVE);
    if (port === undefined) return;
    const before = this.#input.room;
    this.#input.fill(port);
    if (this.#input.room > before) this.#tellWritable();
  }

  #tellWritable(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#whenWritable?.();
  }
}
