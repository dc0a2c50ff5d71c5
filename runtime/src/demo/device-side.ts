import { open } from 'node:fs/promises';
import { DeviceBus } from '../bus/device-bus.js';
import { BlockDevice } from '../devices/block/block-device.js';
import { FileStore } from '../devices/block/file-store.js';
import { MemoryStore } from '../devices/block/memory-store.js';
import { ConsoleDevice } from '../devices/console/console-device.js';
import { EntropyDevice } from '../devices/entropy/entropy-device.js';
import type { Medium } from '../medium/medium.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import type { DialectName } from '../wire/dialect.js';
import { PATIENT } from './patience.js';

/** Numbers of the devices on the bus of the demo. */
export const DISK = 1;
export const RANDOM = 2;
export const TERMINAL = 3;
/** The number a disk is plugged in under while the bus runs. */
export const GUEST_DISK = 9;

/** The device side of the demo. */
export interface DeviceSide {
  plugIn(): void;
  pullOut(): void;
  /** Things that went wrong, by name and how often. */
  counters(): Record<string, number>;
  close(): Promise<void>;
}

/** A disk in a file, a source of random bytes, and a terminal that says everything back. */
export async function deviceSide(
  medium: Medium,
  memory: GuestMemory,
  dialect: DialectName,
  diskPath: string,
): Promise<DeviceSide> {
  const file = await open(diskPath, 'r+');
  const store = await FileStore.of(file);
  // From the bus to the last device nothing may wait: a driver that asks in between is told of fewer.
  const bus = new DeviceBus({ medium, dialect, memory, limits: PATIENT });
  const terminal = new ConsoleDevice();
  terminal.onData((bytes) => void terminal.send(bytes));
  bus.add(DISK, new BlockDevice({ store, id: 'demo disk' }));
  bus.add(RANDOM, new EntropyDevice());
  bus.add(TERMINAL, terminal);
  return {
    plugIn: () => bus.add(GUEST_DISK, new BlockDevice({ store: MemoryStore.ofSectors(64), id: 'plugged in' })),
    pullOut: () => void bus.remove(GUEST_DISK),
    counters: () => bus.counters.all(),
    close: async () => {
      bus.close();
      await file.close();
    },
  };
}
