/** Device types and minimal drivers for them, which name no transport. */
export { BlockDevice } from './block/block-device.js';
export { BlockDriver, type BlockDriverOptions } from './block/block-driver.js';
export type { BlockDeviceOptions } from './block/device-options.js';
export { FileStore } from './block/file-store.js';
export { MemoryStore } from './block/memory-store.js';
export type { BlockStore } from './block/store.js';
export { ConsoleDevice, type ConsoleDeviceOptions } from './console/console-device.js';
export { ConsoleDriver } from './console/console-driver.js';
export { EntropyDevice, type EntropyDeviceOptions, type EntropySource } from './entropy/entropy-device.js';
export { EntropyDriver } from './entropy/entropy-driver.js';
export * from './gpio/gpio-device.js';
export * from './gpio/gpio-driver.js';
export * from './i2c/i2c-bus.js';
export * from './i2c/i2c-device.js';
export * from './i2c/i2c-driver.js';
export * from './network/network-device.js';
export * from './network/network-driver.js';
export * from './network/network-peer.js';
