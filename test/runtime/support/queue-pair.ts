import type fc from 'fast-check';
import { expect } from 'vitest';
import { type Chain, DeviceQueue, DriverQueue, type QueueFeatures, SharedMemory } from './runtime.js';

const PAGE = 64;
const BASE = 0x10_0000;

/** One buffer as the test knows it: what was sent, what is to come back. */
export interface Sent {
  readonly id: number;
  readonly request: Uint8Array;
  readonly answers: readonly { address: number; length: number }[];
  readonly room: number;
  readonly pages: readonly number[];
  answer: Uint8Array | undefined;
}

/** What must be true whatever was done so far; nothing here is asked of the queues. */
export interface Model {
  /** In the order of adding. */
  readonly added: Sent[];
  published: number;
  readonly popped: Sent[];
  readonly completed: Sent[];
  /** Buffers in the used ring as far as the driver may expect them, in any order; in order where negotiated. */
  readonly visible: Sent[];
  readonly taken: Set<number>;
  /** Set while the device found nothing and asked for a kick: the next publication must kick. */
  deviceAsleep: boolean;
  driverAsleep: boolean;
  kicksAllowed: boolean;
  notificationsAllowed: boolean;
  done: boolean;
}

export const newModel = (): Model => ({
  added: [],
  published: 0,
  popped: [],
  completed: [],
  visible: [],
  taken: new Set(),
  deviceAsleep: false,
  driverAsleep: false,
  kicksAllowed: true,
  notificationsAllowed: true,
  done: false,
});

/** A driver and a device queue on one shared memory, and pages for buffers. */
export class Pair {
  readonly bytes = new Uint8Array(new SharedArrayBuffer(0x2_0000));
  readonly memory = new SharedMemory([{ base: BASE, bytes: this.bytes }]);
  readonly driver: DriverQueue<Sent>;
  readonly device: DeviceQueue;
  readonly chains = new Map<Chain, Sent>();
  /** Free pages for buffers of at most 64 bytes. */
  readonly pages: number[] = Array.from({ length: 1024 }, (_, i) => BASE + 0x1_0000 + PAGE * i);
  next = 0;

  constructor(
    readonly size: number,
    readonly features: QueueFeatures,
    start: number,
  ) {
    const config = { size, descriptor: BASE, driver: BASE + 0x1000, device: BASE + 0x2000 };
    const indirect = size > 1 ? { base: BASE + 0x4000, entries: Math.min(size, 8) } : undefined;
    this.driver = new DriverQueue<Sent>(this.memory, config, features, { start, ...(indirect && { indirect }) });
    this.device = new DeviceQueue(this.memory, config, features, { start });
    expect(this.driver.initialise()).toBe(true);
  }

  poke(address: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, address - BASE);
  }

  peek(address: number, length: number): Uint8Array {
    return this.bytes.slice(address - BASE, address - BASE + length);
  }

  checkHealth(): void {
    expect(this.driver.fault).toBeUndefined();
    expect(this.device.fault).toBeUndefined();
    expect(this.device.lastChainFault).toBeUndefined();
  }
}

export type Step = fc.Command<Model, Pair>;
