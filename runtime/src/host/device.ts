import type { ResetCause } from '../core/device/contract.js';
import type { ConfigRange } from '../wire/message.js';
import type { QueuePort } from './queue-port.js';

export interface ConfigPatch {
  /** Bytes from the beginning of the configuration space. */
  readonly offset: number;
  readonly data: Uint8Array;
}

/** The configuration space of a device on a bus. */
export interface DeviceConfigSpace {
  /** Changes bytes: all patches under one new generation. A driver that has begun with the device is told by EVENT_CONFIG. */
  change(...patches: ConfigPatch[]): void;
}

/** What a device may do while a driver has it: from `start` until what `stop` returned is over. */
export interface DeviceServices {
  /** Whether a feature was negotiated, by bit number. */
  has(feature: number): boolean;
  /** A queue that runs, or undefined. */
  port(index: number): QueuePort | undefined;
  /** Changes the configuration: all patches under one new generation. The driver is told by EVENT_CONFIG. */
  changeConfig(...patches: ConfigPatch[]): void;
  /** The device cannot go on: DEVICE_NEEDS_RESET. */
  fail(cause: ResetCause): void;
  /** Aborted when the driver resets the device or the device leaves the bus: give up what is running. */
  readonly signal: AbortSignal;
}

/**
 * A virtio device: what it is, and what it does with buffers. It names no transport; a `DeviceBus` gives it a number, speaks
 * to the driver for it and calls it back:
 *
 *     start ──▶ kick, kick, … ──▶ stop ──▶ start again, for the same or another driver
 *
 * A method that throws or rejects puts the device into DEVICE_NEEDS_RESET; it does not bring the bus down.
 */
export interface Device {
  /** Virtio device id: 1 net, 2 block, … (Virtio 1.3, 5); not 0, which stands for none. */
  readonly id: number;
  /** 0 unless given. */
  readonly vendor?: number;
  /** 16 bytes; told where the dialect can. */
  readonly uuid?: Uint8Array;
  /** Numbers of the feature bits of the device type. Those of rings and transport are the host's business. */
  readonly features: readonly number[];
  /** `[bit, needs]`: feature `bit` cannot be chosen without feature `needs`. */
  readonly dependencies?: readonly (readonly [bit: number, needs: number])[];
  /** Largest size of each virtqueue, a power of two up to 32768; 0 where a number has no queue. */
  readonly queues: readonly number[];
  /** The configuration space as it is when the device is added to a bus. */
  readonly config?: Uint8Array;
  /** What of it the driver may write; nothing unless given. */
  readonly writable?: readonly ConfigRange[];

  /** The device was put on a bus: from here on it may change its configuration, with or without a driver. */
  attach?(config: DeviceConfigSpace): void;
  /** A driver has set DRIVER_OK. The queues run once this is done. */
  start(services: DeviceServices): void | Promise<void>;
  /**
   * Buffers may be waiting in a queue: `for (let chain; (chain = port.next()); ) …`. Called after the driver's kick and
   * whenever a turn ended with buffers left. May be called with nothing there.
   */
  kick(port: QueuePort): void;
  /** The driver reset the device, or it leaves the bus. Chains are dead already; resolve when nothing runs any more. */
  stop?(): void | Promise<void>;
  /** One queue is being reset: give back what is held of it, or let it go; resolve when nothing of it is used any more. */
  stopQueue?(port: QueuePort): void | Promise<void>;
  /**
   * The driver writes its part of the configuration: the whole configuration afterwards, or null to refuse. Without it the
   * bytes are taken as they are.
   */
  writeConfig?(config: Uint8Array, patch: ConfigPatch): Uint8Array | null | Promise<Uint8Array | null>;
}
