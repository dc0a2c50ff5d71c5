import type { Announcement } from '../core/config/driver-config-contract.js';
import type { RequestMessage } from '../core/correlation/effect.js';
import {
  type HotplugContext,
  type HotplugEffect,
  type HotplugEvent,
  type HotplugState,
  hotplug,
  newHotplug,
} from '../core/discovery/hotplug.js';
import { type CountCode, type Fault, fault } from '../core/fault.js';
import type { Limits } from '../core/limits.js';
import type { Driver } from '../driver/driver.js';
import { DriverTransport } from '../driver/driver-transport.js';
import type { TransportBus } from '../driver/transport-bus.js';
import type { DeviceInfo } from '../wire/message.js';
import { Actor } from './actor.js';
import type { DriverBusNews } from './driver-bus-options.js';
import { VirtioError } from './error.js';
import type { RequestDesk } from './request-desk.js';

/** What the place of a device needs of its bus. */
export interface SlotBus {
  readonly limits: Limits;
  readonly desk: RequestDesk;
  transport(): Omit<TransportBus, 'close'>;
  /** Lets the queues of a device have events. */
  attach(device: number, queues: number): void;
  detach(device: number): void;
  arm(key: string, ms: number, call: () => void): void;
  cancel(key: string): void;
  moved(device: number, before: string, after: string): void;
  news(news: DriverBusNews): void;
  /** Why the bus has ended; null while it has not. */
  over(): Fault | null;
  /** Has the number asked about when its turn comes; `looked` is called when that is known. */
  look(device: number, looked: () => void): void;
  /** Nothing is there any more. */
  vacant(device: number): void;
  count(code: CountCode): void;
}

/** One device number of a driver's bus: what is there, and who drives it. */
export class DriverSlot {
  readonly number: number;
  readonly #bus: SlotBus;
  readonly #actor: Actor<HotplugState, HotplugContext, HotplugEvent, HotplugEffect>;
  #transport: DriverTransport | null = null;
  #driver: Driver | null = null;
  #request: number | null = null;
  #bound: (() => void) | null = null;
  /** Told when the look at the device that is under way is over; when the device is let go. */
  readonly #whenLooked: (() => void)[] = [];
  readonly #whenReleased: (() => void)[] = [];

  constructor(number: number, bus: SlotBus) {
    this.number = number;
    this.#bus = bus;
    this.#actor = new Actor(hotplug, newHotplug({ number, limits: bus.limits }), {
      perform: (effect) => this.#perform(effect),
      unfit: () => bus.count('bad_state'),
      moved: (before, after) => {
        bus.moved(number, before, after);
        if ((before === 'probing' || before === 'recheck') && !this.looking) this.#looked();
        if (after === 'absent') bus.vacant(number);
      },
    });
  }

  /** What is there; null where nothing is. */
  get info(): DeviceInfo | null {
    return this.#actor.context.info;
  }

  /** Whether the number may be spoken to and heard from. */
  get known(): boolean {
    const { state } = this.#actor;
    return state !== 'absent' && state !== 'probing' && state !== 'gone';
  }

  /** Whether it is being asked what is there. */
  get looking(): boolean {
    const { state } = this.#actor;
    return state === 'probing' || state === 'recheck';
  }

  /** Whether a device is on its way out: a look at the next one has to wait. */
  get leaving(): boolean {
    const { state } = this.#actor;
    return state === 'removing' || state === 'gone';
  }

  /** Whether nothing is remembered of the number. */
  get vacant(): boolean {
    return this.#actor.state === 'absent' && this.#transport === null;
  }

  /** Asks what is there, or whether it still is; `looked` is called when that is known. */
  look(looked: () => void): void {
    this.#whenLooked.push(looked);
    this.#actor.tell({ type: 'ready' });
    if (!this.looking) this.#looked();
  }

  tell(event: HotplugEvent): void {
    this.#actor.tell(event);
  }

  /** @throws {VirtioError} unsupported, bad_state, or why the device did not come up */
  async bind(driver: Driver): Promise<DriverTransport> {
    const { info } = this;
    if (info?.device_id !== driver.id)
      throw new VirtioError(
        fault('unsupported', `device ${this.number} is of type ${info?.device_id}, the driver for ${driver.id}`),
      );
    if (this.#driver !== null) throw new VirtioError(fault('bad_state', `device ${this.number} has a driver`));
    this.#driver = driver;
    this.#actor.tell({ type: 'bind' });
    // A second look at the device may be under way; the binding follows it.
    const transport = this.#transport as DriverTransport | null;
    if (transport === null) await new Promise<void>((resolve) => (this.#bound = resolve));
    const made = this.#transport as DriverTransport | null;
    if (made === null) throw new VirtioError(this.#why());
    try {
      await made.whenLive();
    } catch (reason) {
      // Nobody else has a hold of it, and its memory is still lent.
      await made.close();
      throw reason;
    }
    return made;
  }

  used(index: number): void {
    this.#transport?.used(index);
  }

  configEvent(fields: Announcement): void {
    this.#transport?.configEvent(fields);
  }

  /** What an EVENT_AVAIL of this queue carries; undefined where none may be sent. */
  position(index: number): { next_offset: number; next_wrap: number } | undefined {
    return this.#transport?.positionOf(index);
  }

  busDown(): void {
    this.#actor.tell({ type: 'bus_down' });
    // One that is just being let go is bound no more.
    this.#transport?.end(this.#why());
  }

  /** Resets the device and lets it go. */
  async close(): Promise<void> {
    if (this.#transport === null) return;
    const released = new Promise<void>((resolve) => this.#whenReleased.push(resolve));
    this.#actor.tell({ type: 'remove' });
    await released;
  }

  /** As `close`, and the device may be bound again. */
  async #reopen(): Promise<void> {
    await this.close();
    await new Promise<void>((resolve) => this.#bus.look(this.number, resolve));
  }

  /** Why there is no device any more. */
  #why(): Fault {
    return this.#bus.over() ?? fault('removed', `device ${this.number} was removed`, 'unknown');
  }

  #looked(): void {
    for (const looked of this.#whenLooked.splice(0)) looked();
  }

  #perform(effect: HotplugEffect): void {
    const { number } = this;
    const bus = this.#bus;
    switch (effect.type) {
      case 'request':
        this.#ask(effect.message as RequestMessage);
        return;
      case 'abandon':
        if (this.#request !== null) bus.desk.cancel(this.#request);
        this.#request = null;
        return;
      case 'hold':
        this.#transport?.hold();
        return;
      case 'resume':
        this.#transport?.resume();
        return;
      case 'fail_requests':
        bus.desk.removed(number);
        return;
      case 'return_buffers':
        this.#transport?.end(this.#why());
        return;
      case 'initialise':
        this.#start();
        return;
      case 'reset':
        void this.#letGo();
        return;
      case 'arm':
        bus.arm(`${number}:removal`, effect.ms, () => this.#actor.tell({ type: 'timer', timer: effect.timer }));
        return;
      case 'cancel':
        bus.cancel(`${number}:removal`);
        return;
      case 'up':
        this.#up(effect.event);
        return;
      case 'count':
        bus.count(effect.code);
    }
  }

  #ask(message: RequestMessage): void {
    const id = this.#bus.desk.submit(message, (response, why) => {
      if (this.#request !== null && this.#request !== id) return;
      this.#request = null;
      if (response?.name === 'GET_DEVICE_INFO') this.#actor.tell({ type: 'response', info: response.fields });
      else if (why?.code !== 'cancelled') this.#actor.tell({ type: 'failed', code: why?.code ?? 'bad_state' });
    });
    this.#request = id;
  }

  #start(): void {
    const { info } = this;
    if (this.#driver === null || info === null) return;
    this.#bus.attach(this.number, info.max_virtqueues);
    const bus = { ...this.#bus.transport(), close: () => this.#reopen() };
    this.#transport = new DriverTransport(this.number, info, this.#driver, bus);
    this.#bound?.();
    this.#bound = null;
    this.#transport.begin();
  }

  #up(event: Extract<HotplugEffect, { readonly type: 'up' }>['event']): void {
    const { number } = this;
    if (event.type === 'added') this.#bus.news({ type: 'added', number, info: event.info });
    else if (event.type === 'bus_state') this.#bus.news({ type: 'bus_state', number, state: event.state });
    else {
      this.#bus.news({ type: 'removed', number });
      this.#bound?.();
      this.#bound = null;
      if (event.abortive) this.#release();
      this.#driver = null;
    }
  }

  async #letGo(): Promise<void> {
    await this.#transport?.letGo();
    if (this.#actor.state === 'removing') this.#actor.tell({ type: 'reset_done' });
    // Whatever was asked behind the reset: its answer would find a number nobody knows.
    this.#bus.desk.removed(this.number);
    this.#release();
  }

  /** The driver has let go of everything that belonged to the device. */
  #release(): void {
    this.#transport?.end(this.#why());
    this.#transport = null;
    this.#driver = null;
    this.#bus.detach(this.number);
    if (this.#actor.state === 'gone') this.#actor.tell({ type: 'released' });
    else this.#bus.vacant(this.number);
    for (const released of this.#whenReleased.splice(0)) released();
  }
}
