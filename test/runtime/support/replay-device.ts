import {
  type ConfigPatch,
  type Device,
  DeviceBus,
  type DeviceBusOptions,
  type DeviceServices,
  type GuestMemory,
  type QueuePort,
} from '../../../runtime/dist/index.js';
import { bytesOf, hexOf } from './replay-capture.js';
import { ReplayClock } from './replay-clock.js';
import { ReplayMedium } from './replay-medium.js';

/** A device that uses every buffer at once and whole, as the captured ones did; what it is comes from the capture. */
export class CapturedDevice implements Device {
  readonly id: number;
  readonly vendor: number;
  readonly features: readonly number[];
  readonly queues: readonly number[];
  readonly config: Uint8Array;
  readonly writable: { readonly offset: number; readonly length: number }[];
  /** Looks at a queue that were asked for. */
  kicks = 0;
  #services: DeviceServices | null = null;

  constructor(is: Pick<Device, 'id' | 'vendor' | 'features' | 'queues' | 'config'> & { writable?: [number, number] }) {
    this.id = is.id;
    this.vendor = is.vendor ?? 0;
    this.features = is.features;
    this.queues = is.queues;
    this.config = is.config ?? new Uint8Array(0);
    this.writable = is.writable === undefined ? [] : [{ offset: is.writable[0], length: is.writable[1] }];
  }

  start(services: DeviceServices): void {
    this.#services = services;
  }

  kick(port: QueuePort): void {
    this.kicks++;
    for (let chain = port.next(); chain !== undefined; chain = port.next()) {
      if (chain.writableLength === 0) {
        port.refuse(chain);
        continue;
      }
      chain.write(0, new Uint8Array(chain.writableLength).fill(0x5a));
      port.complete(chain);
    }
  }

  stop(): void {
    this.#services = null;
  }

  change(patch: ConfigPatch): void {
    this.#services?.changeConfig(patch);
  }
}

export interface ReplayOptions extends Pick<DeviceBusOptions, 'dialect' | 'ringFeatures' | 'quirks'> {
  readonly maxMessage: number;
  readonly number: number;
  readonly memory: GuestMemory;
}

/** A device bus that hears the frames of a captured driver. */
export class DeviceReplay {
  readonly bus: DeviceBus;
  readonly #medium: ReplayMedium;
  readonly #clock = new ReplayClock();
  #sent: string[] = [];

  constructor(device: Device, options: ReplayOptions) {
    const { maxMessage, number, ...rest } = options;
    this.#medium = new ReplayMedium(maxMessage, (frame) => this.#sent.push(hexOf(frame)));
    this.bus = new DeviceBus({ ...rest, medium: this.#medium, clock: this.#clock });
    this.bus.add(number, device);
    this.#clock.settle();
  }

  /** Gives the bus one frame, in a slot of `slot` bytes where the carrier has such. */
  say(hex: string, slot = 0): void {
    const bytes = bytesOf(hex);
    const carried = new Uint8Array(Math.max(bytes.length, slot));
    carried.set(bytes);
    this.#medium.say(carried);
    this.#clock.settle();
  }

  /** Runs what the device does by itself. */
  do(act: () => void): void {
    act();
    this.#clock.settle();
  }

  /** The frames sent since the last time. */
  take(): string[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }
}
