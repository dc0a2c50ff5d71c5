import { Actor } from '../bus/actor.js';
import { VirtioError } from '../bus/error.js';
import { driverConfigMachine, endDriverConfig } from '../core/config/driver-config.js';
import {
  type Announcement,
  type DriverConfigContext,
  type DriverConfigEffect,
  type DriverConfigEvent,
  type DriverConfigState,
  driverConfig,
} from '../core/config/driver-config-contract.js';
import type { ResponseMessage } from '../core/correlation/effect.js';
import { hasFeature } from '../core/device/feature-bits.js';
import { DeviceStatus } from '../core/device/status-bits.js';
import { room, TEXTS } from '../core/device/texts.js';
import type { InitEffect, InitEvent } from '../core/driver/contract.js';
import { type InitContext, type InitState, initContext, initMachine } from '../core/driver/init.js';
import { type CountCode, type Fault, fault } from '../core/fault.js';
import type { Limits } from '../core/limits.js';
import { featureBlocks } from '../host/features.js';
import { settle } from '../host/settle.js';
import type { Clock } from '../medium/clock.js';
import { queueFeatures } from '../queue/features.js';
import type { Dialect } from '../wire/dialect.js';
import type { DeviceInfo, TransportMessage } from '../wire/message.js';
import type { BufferPool } from './buffer-pool.js';
import type { Driver, DriverServices } from './driver.js';
import type { DriverPort } from './driver-port.js';
import { type QueueOwner, TransportQueue } from './transport-queue.js';

type Answered = (response: ResponseMessage | null, why: Fault | null) => void;

/** What a transport needs of its bus. */
export interface TransportBus {
  readonly dialect: Dialect;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly pool: BufferPool;
  readonly maxMessage: number;
  /** Whether SET_CONFIG names a generation that counts. */
  readonly strictGeneration: boolean;
  readonly ringFeatures: readonly number[];
  readonly outOfBand: boolean;
  readonly sizeBeforeSetup: boolean;
  submit(request: TransportMessage, done: Answered): void;
  /** Sends EVENT_AVAIL once for all that is offered in one go. */
  avail(device: number, index: number): void;
  queueLive(device: number, index: number, live: boolean): void;
  running(device: number, running: boolean): void;
  arm(key: string, ms: number, call: () => void): void;
  cancel(key: string): void;
  moved(machine: string, device: number, before: string, after: string): void;
  count(code: CountCode): void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: VirtioError) => void;
}

interface ConfigCall {
  readonly resolve: (data: Uint8Array) => void;
  readonly reject: (reason: VirtioError) => void;
  readonly merge: ((now: Uint8Array) => Uint8Array | null) | undefined;
}

const RESET = fault('reset', 'the device is being reset', 'unknown');

/** One device on a driver's bus, with the driver that is bound to it. */
export class DriverTransport implements DriverServices {
  readonly number: number;
  readonly info: DeviceInfo;
  readonly driver: Driver;
  readonly #bus: TransportBus;
  readonly #queues = new Map<number, TransportQueue>();
  readonly #waiters: Waiter[] = [];
  readonly #calls = new Map<number, ConfigCall>();
  #init: Actor<InitState, InitContext, InitEvent, InitEffect>;
  #config: Actor<DriverConfigState, DriverConfigContext, DriverConfigEvent, DriverConfigEffect>;
  #lastCall = 0;
  /** Counts the lives of the device: what an older one was asked is void. */
  #life = 0;
  /** Requests that wait while the bus looks at the device again. */
  #held: { readonly request: TransportMessage; readonly done: Answered }[] | null = null;
  #running = false;
  #over: Fault | null = null;
  #telling = false;

  constructor(number: number, info: DeviceInfo, driver: Driver, bus: TransportBus) {
    this.number = number;
    this.info = info;
    this.driver = driver;
    this.#bus = bus;
    this.#init = this.#newInit();
    this.#config = this.#newConfig();
  }

  /** `start`, …, `live`, or how it ended. */
  get state(): InitState {
    return this.#init.state;
  }

  /** Device status as it was last told. */
  get status(): number {
    return this.#init.context.status;
  }

  // DriverServices

  has(feature: number): boolean {
    return hasFeature(this.#init.context.chosen, feature);
  }

  port(index: number): DriverPort {
    const port = this.#queues.get(index)?.port;
    if (port == null) throw new VirtioError(fault('bad_state', `queue ${index} is not set up`));
    return port;
  }

  readConfig(offset: number, length: number): Promise<Uint8Array> {
    return this.#call(undefined, (id) => ({ type: 'read', id, offset, length }));
  }

  async writeConfig(offset: number, data: Uint8Array, merge?: (now: Uint8Array) => Uint8Array | null): Promise<void> {
    await this.#call(merge, (id) => ({ type: 'write', id, offset, data, merge: merge !== undefined }));
  }

  /**
   * Resets the device and brings it up again for the same driver, whatever is in flight: that ends with `reset`, outcome
   * unknown. Resolved when the driver is live again.
   */
  restart(): Promise<void> {
    if (this.#over !== null) return Promise.reject(new VirtioError(this.#over));
    const live = this.whenLive();
    this.#halt(RESET);
    this.#init = this.#newInit();
    this.#init.tell({ type: 'begin' });
    return live;
  }

  /**
   * Resets one queue and sets it up again; what was in it ends with `reset`.
   *
   * @throws {VirtioError} unsupported, where VIRTIO_F_RING_RESET was not negotiated
   */
  resetQueue(index: number): Promise<void> {
    const queue = this.#queues.get(index);
    if (queue === undefined) return Promise.reject(new VirtioError(fault('range', `queue ${index} is not set up`)));
    return new Promise((resolve, reject) => {
      this.#resetting.set(index, { resolve, reject });
      queue.tell({ type: 'resetQueue' });
    });
  }

  readonly #resetting = new Map<number, Waiter>();

  // For the bus

  /** Resolved when the driver is live; rejected where that will not be. */
  whenLive(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  begin(): void {
    this.#init.tell({ type: 'begin' });
  }

  used(index: number): void {
    this.#queues.get(index)?.tell({ type: 'used' });
  }

  /** What an EVENT_AVAIL of a queue carries. */
  positionOf(index: number): { next_offset: number; next_wrap: number } | undefined {
    return this.#queues.get(index)?.port?.position;
  }

  configEvent(fields: Announcement): void {
    this.#config.tell({ type: 'event', fields });
    if (fields.device_status & DeviceStatus.DEVICE_NEEDS_RESET)
      this.#init.tell({ type: 'configEvent', status: fields.device_status });
  }

  hold(): void {
    this.#held ??= [];
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const { request, done } of held) this.#ask(request, done);
  }

  /** The device is gone, or the bus: nothing more is sent. */
  end(why: Fault): void {
    if (this.#over !== null) return;
    this.#over = why;
    for (const { done } of this.#held?.splice(0) ?? []) done(null, why);
    this.#halt(why);
    this.#init.tell({ type: 'removed' });
    for (const queue of this.#queues.values()) queue.tell({ type: 'removed' });
    this.#fail(why);
  }

  /** Lets the device go: resets it, and ends. Resolved when the device is reset or will not answer. */
  close(): Promise<void> {
    if (this.#over !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#halt(RESET);
      const fields = { status: 0 };
      const request: TransportMessage = {
        name: 'SET_DEVICE_STATUS',
        kind: 'request',
        device: this.number,
        token: 0,
        fields,
      };
      this.#bus.submit(request, (response) => {
        const done = response?.name === 'SET_DEVICE_STATUS' && response.fields.status === 0;
        if (done) this.#wasReset();
        this.end(fault('removed', 'the driver let the device go'));
        resolve();
      });
    });
  }

  #newInit(): Actor<InitState, InitContext, InitEvent, InitEffect> {
    const { dialect, limits, maxMessage, outOfBand, ringFeatures } = this.#bus;
    const life = ++this.#life;
    const context = initContext({
      device: this.number,
      dialect: dialect.name,
      maxMessageSize: maxMessage,
      numBlocks: this.info.num_feature_blocks,
      supported: featureBlocks([...this.driver.features, ...ringFeatures]),
      outOfBand,
      limits,
    });
    return new Actor(initMachine, context, {
      perform: (effect) => {
        if (life === this.#life) this.#perform(effect, life);
      },
      unfit: () => this.#bus.count('bad_state'),
      moved: (before, after) => {
        this.#bus.moved('driver', this.number, before, after);
        if (after === 'acked') this.#wasReset();
      },
    });
  }

  #newConfig(): Actor<DriverConfigState, DriverConfigContext, DriverConfigEvent, DriverConfigEffect> {
    const { dialect, limits, maxMessage, strictGeneration } = this.#bus;
    const context = driverConfig({
      device: this.number,
      size: this.info.config_size,
      room: room(dialect.name, maxMessage, 'GET_CONFIG'),
      checked: strictGeneration,
      readAttempts: limits.configReadAttempts,
      writeRetries: limits.configWriteRetries,
      maxWaiting: limits.maxWaiting,
    });
    return new Actor(driverConfigMachine, context, {
      perform: (effect) => this.#performConfig(effect),
      unfit: () => this.#bus.count('bad_state'),
    });
  }

  #perform(effect: InitEffect, life: number): void {
    const bus = this.#bus;
    switch (effect.type) {
      case 'send':
        this.#ask(effect.message, (response, why) => {
          if (life === this.#life) this.#answered(response, why);
        });
        return;
      case 'arm':
        bus.arm(`${this.number}:poll`, effect.ms, () => {
          if (life === this.#life) this.#init.tell({ type: 'timer', timer: 'poll' });
        });
        return;
      case 'cancel':
        bus.cancel(`${this.number}:poll`);
        return;
      case 'count':
        bus.count(effect.code);
        return;
      case 'up':
        this.#up(effect);
    }
  }

  #answered(response: ResponseMessage | null, why: Fault | null): void {
    const { state } = this.#init;
    if (response === null) {
      // The best effort at FAILED, which nobody waits for.
      if (state !== 'broken') this.#init.tell({ type: 'failed', fault: why ?? fault('bad_state', 'no answer') });
    } else if (response.name === 'GET_DEVICE_FEATURES') {
      this.#init.tell({ type: 'features', fields: response.fields });
    } else if (response.name === 'SET_DRIVER_FEATURES') {
      this.#init.tell({ type: 'featuresTaken' });
    } else if (response.name === 'SET_DEVICE_STATUS' || response.name === 'GET_DEVICE_STATUS') {
      this.#init.tell({ type: 'status', status: response.fields.status });
    }
  }

  #up(effect: Extract<InitEffect, { readonly type: 'up' }>): void {
    switch (effect.what) {
      case 'offered':
        this.#init.tell({ type: 'choose', without: [] });
        return;
      case 'setup':
        this.#setUp();
        return;
      case 'live':
        this.#goLive();
        return;
      case 'needs_reset':
        this.#halt(RESET);
        this.#init.tell({ type: 'recover', now: this.#bus.clock.now() });
        return;
      case 'was_reset':
        this.#halt(RESET);
        this.#init.tell({ type: 'begin' });
        return;
      case 'broken':
      case 'lost':
        this.#halt(effect.fault);
        this.#fail(effect.fault);
        return;
      case 'suspended':
      case 'gone':
    }
  }

  #setUp(): void {
    const { dialect, sizeBeforeSetup } = this.#bus;
    const features = queueFeatures(this.#init.context.chosen);
    const { enableFlag } = TEXTS[dialect.name];
    const wanted = this.driver.queues((feature) => this.has(feature), this.info);
    this.#queues.clear();
    const device = this.number;
    for (const { index } of wanted) {
      const options = { device, index, features, enableFlag, sizeBeforeSetup };
      this.#queues.set(index, new TransportQueue(options, this.#forQueues(this.#life)));
    }
    for (const { index, size } of wanted) {
      const queue = this.#queues.get(index)!;
      queue.tell({ type: 'featuresOk' });
      queue.tell({ type: 'setup', wanted: size });
    }
    if (wanted.length === 0) this.#init.tell({ type: 'ready' });
  }

  #forQueues(life: number): QueueOwner {
    const bus = this.#bus;
    const ready = new Set<number>();
    return {
      pool: bus.pool,
      maxWaiting: bus.limits.maxWaiting,
      soon: (run) => bus.clock.soon(run),
      later: (run) => bus.clock.later(run),
      kick: (port) => bus.avail(this.number, port.index),
      fault: (port, why) => this.#queues.get(port.index)?.tell({ type: 'ringFault', code: why.code }),
      ask: (request, done) => {
        this.#ask(request, (response, why) => {
          if (life === this.#life) done(response, why);
        });
      },
      arm: (index, ms) =>
        bus.arm(`${this.number}:queue ${index}`, ms, () => this.#queues.get(index)?.tell({ type: 'timer' })),
      cancel: (index) => bus.cancel(`${this.number}:queue ${index}`),
      up: (index, what) => {
        if (what === 'live') bus.queueLive(this.number, index, true);
        else if (what === 'reset') this.#queueWasReset(index);
        if (what === 'live') this.#settleReset(index, null);
        if (what === 'broken') this.#settleReset(index, fault('bad_state', `queue ${index} is broken`));
        if (what !== 'ready') return;
        ready.add(index);
        if (ready.size === this.#queues.size) this.#init.tell({ type: 'ready' });
      },
      failed: (index, why) => {
        if (this.#running) this.#settleReset(index, why);
        else this.#init.tell({ type: 'abandon', fault: why });
      },
      failDevice: (why) => this.#init.tell({ type: 'abandon', fault: why }),
      count: (code) => bus.count(code),
      moved: (machine, before, after) => bus.moved(machine, this.number, before, after),
    };
  }

  #queueWasReset(index: number): void {
    const queue = this.#queues.get(index);
    const size =
      this.driver.queues((feature) => this.has(feature), this.info).find((q) => q.index === index)?.size ?? 0;
    this.#bus.queueLive(this.number, index, false);
    queue?.tell({ type: 'setup', wanted: size });
  }

  #settleReset(index: number, why: Fault | null): void {
    const waiter = this.#resetting.get(index);
    this.#resetting.delete(index);
    if (why === null) waiter?.resolve();
    else waiter?.reject(new VirtioError(why));
  }

  #goLive(): void {
    const life = this.#life;
    this.#bus.running(this.number, true);
    for (const queue of this.#queues.values()) queue.tell({ type: 'deviceLive' });
    this.#running = true;
    settle(
      () => this.driver.live(this),
      () => {
        if (life !== this.#life) return;
        for (const { resolve } of this.#waiters.splice(0)) resolve();
      },
      (reason) => {
        const why =
          reason instanceof VirtioError ? fault(reason.code, reason.message) : fault('rejected', String(reason));
        if (life === this.#life) this.#init.tell({ type: 'abandon', fault: why });
      },
    );
  }

  /** No new work, and what is out ends; the memory stays lent until the device is reset. */
  #halt(why: Fault): void {
    this.#bus.running(this.number, false);
    for (const queue of this.#queues.values()) queue.end(why);
    for (const effect of endDriverConfig(this.#config.context, why)) this.#performConfig(effect);
    this.#config = this.#newConfig();
    for (const index of [...this.#resetting.keys()]) this.#settleReset(index, why);
    if (!this.#running) return;
    this.#running = false;
    this.driver.stopped?.(why);
  }

  /** The device has let go of everything. */
  #wasReset(): void {
    for (const queue of this.#queues.values()) {
      queue.tell({ type: 'deviceReset' });
      this.#bus.queueLive(this.number, queue.index, false);
    }
  }

  #fail(why: Fault): void {
    for (const { reject } of this.#waiters.splice(0)) reject(new VirtioError(why));
  }

  #call(merge: ConfigCall['merge'], event: (id: number) => DriverConfigEvent): Promise<Uint8Array> {
    if (this.#over !== null) return Promise.reject(new VirtioError(this.#over));
    return new Promise((resolve, reject) => {
      const id = ++this.#lastCall;
      this.#calls.set(id, { resolve, reject, merge });
      this.#config.tell(event(id));
    });
  }

  #performConfig(effect: DriverConfigEffect): void {
    switch (effect.type) {
      case 'send': {
        const config = this.#config;
        this.#ask(effect.message, (response, why) => {
          if (config !== this.#config) return;
          if (response === null) config.tell({ type: 'failed', fault: why ?? fault('bad_state', 'no answer') });
          else if (response.name === 'GET_CONFIG') config.tell({ type: 'got', fields: response.fields });
          else if (response.name === 'SET_CONFIG') config.tell({ type: 'set', fields: response.fields });
        });
        return;
      }
      case 'done':
        this.#takeCall(effect.id)?.resolve(effect.data);
        return;
      case 'fail':
        this.#takeCall(effect.id)?.reject(new VirtioError(effect.fault));
        return;
      case 'merge':
        this.#config.tell({ type: 'merged', data: this.#calls.get(effect.id)?.merge?.(effect.data) ?? null });
        return;
      case 'up':
        this.#configChanged();
        return;
      case 'count':
        this.#bus.count(effect.code);
    }
  }

  #takeCall(id: number): ConfigCall | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }

  /** Once for all that changes in one go. */
  #configChanged(): void {
    if (this.#telling || this.driver.configChanged === undefined) return;
    this.#telling = true;
    this.#bus.clock.soon(() => {
      this.#telling = false;
      if (this.#running) this.driver.configChanged?.();
    });
  }

  #ask(request: TransportMessage, done: Answered): void {
    if (this.#over !== null) done(null, this.#over);
    else if (this.#held !== null) this.#held.push({ request, done });
    else this.#bus.submit(request, done);
  }
}
