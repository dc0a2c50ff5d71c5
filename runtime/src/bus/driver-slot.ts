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
import { type CountCode, fault } from '../core/fault.js';
import type { Limits } from '../core/limits.js';
import type { Driver } from '../driver/driver.js';
import { DriverTransport, type TransportBus } from '../driver/driver-transport.js';
import type { DeviceInfo } from '../wire/message.js';
import { Actor } from './actor.js';
import type { DriverBusNews } from './driver-bus.js';
import { VirtioError } from './error.js';
import type { RequestDesk } from './request-desk.js';

/** What the place of a device needs of its bus. */
export interface SlotBus {
  readonly limits: Limits;
  readonly desk: RequestDesk;
  transport(): TransportBus;
  /** Lets the queues of a device have events. */
  attach(device: number, queues: number): void;
  detach(device: number): void;
  arm(key: string, ms: number, call: () => void): void;
  cancel(key: string): void;
  moved(device: number, before: string, after: string): void;
  news(news: DriverBusNews): void;
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
  #probed: (() => void) | null = null;

  constructor(number: number, bus: SlotBus) {
    this.number = number;
    this.#bus = bus;
    this.#actor = new Actor(hotplug, newHotplug({ number, limits: bus.limits }), {
      perform: (effect) => this.#perform(effect),
      unfit: () => bus.count('bad_state'),
      moved: (before, after) => {
        bus.moved(number, before, after);
        if (before === 'probing') this.#endProbe();
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

  /** Asks what is there; `probed` is called when that is known. */
  probe(probed: () => void): void {
    this.#probed = probed;
    this.#actor.tell({ type: 'ready' });
    if (this.#actor.state !== 'probing') this.#endProbe();
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
    if (made === null) throw new VirtioError(fault('removed', `device ${this.number} is gone`));
    await made.whenLive();
    return made;
  }

  #bound: (() => void) | null = null;

  used(index: number): void {
    this.#transport?.used(index);
  }

  configEvent(fields: Announcement): void {
    this.#transport?.configEvent(fields);
  }

  /** What an EVENT_AVAIL of this queue carries. */
  position(index: number): { next_offset: number; next_wrap: number } {
    return this.#transport?.positionOf(index) ?? { next_offset: 0, next_wrap: 0 };
  }

  busDown(): void {
    this.#actor.tell({ type: 'bus_down' });
  }

  /** Resets the device and lets it go. */
  async close(): Promise<void> {
    if (this.#transport === null) return;
    this.#actor.tell({ type: 'remove' });
    await this.#closing;
  }

  #closing: Promise<void> | null = null;

  #endProbe(): void {
    const probed = this.#probed;
    this.#probed = null;
    probed?.();
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
        this.#transport?.end(fault(effect.code, `device ${number} was removed`, 'unknown'));
        return;
      case 'initialise':
        this.#start();
        return;
      case 'reset':
        this.#closing = (this.#transport?.close() ?? Promise.resolve()).then(() =>
          this.#actor.tell({ type: 'reset_done' }),
        );
        this.#closing = this.#closing.then(() => this.#release());
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
    this.#transport = new DriverTransport(this.number, info, this.#driver, this.#bus.transport());
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
      if (event.abortive) this.#release();
      this.#driver = null;
    }
  }

  /** The driver has let go of everything that belonged to the device. */
  #release(): void {
    this.#transport?.end(fault('removed', `device ${this.number} was removed`, 'unknown'));
    this.#transport = null;
    this.#driver = null;
    this.#bus.detach(this.number);
    this.#actor.tell({ type: 'released' });
  }
}
