import { Actor } from '../bus/actor.js';
import { VirtioError } from '../bus/error.js';
import type { Answered } from '../bus/request-desk.js';
import { rethrowLater } from '../bus/rethrow.js';
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
import { featureBits, featureBlocks } from '../host/features.js';
import { settle } from '../host/settle.js';
import type { Clock } from '../medium/clock.js';
import { queueFeatures } from '../queue/features.js';
import type { Dialect } from '../wire/dialect.js';
import type { DeviceInfo, TransportMessage } from '../wire/message.js';
import type { BufferPool } from './buffer-pool.js';
import type { Driver, DriverServices, WantedQueue } from './driver.js';
import type { DriverPort } from './driver-port.js';
import { type QueueOwner, TransportQueue } from './transport-queue.js';

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
  readonly resetIsFatal: boolean;
  submit(request: TransportMessage, done: Answered): void;
  /** Has `letGo` done, and the device looked at anew. */
  close(): Promise<void>;
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

/** What a driver's method has thrown, as the reason for giving its device up. */
const asFault = (reason: unknown): Fault =>
  reason instanceof VirtioError
    ? fault(reason.code, reason.message, reason.outcome)
    : fault('rejected', String(reason));

/** One device on a driver's bus, with the driver that is bound to it. */
export class DriverTransport implements DriverServices {
  readonly number: number;
  readonly info: DeviceInfo;
  readonly driver: Driver;
  readonly #bus: TransportBus;
  readonly #queues = new Map<number, TransportQueue>();
  readonly #waiters: Waiter[] = [];
  readonly #whenOver: (() => void)[] = [];
  readonly #calls = new Map<number, ConfigCall>();
  #init: Actor<InitState, InitContext, InitEvent, InitEffect>;
  #config: Actor<DriverConfigState, DriverConfigContext, DriverConfigEvent, DriverConfigEffect>;
  #lastCall = 0;
  /** Counts the lives of the device: what an older one was asked is void. */
  #life = 0;
  /** Counts the times the driver was live: how an older time ended is void. */
  #time = 0;
  /** Counts the requests of the bring-up, of which only the last one counts. */
  #asked = 0;
  /** Requests that wait while the bus looks at the device again. */
  #held: { readonly request: TransportMessage; readonly done: Answered }[] | null = null;
  #running = false;
  /** Why the device was given up, until it is restarted. */
  #ended: Fault | null = null;
  #liveDone = false;
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

  /** Numbers of the features that are negotiated, ascending. */
  get features(): readonly number[] {
    return featureBits(this.#init.context.chosen);
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
    if (this.state === 'lost' || this.#whenOver.length > 0) return this.whenLive();
    const live = this.#live();
    this.#stop(RESET);
    this.#ended = null;
    this.#init = this.#newInit();
    this.#init.tell({ type: 'begin' });
    return live;
  }

  /**
   * Resets one queue and sets it up again; what was in it ends with `reset`. Asked again meanwhile, it is the same reset.
   *
   * @throws {VirtioError} unsupported, where VIRTIO_F_RING_RESET was not negotiated; bad_state, where the driver is not live
   */
  resetQueue(index: number): Promise<void> {
    const queue = this.#queues.get(index);
    if (this.#over !== null) return Promise.reject(new VirtioError(this.#over));
    if (!this.#running) return Promise.reject(new VirtioError(fault('bad_state', 'the device is not live')));
    if (queue === undefined) return Promise.reject(new VirtioError(fault('range', `queue ${index} is not set up`)));
    const running = this.#resetting.get(index);
    if (running !== undefined) return running.promise;
    let waiter: Waiter | undefined;
    const promise = new Promise<void>((resolve, reject) => {
      waiter = { resolve, reject };
    });
    this.#resetting.set(index, { ...waiter!, promise });
    queue.tell({ type: 'resetQueue' });
    return promise;
  }

  readonly #resetting = new Map<number, Waiter & { readonly promise: Promise<void> }>();

  // For the bus

  /** Resolved when the driver is live; rejected where that will not be. */
  whenLive(): Promise<void> {
    const why = this.#over ?? this.#ended;
    if (why !== null) return Promise.reject(new VirtioError(why));
    return this.#liveDone ? Promise.resolve() : this.#live();
  }

  begin(): void {
    this.#init.tell({ type: 'begin' });
  }

  used(index: number): void {
    this.#queues.get(index)?.tell({ type: 'used' });
  }

  /** What an EVENT_AVAIL of a queue carries; undefined where the device must not hear one. */
  positionOf(index: number): { next_offset: number; next_wrap: number } | undefined {
    const queue = this.#queues.get(index);
    return this.#running && queue?.live === true ? queue.port?.position : undefined;
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
    this.#stop(why);
    this.#init.tell({ type: 'removed' });
    for (const queue of this.#queues.values()) queue.tell({ type: 'removed' });
    this.#fail(why);
    for (const over of this.#whenOver.splice(0)) over();
  }

  /**
   * Lets the device go: resets it, and ends. Resolved when that is done, or the device will not answer; where it does, it is
   * there to be bound again.
   */
  close(): Promise<void> {
    return this.#over === null ? this.#bus.close() : Promise.resolve();
  }

  /** For the bus: resets the device, and ends. Resolved when the device is reset or will not answer. */
  letGo(): Promise<void> {
    if (this.#over !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenOver.push(resolve);
      this.#ended = fault('removed', 'the driver lets the device go');
      const end = (reset: boolean): void => {
        if (reset) this.#wasReset();
        this.end(fault('removed', 'the driver let the device go'));
      };
      if (this.#bus.resetIsFatal) {
        end(false);
        return;
      }
      this.#stop(RESET);
      this.#askForReset(end);
    });
  }

  #newInit(): Actor<InitState, InitContext, InitEvent, InitEffect> {
    const { dialect, limits, maxMessage, outOfBand, resetIsFatal, ringFeatures } = this.#bus;
    const life = ++this.#life;
    const context = initContext({
      device: this.number,
      dialect: dialect.name,
      maxMessageSize: maxMessage,
      numBlocks: this.info.num_feature_blocks,
      supported: featureBlocks([...this.driver.features, ...ringFeatures]),
      outOfBand,
      resetIsFatal,
      limits,
    });
    return new Actor(initMachine, context, {
      perform: (effect) => {
        if (life === this.#life) this.#perform(effect, life);
      },
      unfit: () => this.#bus.count('bad_state'),
      moved: (before, after) => {
        this.#bus.moved('driver', this.number, before, after);
        if (after === 'acked' && life === this.#life) this.#wasReset();
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

  /** Writes 0 to the status and waits until it reads 0, as long as devices get for that. */
  #askForReset(over: (reset: boolean) => void): void {
    const { limits } = this.#bus;
    // What has ended meanwhile has ended for good: its memory is not to be had back.
    const end = (reset: boolean): void => {
      if (this.#over === null) over(reset);
    };
    const until = this.#bus.clock.now() + limits.resetPollLimit;
    const key = `${this.number}:poll`;
    const head = { kind: 'request', device: this.number, token: 0 } as const;
    const answered: Answered = (response) => {
      const status = response !== null && 'status' in response.fields ? response.fields.status : null;
      if (status === 0 || status === null || this.#over !== null || this.#bus.clock.now() >= until) end(status === 0);
      else
        this.#bus.arm(key, limits.resetPollInterval, () =>
          this.#bus.submit({ ...head, name: 'GET_DEVICE_STATUS', fields: {} }, answered),
        );
    };
    // What the machine of the bring-up still hears is void.
    this.#life++;
    this.#bus.cancel(key);
    this.#bus.submit({ ...head, name: 'SET_DEVICE_STATUS', fields: { status: 0 } }, answered);
  }

  #perform(effect: InitEffect, life: number): void {
    const bus = this.#bus;
    switch (effect.type) {
      case 'send': {
        const asked = ++this.#asked;
        this.#ask(effect.message, (response, why) => {
          if (life === this.#life && asked === this.#asked) this.#answered(response, why);
        });
        return;
      }
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
        this.#stop(RESET);
        this.#init.tell({ type: 'recover', now: this.#bus.clock.now() });
        return;
      case 'was_reset':
        this.#stop(RESET);
        this.#init.tell({ type: 'begin' });
        return;
      case 'broken':
      case 'lost':
        this.#ended = effect.fault;
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
    this.#queues.clear();
    const wanted = this.#wanted();
    if (wanted === null) return;
    const device = this.number;
    const owner = this.#forQueues(this.#life);
    for (const { index } of wanted) {
      const options = { device, index, features, enableFlag, sizeBeforeSetup };
      this.#queues.set(index, new TransportQueue(options, owner));
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
      fault: (port, why) => {
        const queue = this.#queues.get(port.index);
        if (queue?.port === port) queue.tell({ type: 'ringFault', code: why.code });
      },
      ask: (request, done) => {
        this.#ask(request, (response, why) => {
          if (life !== this.#life) return;
          done(response, why);
          this.#doubt(why);
        });
      },
      arm: (index, ms) =>
        bus.arm(`${this.number}:queue ${index}`, ms, () => this.#queues.get(index)?.tell({ type: 'timer' })),
      cancel: (index) => bus.cancel(`${this.number}:queue ${index}`),
      up: (index, what) => {
        if (what === 'live') bus.queueLive(this.number, index, true);
        else if (what === 'reset') this.#queueWasReset(index);
        if (what === 'live') this.#queueIsBack(index);
        if (what === 'broken') this.#settleReset(index, fault('bad_state', `queue ${index} is broken`));
        if (what !== 'ready') return;
        ready.add(index);
        if (ready.size === this.#queues.size) this.#init.tell({ type: 'ready' });
      },
      failed: (index, why) => {
        // Without its queue there is no driver. What ends because the device is being reset is no failure.
        if (this.state === 'setup') this.#init.tell({ type: 'abandon', fault: why });
        else this.#settleReset(index, why);
      },
      failDevice: (why) => {
        if (this.#running) this.#init.tell({ type: 'abandon', fault: why });
      },
      count: (code) => bus.count(code),
      moved: (machine, before, after) => bus.moved(machine, this.number, before, after),
    };
  }

  #queueWasReset(index: number): void {
    const queue = this.#queues.get(index);
    const size = this.#wanted()?.find((q) => q.index === index)?.size ?? 0;
    this.#bus.queueLive(this.number, index, false);
    queue?.tell({ type: 'setup', wanted: size });
  }

  #queueIsBack(index: number): void {
    const port = this.#queues.get(index)?.port;
    if (this.#resetting.has(index) && port != null) this.driver.queueReset?.(port);
    this.#settleReset(index, null);
  }

  #settleReset(index: number, why: Fault | null): void {
    const waiter = this.#resetting.get(index);
    this.#resetting.delete(index);
    if (why === null) waiter?.resolve();
    else waiter?.reject(new VirtioError(why));
  }

  /** The queues the driver wants; null, and the device is given up, where it fails to say. */
  #wanted(): readonly WantedQueue[] | null {
    try {
      return this.driver.queues((feature) => this.has(feature), this.info);
    } catch (reason) {
      this.#init.tell({ type: 'abandon', fault: asFault(reason) });
      return null;
    }
  }

  /**
   * After a request whose outcome nobody knows it is asked whether the device still lives (5.4).
   */
  #doubt(why: Fault | null): void {
    if (why?.code === 'timeout' && why.outcome === 'unknown' && this.#running)
      this.#init.tell({ type: 'failed', fault: why });
  }

  #live(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  #goLive(): void {
    const time = ++this.#time;
    this.#bus.running(this.number, true);
    for (const queue of this.#queues.values()) queue.tell({ type: 'deviceLive' });
    this.#running = true;
    settle(
      () => this.driver.live(this),
      () => {
        if (time !== this.#time) return;
        this.#liveDone = true;
        for (const { resolve } of this.#waiters.splice(0)) resolve();
      },
      (reason) => {
        if (time === this.#time) this.#init.tell({ type: 'abandon', fault: asFault(reason) });
      },
    );
  }

  /** Ends the life of the device: what is held back for a second look at it will not be sent either. */
  #stop(why: Fault): void {
    this.#halt(why);
    for (const { done } of this.#held?.splice(0) ?? []) done(null, why);
  }

  /** No new work, and what is out ends; the memory stays lent until the device is reset. */
  #halt(why: Fault): void {
    this.#bus.running(this.number, false);
    for (const queue of this.#queues.values()) queue.end(why);
    for (const effect of endDriverConfig(this.#config.context, why)) this.#performConfig(effect);
    this.#config = this.#newConfig();
    for (const index of [...this.#resetting.keys()]) this.#settleReset(index, why);
    this.#liveDone = false;
    if (!this.#running) return;
    this.#running = false;
    // How `live` ends from here on, which may well be by what has just ended under it, is no failure of the device.
    this.#time++;
    // The device is dealt with to the end whatever its driver does when it is told.
    settle<unknown>(
      () => this.driver.stopped?.(why),
      () => {},
      rethrowLater,
    );
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
          if (response === null) {
            config.tell({ type: 'failed', fault: why ?? fault('bad_state', 'no answer') });
            this.#doubt(why);
          } else if (response.name === 'GET_CONFIG') config.tell({ type: 'got', fields: response.fields });
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
        this.#config.tell({ type: 'merged', data: this.#merge(effect.id, effect.data) });
        return;
      case 'up':
        this.#configChanged();
        return;
      case 'count':
        this.#bus.count(effect.code);
    }
  }

  /** What the caller would have written now; null, and the call ends with what he has thrown, where he cannot tell. */
  #merge(id: number, now: Uint8Array): Uint8Array | null {
    try {
      return this.#calls.get(id)?.merge?.(now) ?? null;
    } catch (reason) {
      this.#takeCall(id)?.reject(new VirtioError(asFault(reason)));
      return null;
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
      if (this.#running) this.#tellOfConfig();
    });
  }

  #tellOfConfig(): void {
    const time = this.#time;
    settle<unknown>(
      () => this.driver.configChanged?.(),
      () => {},
      (reason) => {
        if (time === this.#time) this.#init.tell({ type: 'abandon', fault: asFault(reason) });
      },
    );
  }

  #ask(request: TransportMessage, done: Answered): void {
    if (this.#over !== null) done(null, this.#over);
    else if (this.#held !== null) this.#held.push({ request, done });
    else this.#bus.submit(request, done);
  }
}
