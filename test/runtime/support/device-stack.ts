import { onTestFinished } from 'vitest';
import { DeviceBus } from '../../../runtime/dist/bus/device-bus.js';
import { DriverBus } from '../../../runtime/dist/bus/driver-bus.js';
import type { Driver } from '../../../runtime/dist/driver/driver.js';
import type { Device } from '../../../runtime/dist/host/device.js';
import { type LoopbackOptions, loopback } from '../../../runtime/dist/medium/loopback.js';
import type { DialectName } from '../../../runtime/dist/wire/dialect.js';
import { SharedMemory } from './runtime.js';

const BASE = 0x10000;

export interface StackOptions {
  readonly dialect?: DialectName;
  /** Number of the device on its bus. */
  readonly number?: number;
  /** Bytes of the memory that both sides share. */
  readonly length?: number;
  readonly medium?: LoopbackOptions;
  /** The devices the driver's bus is told of; it asks for them otherwise. */
  readonly devices?: readonly number[];
  /** Runs once the bus is open, while no driver has the device. */
  readonly before?: () => void;
}

/** A device and its driver on both ends of a bus over one memory. The bus ends with the test. */
export async function stack(device: Device, driver: Driver, options: StackOptions = {}) {
  const { dialect = 'v1-2026', number = 1, length = 0x20_0000, medium, devices: known, before } = options;
  const shared = new Uint8Array(new SharedArrayBuffer(length));
  const memory = new SharedMemory([{ base: BASE, bytes: shared }]);
  const [near, far] = loopback(medium).ends;
  const devices = new DeviceBus({ medium: far, dialect, memory });
  devices.add(number, device);
  const drivers = { memory, base: BASE, length };
  const bus = await DriverBus.open({ medium: near, dialect, memory: drivers, devices: known, pings: false });
  onTestFinished(() => bus.close('abortive'));
  before?.();
  return { devices, bus, transport: await bus.bind(number, driver), shared };
}
