import { DeviceBus } from '../../../runtime/dist/bus/device-bus.js';
import type { DeviceBusOptions } from '../../../runtime/dist/bus/device-bus-options.js';
import { DriverBus } from '../../../runtime/dist/bus/driver-bus.js';
import type { DriverBusNews, DriverBusOptions } from '../../../runtime/dist/bus/driver-bus-options.js';
import { VirtioError } from '../../../runtime/dist/bus/error.js';
import type { Fault } from '../../../runtime/dist/core/fault.js';
import type { Driver, DriverServices } from '../../../runtime/dist/driver/driver.js';
import type { Device, DeviceServices } from '../../../runtime/dist/host/device.js';
import type { QueuePort } from '../../../runtime/dist/host/queue-port.js';
import { type Loopback, type LoopbackOptions, loopback } from '../../../runtime/dist/medium/loopback.js';
import { SharedMemory } from '../../../runtime/dist/memory/shared-memory.js';
import type { DialectName } from '../../../runtime/dist/wire/dialect.js';
import { HandClock } from './shell-clock.js';

export const DIALECT_NAMES: readonly DialectName[] = ['rfc2', 'rfc3', 'pr28', 'v1-2026'];
export const BASE = 0x10000;

/** Fills what it may write with 7. Each of its methods can be replaced. */
export class TestDevice implements Device {
  readonly id = 4;
  readonly features: readonly number[] = [];
  readonly queues: readonly number[];
  readonly config: Uint8Array;
  readonly writable: readonly { offset: number; length: number }[];
  readonly log: string[] = [];
  services: DeviceServices | null = null;
  port: QueuePort | null = null;

  constructor(
    over: Partial<Pick<Device, 'kick' | 'start' | 'stop' | 'stopQueue' | 'writeConfig' | 'config'>> & {
      queues?: readonly number[];
    } = {},
  ) {
    this.queues = over.queues ?? [64];
    this.config = over.config ?? new Uint8Array(16);
    this.writable = [{ offset: 0, length: this.config.length }];
    const { queues: _q, config: _c, ...methods } = over;
    Object.assign(this, methods);
  }

  start(services: DeviceServices): void | Promise<void> {
    this.log.push('start');
    this.services = services;
  }

  kick(port: QueuePort): void {
    this.port = port;
    for (let chain = port.next(); chain !== undefined; chain = port.next()) {
      chain.write(0, new Uint8Array(chain.writableLength).fill(7));
      port.complete(chain);
    }
  }

  stop(): void | Promise<void> {
    this.log.push('stop');
  }
}

/** Remembers what it is told. */
export class TestDriver implements Driver {
  readonly id = 4;
  readonly features: readonly number[] = [];
  readonly stops: Fault[] = [];
  lives = 0;
  changes = 0;
  services: DriverServices | null = null;
  size = 16;
  count = 1;

  constructor(over: Partial<Pick<Driver, 'live' | 'queues' | 'stopped' | 'configChanged'>> = {}) {
    Object.assign(this, over);
  }

  queues(): readonly { index: number; size: number }[] {
    return Array.from({ length: this.count }, (_, index) => ({ index, size: this.size }));
  }

  live(services: DriverServices): void | Promise<void> {
    this.lives++;
    this.services = services;
  }

  configChanged(): void {
    this.changes++;
  }

  stopped(why: Fault): void {
    this.stops.push(why);
  }

  ask(bytes = 8, signal?: AbortSignal) {
    return this.services!.port(0).request([], [bytes], signal);
  }
}

/** How a promise stands: `pending`, `ok`, or the code it was rejected with. */
export function watch<T>(promise: Promise<T>): {
  state: string;
  outcome: string;
  value: T | undefined;
  error: unknown;
} {
  const seen = { state: 'pending', outcome: '', value: undefined as T | undefined, error: undefined as unknown };
  promise.then(
    (value) => Object.assign(seen, { state: 'ok', value }),
    (error: unknown) => {
      const known = error instanceof VirtioError;
      Object.assign(seen, {
        state: known ? error.code : `not ours: ${error}`,
        outcome: known ? error.outcome : '',
        error,
      });
    },
  );
  return seen;
}

interface WorldOptions {
  readonly dialect?: DialectName;
  readonly loopback?: LoopbackOptions;
  readonly device?: Partial<DeviceBusOptions>;
  readonly driver?: Partial<DriverBusOptions>;
  readonly bytes?: number;
}

/** Both sides of a bus over a loopback that is pumped by hand, on one clock that is moved by hand. */
export class World {
  readonly clock = new HandClock();
  readonly news: DriverBusNews[] = [];
  readonly bytes: Uint8Array;
  readonly memory: SharedMemory;
  loop: Loopback;
  readonly options: WorldOptions;
  readonly devices: DeviceBus;
  /** Whether the peer hears anything. */
  deaf = false;
  bus!: DriverBus;

  constructor(options: WorldOptions = {}) {
    this.options = options;
    const { dialect = 'v1-2026', bytes = 1 << 20 } = options;
    this.bytes = new Uint8Array(new SharedArrayBuffer(bytes));
    this.memory = new SharedMemory([{ base: BASE, bytes: this.bytes }]);
    this.loop = loopback({ schedule: null, ...options.loopback });
    const { clock, memory } = this;
    this.devices = new DeviceBus({ medium: this.loop.ends[1], dialect, memory, clock, ...options.device });
  }

  opening(signal?: AbortSignal): Promise<DriverBus> {
    const { dialect = 'v1-2026' } = this.options;
    const { clock, memory } = this;
    return DriverBus.open(
      {
        medium: this.loop.ends[0],
        dialect,
        clock,
        memory: { memory, base: BASE, length: this.bytes.length },
        watch: (news) => this.news.push(news),
        ...this.options.driver,
      },
      signal,
    );
  }

  async open(): Promise<DriverBus> {
    this.bus = await this.until(this.opening());
    return this.bus;
  }

  /** Lets everything happen that takes no time. */
  async quiet(): Promise<void> {
    for (let rounds = 0; rounds < 100_000; rounds++) {
      let busy = this.clock.turn();
      if (!busy && !this.deaf) busy = this.loop.pump() > 0;
      if (busy) continue;
      // What hangs on promises is done a few microtasks on.
      for (let i = 0; i < 20; i++) await null;
      if (this.clock.turns.length === 0 && (this.deaf || this.loop.pump() === 0) && this.clock.turns.length === 0)
        return;
    }
    throw new Error('it does not come to rest');
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.time + ms;
    await this.quiet();
    while (this.clock.fire(until)) await this.quiet();
    this.clock.time = until;
  }

  /** What a promise that needs no time gives. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const seen = watch(promise);
    await this.quiet();
    if (seen.state === 'pending') throw new Error('it takes time');
    return promise;
  }
}
