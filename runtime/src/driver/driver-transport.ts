import { VirtioError } from '../bus/error.js';
import type { Answered } from '../bus/request-desk.js';
import { rethrowLater } from '../bus/rethrow.js';
import type { Announcement } from '../core/config/driver-config-contract.js';
import { hasFeature } from '../core/device/feature-bits.js';
import { DeviceStatus } from '../core/device/status-bits.js';
import type { InitState } from '../core/driver/init-context.js';
import { type Fault, fault } from '../core/fault.js';
import { featureBits } from '../host/features.js';
import { settle } from '../host/settle.js';
import type { DeviceInfo, TransportMessage } from '../wire/message.js';
import { BringUp, type BringUpOwner, type BringUpWish } from './bring-up.js';
import { ConfigAccess, type ConfigOwner } from './config-access.js';
import { resetDevice } from './device-reset.js';
import type { Driver, DriverServices, WantedQueue } from './driver.js';
import { driverFault } from './driver-fault.js';
import type { DriverPort } from './driver-port.js';
import type { TransportBus } from './transport-bus.js';
import { type QueuesOwner, TransportQueues } from './transport-queues.js';
import type { Waiter } from './waiter.js';

const RESET = fault('reset', 'the device is being reset', 'unknown');

/** One device on a driver's bus, with the driver that is bound to it. */
export class DriverTransport implements DriverServices {
  readonly number: number;
  readonly info: DeviceInfo;
  readonly driver: Driver;
  readonly #bus: TransportBus;
  readonly #queues: TransportQueues;
  readonly #config: ConfigAccess;
  readonly #waiters: Waiter[] = [];
  readonly #whenOver: (() => void)[] = [];
  #init: BringUp;
  /** Counts the times the driver was live: how an older time ended is void. */
  #time = 0;
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
    this.#init = new BringUp(this.#forBringUp());
    this.#config = new ConfigAccess(this.#forConfig());
    this.#queues = new TransportQueues(this.#forQueues());
  }

  /** `start`, …, `live`, or how it ended. */
  get state(): InitState {
    return this.#init.state;
  }

  /** Device status as it was last told. */
  get status(): number {
    return this.#init.status;
  }

  /** Numbers of the features that are negotiated, ascending. */
  get features(): readonly number[] {
    return featureBits(this.#init.chosen);
  }

  // DriverServices

  has(feature: number): boolean {
    return hasFeature(this.#init.chosen, feature);
  }

  port(index: number): DriverPort {
    const port = this.#queues.port(index);
    if (port === null) throw new VirtioError(fault('bad_state', `queue ${index} is not set up`));
    return port;
  }

  readConfig(offset: number, length: number): Promise<Uint8Array> {
    return this.#over === null ? this.#config.read(offset, length) : Promise.reject(new VirtioError(this.#over));
  }

  async writeConfig(offset: number, data: Uint8Array, merge?: (now: Uint8Array) => Uint8Array | null): Promise<void> {
    if (this.#over !== null) throw new VirtioError(this.#over);
    await this.#config.write(offset, data, merge);
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
    this.#init.makeVoid();
    this.#init = new BringUp(this.#forBringUp());
    this.#init.tell({ type: 'begin' });
    return live;
  }

  /**
   * Resets one queue and sets it up again; what was in it ends with `reset`. Asked again meanwhile, it is the same reset.
   *
   * @throws {VirtioError} unsupported, where VIRTIO_F_RING_RESET was not negotiated; bad_state, where the driver is not live
   */
  resetQueue(index: number): Promise<void> {
    if (this.#over !== null) return Promise.reject(new VirtioError(this.#over));
    if (!this.#running) return Promise.reject(new VirtioError(fault('bad_state', 'the device is not live')));
    return this.#queues.reset(index);
  }

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
    this.#queues.used(index);
  }

  /** What an EVENT_AVAIL of a queue carries; undefined where the device must not hear one. */
  positionOf(index: number): { next_offset: number; next_wrap: number } | undefined {
    return this.#running ? this.#queues.positionOf(index) : undefined;
  }

  configEvent(fields: Announcement): void {
    this.#config.announced(fields);
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
    this.#queues.deviceRemoved();
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
        // What has ended meanwhile has ended for good: its memory is not to be had back.
        if (this.#over !== null) return;
        if (reset) this.#queues.deviceReset();
        this.end(fault('removed', 'the driver let the device go'));
      };
      if (this.#bus.resetIsFatal) {
        end(false);
        return;
      }
      this.#stop(RESET);
      this.#init.makeVoid();
      resetDevice(this.#bus, this.number, () => this.#over !== null, end);
    });
  }

  #forBringUp(): BringUpOwner {
    return {
      bus: this.#bus,
      device: this.number,
      info: this.info,
      driver: this.driver,
      ask: (request, done) => this.#ask(request, done),
      up: (wish) => this.#up(wish),
      wasReset: () => this.#queues.deviceReset(),
    };
  }

  #forConfig(): ConfigOwner {
    return {
      bus: this.#bus,
      device: this.number,
      size: this.info.config_size,
      ask: (request, done) => this.#ask(request, done),
      doubt: (why) => this.#doubt(why),
      changed: () => this.#configChanged(),
    };
  }

  #forQueues(): QueuesOwner {
    const transport = this;
    return {
      bus: this.#bus,
      device: this.number,
      get settingUp() {
        return transport.state === 'setup';
      },
      get running() {
        return transport.#running;
      },
      wanted: () => this.#wanted(),
      tell: (event) => this.#init.tell(event),
      doubt: (why) => this.#doubt(why),
      isBack: (port) => this.driver.queueReset?.(port),
    };
  }

  #up(wish: BringUpWish): void {
    switch (wish.what) {
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
        this.#ended = wish.fault;
        this.#halt(wish.fault);
        this.#fail(wish.fault);
        return;
      case 'suspended':
      case 'gone':
    }
  }

  #setUp(): void {
    const life = this.#init;
    this.#queues.setUp(life.chosen, (request, done) =>
      this.#ask(request, (response, why) => {
        if (!life.isVoid) done(response, why);
      }),
    );
  }

  /** The queues the driver wants; null, and the device is given up, where it fails to say. */
  #wanted(): readonly WantedQueue[] | null {
    try {
      return this.driver.queues((feature) => this.has(feature), this.info);
    } catch (reason) {
      this.#init.tell({ type: 'abandon', fault: driverFault(reason) });
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
    this.#queues.deviceLive();
    this.#running = true;
    settle(
      () => this.driver.live(this),
      () => {
        if (time !== this.#time) return;
        this.#liveDone = true;
        for (const { resolve } of this.#waiters.splice(0)) resolve();
      },
      (reason) => {
        if (time === this.#time) this.#init.tell({ type: 'abandon', fault: driverFault(reason) });
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
    this.#queues.end(why);
    this.#config.halt(why);
    this.#queues.endResets(why);
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

  #fail(why: Fault): void {
    for (const { reject } of this.#waiters.splice(0)) reject(new VirtioError(why));
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
        if (time === this.#time) this.#init.tell({ type: 'abandon', fault: driverFault(reason) });
      },
    );
  }

  #ask(request: TransportMessage, done: Answered): void {
    if (this.#over !== null) done(null, this.#over);
    else if (this.#held !== null) this.#held.push({ request, done });
    else this.#bus.submit(request, done);
  }
}
