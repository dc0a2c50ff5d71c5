import type { Agreement } from '../core/bus/agreement.js';
import type { PendingEvent } from '../core/bus/pending.js';
import type { RequestMessage } from '../core/correlation/effect.js';
import { STRICT_GENERATION } from '../core/device/texts.js';
import { hotplugEvent } from '../core/discovery/hotplug.js';
import type { CountCode, Fault } from '../core/fault.js';
import type { Limits } from '../core/limits.js';
import { BufferPool } from '../driver/buffer-pool.js';
import type { TransportBus } from '../driver/transport-bus.js';
import { RING_FEATURES } from '../host/features.js';
import type { Clock } from '../medium/clock.js';
import type { Dialect } from '../wire/dialect.js';
import type { DeviceInfo } from '../wire/message.js';
import type { Alarms } from './alarms.js';
import type { DriverBusNews, DriverBusOptions } from './driver-bus-options.js';
import type { DriverEvents } from './driver-events.js';
import { DriverSlot, type SlotBus } from './driver-slot.js';
import { LookQueue } from './look-queue.js';
import type { RequestDesk } from './request-desk.js';

/** What the devices of a driver's bus need of it. */
export interface SlotsBus {
  readonly options: DriverBusOptions;
  readonly dialect: Dialect;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly desk: RequestDesk;
  readonly events: DriverEvents;
  readonly alarms: Alarms;
  isUp(): boolean;
  /** What was agreed on with the device side; null before. */
  agreement(): Agreement | null;
  /** Why the bus has ended; null while it has not. */
  over(): Fault | null;
  /** Every number that was to be looked at was. */
  looked(): void;
  news(news: DriverBusNews): void;
  count(code: CountCode): void;
}

/** The devices of a driver's bus, by number: what is there, what comes and what goes. */
export class DriverSlots {
  readonly #bus: SlotsBus;
  readonly #slots = new Map<number, DriverSlot>();
  readonly #looks: LookQueue;
  readonly #pool: BufferPool;
  readonly #slotBus: SlotBus;

  constructor(bus: SlotsBus) {
    this.#bus = bus;
    this.#pool = new BufferPool(bus.options.memory);
    this.#looks = new LookQueue({
      look: (number, looked) => this.#open(number).look(looked),
      over: () => bus.over() !== null,
      idle: () => bus.looked(),
    });
    this.#slotBus = this.#forSlots();
  }

  get(number: number): DriverSlot | undefined {
    return this.#slots.get(number);
  }

  /** Whether a number may be spoken to and heard from. */
  knows(number: number): boolean {
    return this.#slots.get(number)?.known === true;
  }

  /** The devices that are there, by number. */
  get present(): ReadonlyMap<number, DeviceInfo> {
    const present = [...this.#slots].flatMap(([number, { info }]): [number, DeviceInfo][] =>
      info === null ? [] : [[number, info]],
    );
    return new Map(present.sort(([a], [b]) => a - b));
  }

  /** Asks what is there under these numbers. */
  look(numbers: readonly number[]): void {
    this.#looks.addAll(numbers);
  }

  /** An event whose turn has come. */
  heard(event: PendingEvent): void {
    if (event.type === 'used') this.#slots.get(event.device)?.used(event.index);
    else if (event.type === 'device') this.#hotplugged(event);
  }

  /** The bus has ended. */
  end(): void {
    for (const slot of [...this.#slots.values()]) slot.busDown();
    this.#looks.end();
  }

  /** Resets the devices that have a driver and lets them go. */
  async close(): Promise<void> {
    await Promise.all([...this.#slots.values()].map((slot) => slot.close()));
  }

  #open(number: number): DriverSlot {
    let slot = this.#slots.get(number);
    if (slot === undefined) {
      slot = new DriverSlot(number, this.#slotBus);
      this.#slots.set(number, slot);
    }
    return slot;
  }

  #lookAt(number: number, looked?: () => void): void {
    if (this.#bus.isUp()) this.#looks.add(number, looked);
    else looked?.();
  }

  #hotplugged(event: Extract<PendingEvent, { readonly type: 'device' }>): void {
    const { number, state } = event;
    const what = hotplugEvent(event);
    const slot = this.#slots.get(number);
    if (what.type === 'ready' && slot?.looking !== true && slot?.leaving !== true) {
      this.#lookAt(number);
      return;
    }
    if (what.type === 'removed') this.#looks.forget(number);
    if (slot !== undefined) slot.tell(what);
    // Nothing is kept for a number without a device.
    else if (what.type === 'state') this.#bus.news({ type: 'bus_state', number, state });
  }

  #forgetVacant(number: number): void {
    if (this.#slots.get(number)?.vacant) this.#slots.delete(number);
  }

  #forSlots(): SlotBus {
    const bus = this.#bus;
    const { limits, clock, desk, events, alarms } = bus;
    return {
      limits,
      desk,
      transport: () => this.#forTransport(),
      attach: (device, queues) => events.attach(device, queues),
      detach: (device) => events.detach(device),
      arm: (key, ms, call) => alarms.arm(key, ms, call),
      cancel: (key) => alarms.cancel(key),
      moved: (device, before, after) => bus.options.tracer?.state?.('hotplug', device, before, after),
      news: (news) => bus.news(news),
      over: () => bus.over(),
      look: (device, looked) => this.#lookAt(device, looked),
      vacant: (device) => clock.soon(() => this.#forgetVacant(device)),
      count: (code) => bus.count(code),
    };
  }

  #forTransport(): Omit<TransportBus, 'close'> {
    const bus = this.#bus;
    const { dialect, limits, clock, desk, events, alarms } = bus;
    const { medium, tracer, transportFeatures = 0, ringFeatures = RING_FEATURES, quirks = [], delivery } = bus.options;
    const agreement = bus.agreement();
    const features = agreement?.features ?? transportFeatures;
    return {
      dialect,
      limits,
      clock,
      pool: this.#pool,
      maxMessage: agreement?.maxSize ?? medium.maxMessage,
      strictGeneration: dialect.generation === 'always' || (features & STRICT_GENERATION) !== 0,
      ringFeatures,
      outOfBand: delivery?.inBand === false,
      sizeBeforeSetup: quirks.includes('size-before-setup'),
      resetIsFatal: quirks.includes('reset-is-fatal'),
      submit: (request, done) => void desk.submit(request as RequestMessage, done),
      avail: (device, index) => events.avail(device, index),
      queueLive: (device, index, live) => events.live(device, index, live),
      running: (device, running) => events.running(device, running),
      arm: (key, ms, call) => alarms.arm(key, ms, call),
      cancel: (key) => alarms.cancel(key),
      moved: (machine, device, before, after) => tracer?.state?.(machine, device, before, after),
      count: (code) => bus.count(code),
    };
  }
}
