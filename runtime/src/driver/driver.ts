import type { Fault } from '../core/fault.js';
import type { DeviceInfo } from '../wire/message.js';
import type { DriverPort } from './driver-port.js';

/** What a driver may do with its device while it is live. */
export interface DriverServices {
  readonly info: DeviceInfo;
  /** Whether a feature was negotiated, by bit number. */
  has(feature: number): boolean;
  /** A queue that `queues` asked for. */
  port(index: number): DriverPort;
  /**
   * Reads configuration bytes, all of them under one generation.
   *
   * @throws {VirtioError} range, torn, reset, removed, bus_down, …
   */
  readConfig(offset: number, length: number): Promise<Uint8Array>;
  /**
   * Writes configuration bytes. `merge`, where given, is asked again with the bytes as they are now whenever somebody else
   * changed the configuration first; null gives up.
   *
   * @throws {VirtioError} rejected, range, …
   */
  writeConfig(offset: number, data: Uint8Array, merge?: (now: Uint8Array) => Uint8Array | null): Promise<void>;
}

export interface WantedQueue {
  readonly index: number;
  /** Entries wanted; it gets as many as the device has at most. */
  readonly size: number;
}

/**
 * A driver of one device type: what it can use and what it does once its device is live. It names no transport; a
 * `DriverBus` binds it to a device number and brings the device up for it, and up again where the device asked for a reset:
 *
 *     queues ──▶ live ──▶ configChanged, … ──▶ stopped ──▶ live again, or never
 */
export interface Driver {
  /** Virtio device id it is for (Virtio 1.3, 5). */
  readonly id: number;
  /** Numbers of the feature bits of the device type that it can use. Those of rings are the transport's business. */
  readonly features: readonly number[];
  /** The queues it wants, features being settled. */
  queues(has: (feature: number) => boolean, info: DeviceInfo): readonly WantedQueue[];
  /** The device is live. Whoever binds waits until this is done. */
  live(services: DriverServices): void | Promise<void>;
  /** One queue was reset by itself and is live again: the buffers it had have ended, and it is as empty as at `live`. */
  queueReset?(port: DriverPort): void;
  /** The configuration changed; what is read from now on is new. */
  configChanged?(): void;
  /** Nothing more can be done until `live`, if that comes; buffers that were out have ended with the same fault. */
  stopped?(why: Fault): void;
}
