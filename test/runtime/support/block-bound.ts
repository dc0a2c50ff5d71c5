import { BlockDriver, type BlockDriverOptions } from '../../../runtime/dist/devices/block/block-driver.js';
import type { Device } from '../../../runtime/dist/host/device.js';
import { type StackOptions, stack } from './device-stack.js';

/** The device and a driver of its own on a bus. */
export async function bound(device: Device, driverOptions: BlockDriverOptions = {}, options: StackOptions = {}) {
  const driver = new BlockDriver(driverOptions);
  return { driver, ...(await stack(device, driver, { length: 0x40_0000, ...options })) };
}
