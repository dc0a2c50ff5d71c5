import { type Agreement, valid } from '../core/bus/agreement.js';
import {
  type DeviceBusContext,
  type DeviceBusEffect,
  type DeviceBusEvent,
  type DeviceBusState,
  deviceBus,
  newDeviceBus,
  routes,
} from '../core/bus/device-bus.js';
import type { CorrelationEffect } from '../core/correlation/effect.js';
import { ReplySlots, type SlotRef } from '../core/correlation/reply-slots.js';
import { unknownDeviceAnswer } from '../core/device/unknown-device.js';
import type { CountCode } from '../core/fault.js';
import { DEFAULT_LIMITS, type Limits } from '../core/limits.js';
import { checkDevice } from '../host/check-device.js';
import type { Device } from '../host/device.js';
import { DeviceHost, type HostBus } from '../host/device-host.js';
import { type Clock, REAL_CLOCK } from '../medium/clock.js';
import type { Medium } from '../medium/medium.js';
import type { Dialect } from '../wire/dialect.js';
import { DIALECTS } from '../wire/dialects.js';
import type { Message, TransportMessage } from '../wire/message.js';
import { Actor } from './actor.js';
import { Alarms } from './alarms.js';
import { Counters } from './counters.js';
import type { DeviceBusNews, DeviceBusOptions } from './device-bus-options.js';
import { eventMessage } from './event-message.js';
import { EventPump } from './event-pump.js';
import { hostBus } from './host-services.js';
import { HostTimers } from './host-timers.js';
import { Link, type LinkUser } from './link.js';
import { tellWatcher } from './rethrow.js';
import type { Timers } from './timers.js';

/** Answers that may wait for room before requests are dropped: a driver that reads its answers never has so many out. */
const keptAnswers = (limits: Limits): number => limits.maxInFlightPerBus;

/**
 * The device side of a bus: it answers for the bus, and lets each of its devices talk to the driver under its number.
 *
 * @example
 * const bus = new DeviceBus({ medium, dialect: 'v1-2026', memory });
 * bus.add(1, new EntropyDevice());
 */
export class DeviceBus {
  readonly counters = new Counters();
  readonly #options: DeviceBusOptions;
  readonly #dialect: Dialect;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #hosts = new Map<number, DeviceHost>();
  /** Who waits for the answer to a proposal, in the order they proposed. */
  readonly #proposals: ((answer: Agreement | null) => void)[] = [];
  /** Whom to tell when a device is reset with the bus. */
  readonly #whenReset = new Map<DeviceHost, () => void>();
  readonly #actor: Actor<DeviceBusState, DeviceBusContext, DeviceBusEvent, DeviceBusEffect>;
  readonly #slots: ReplySlots;
  readonly #timers: Timers<number | string>;
  readonly #events: EventPump;
  readonly #hostBus: HostBus;
  #link: Link;

  /** @throws {RangeError} for a medium that carries less than the dialect needs */
  constructor(options: DeviceBusOptions) {
    this.#options = options;
    this.#dialect = DIALECTS[options.dialect];
    const { minMessage, name } = this.#dialect;
    if (!(options.medium.maxMessage >= minMessage))
      throw new RangeError(
        `messages of ${options.medium.maxMessage} bytes; a bus of ${name} has at least ${minMessage}`,
      );
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#clock = options.clock ?? REAL_CLOCK;
    // Whatever a device has to wait for has its own limit and its own answer, for the last of which this one leaves time.
    const { queueQuiesce, resetTimeout } = this.#limits;
    this.#slots = new ReplySlots({ ...this.#limits, queueQuiesce: queueQuiesce + resetTimeout });
    const alarms = new Alarms(this.#clock, (slot) => this.#correlate(this.#slots.timer(slot)));
    this.#timers = alarms.timers;
    this.#events = new EventPump({
      limits: this.#limits,
      delivery: { inBand: true, outOfBand: false, poll: null },
      signals: 'used',
      clock: this.#clock,
      count: (code) => this.#count(code),
      deliver: (event) => {
        const message = eventMessage(event);
        return message === null || this.#send(message);
      },
    });
    const { medium, transportFeatures = 0, revisions } = options;
    const context = newDeviceBus({
      negotiates: revisions !== undefined,
      revisions: revisions ?? [1],
      ours: { maxSize: medium.maxMessage, features: transportFeatures },
      polled: false,
      headerSize: this.#dialect.headerSize,
      granule: this.#dialect.granule,
    });
    this.#actor = new Actor(deviceBus, context, {
      perform: (effect) => this.#perform(effect),
      unfit: (event) => {
        this.#count('bad_state');
        if (event.type === 'version_request') this.#proposals.shift()?.(null);
      },
      moved: (before, after) => options.tracer?.state?.('device bus', null, before, after),
    });
    this.#hostBus = hostBus({
      options,
      dialect: this.#dialect,
      limits: this.#limits,
      clock: this.#clock,
      events: this.#events,
      timers: new HostTimers(alarms),
      answer: (slot, response) => this.#correlate(this.#slots.answer(slot, response)),
      discard: (slot) => this.#correlate(this.#slots.discard(slot)),
      config: (event) => this.#send(event),
      news: (news) => this.#news(news),
      count: (code) => this.#count(code),
    });
    this.#link = this.#linkTo(medium);
    this.#start();
  }

  /** Numbers of the devices here, ascending. */
  get devices(): readonly number[] {
    return [...this.#hosts.keys()].sort((a, b) => a - b);
  }

  /**
   * Puts a device on the bus under a free number, 0 to 65535; the driver is told.
   *
   * @throws {RangeError} for a number that is taken or none, and for a device no driver could be told of
   */
  add(number: number, device: Device): void {
    if ((number & 0xffff) !== number) throw new RangeError(`device number ${number} is not within 0..65535`);
    if (this.#hosts.has(number)) throw new RangeError(`device number ${number} is taken`);
    checkDevice(device);
    const host = new DeviceHost(number, device, this.#hostBus);
    const { agreement } = this.#actor.context;
    if (agreement !== null) host.agreed(agreement);
    this.#hosts.set(number, host);
    this.#events.attach(number, { queues: device.queues.length, notificationData: false });
    this.#actor.tell({ type: 'added', device: number });
  }

  /** Takes a device off the bus; the driver is told. False where there is none. */
  remove(number: number): boolean {
    const host = this.#hosts.get(number);
    if (host === undefined) return false;
    this.#hosts.delete(number);
    this.#events.detach(number);
    this.#correlate(this.#slots.deviceRemoved(number));
    // Told first: whoever hears of the removal may put another device under the number.
    this.#actor.tell({ type: 'removed', device: number });
    host.remove();
    return true;
  }

  /** Device status, as the driver would read it; undefined where there is no such device. */
  statusOf(number: number): number | undefined {
    return this.#hosts.get(number)?.status;
  }

  /**
   * A notification that came outside of messages, as a doorbell: buffers may be waiting in these queues, or in any of the
   * device where `queues` is null.
   */
  notify(number: number, queues: readonly number[] | null = null): void {
    this.#hosts.get(number)?.look(queues);
  }

  /** Goes on with another medium after the last one went down. Its messages must not be larger. */
  attach(medium: Medium): void {
    if (this.#actor.state !== 'listening') throw new Error(`the bus is ${this.#actor.state}: it has a medium`);
    if (medium.maxMessage < this.#options.medium.maxMessage)
      throw new RangeError(
        `messages of ${medium.maxMessage} bytes, and devices count on ${this.#options.medium.maxMessage}`,
      );
    this.#link = this.#linkTo(medium);
    this.#link.open();
    this.#connected();
    // The last medium may have been full.
    this.#writable();
  }

  /**
   * The driver side proposes a revision, a largest message and transport features by means of the medium: what is agreed
   * on, or null for no. What is agreed on stays until `reset` or the end of the medium. Null, too, on a bus that was given
   * no `revisions`, and for messages smaller than the dialect has at least. A `DriverBus` takes what this gives as the answer of its own `negotiate`.
   */
  negotiate(proposal: Agreement): Promise<Agreement | null> {
    const { revisions } = this.#options;
    if (revisions === undefined || valid(proposal, this.#dialect.minMessage) === null) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#proposals.push(resolve);
      this.#actor.tell({ type: 'version_request', ...proposal });
    });
  }

  /** The driver asked for a reset of the whole bus by means of its medium. Resolved when the devices are reset. */
  async reset(): Promise<void> {
    if (this.#actor.state !== 'up' && this.#actor.state !== 'negotiated') return;
    const quiet = [...this.#hosts.values()].map((host) => new Promise<void>((done) => this.#whenReset.set(host, done)));
    this.#correlate(this.#slots.busDown());
    this.#actor.tell({ type: 'bus_reset' });
    this.#connected();
    await Promise.all(quiet);
  }

  /** Resets the devices and closes the medium. */
  close(): void {
    this.#correlate(this.#slots.busDown());
    this.#actor.tell({ type: 'close' });
    this.#events.stop();
  }

  #start(): void {
    this.#events.start();
    this.#actor.tell({ type: 'open' });
    this.#link.open();
    this.#connected();
  }

  /** Where a revision is negotiated, it is the driver side's turn. */
  #connected(): void {
    if (!this.#actor.context.negotiates) this.#actor.tell({ type: 'connected' });
  }

  #linkTo(medium: Medium): Link {
    const user: LinkUser = {
      message: (message) => this.#received(message),
      // The device side asks nothing, so nobody waits.
      malformed: () => {},
      knows: (device) => this.#hosts.has(device),
      writable: () => this.#writable(),
      down: (reason) => {
        this.#correlate(this.#slots.busDown());
        this.#actor.tell({ type: 'medium_lost' });
        this.#news({ type: 'down', reason });
      },
    };
    const { counters } = this;
    return new Link({ dialect: this.#dialect, side: 'device', medium, user, counters, tracer: this.#options.tracer });
  }

  #received(message: Message): void {
    // A driver that asks and does not read would have us keep answers without end.
    if (this.#link.kept >= keptAnswers(this.#limits) && message.kind === 'request') this.#count('limit');
    // The row nearly every message takes, which changes nothing of the bus: without the machine it costs a twentieth less.
    else if (this.#actor.idle && routes(this.#actor.state, this.#actor.context, message)) this.#route(message);
    else this.#actor.tell({ type: 'received', message });
  }

  #writable(): void {
    for (const host of this.#hosts.values()) host.writable();
    this.#events.writable();
  }

  #news(news: DeviceBusNews): void {
    tellWatcher(this.#options.watch, news);
  }

  #perform(effect: DeviceBusEffect): void {
    switch (effect.type) {
      case 'limits':
        this.#agreed(effect.agreement);
        return;
      case 'send':
        if (effect.message.name !== 'EVENT_DEVICE') this.#link.post(effect.message);
        else if (!this.#options.quirks?.includes('no-bus-messages')) {
          const { device_number: number, device_bus_state: state } = effect.message.fields;
          this.#events.tell({ type: 'device', number, state });
        }
        return;
      case 'route':
        this.#route(effect.message);
        return;
      case 'reset_devices':
        for (const host of this.#hosts.values()) {
          host.reset(this.#whenReset.get(host));
          this.#whenReset.delete(host);
        }
        return;
      case 'close_medium':
        this.#link.close();
        return;
      case 'count':
        this.#count(effect.code);
        return;
      case 'accept':
        this.#proposals.shift()?.(effect.agreement);
        return;
      case 'refuse':
        this.#proposals.shift()?.(null);
        return;
      // Nobody polls, and nothing is mapped.
      case 'record':
      case 'release_memory':
      case 'reset_done':
      case 'up':
    }
  }

  #agreed(agreement: Agreement): void {
    this.#link.limit(agreement.maxSize);
    for (const host of this.#hosts.values()) host.agreed(agreement);
  }

  #route(message: TransportMessage): void {
    const host = this.#hosts.get(message.device);
    if (message.kind === 'event') {
      host?.event(message);
      return;
    }
    if (message.kind !== 'request') return;
    const { slot, effects } = this.#slots.request(message);
    this.#correlate(effects);
    if (slot === null) return;
    if (host !== undefined) host.request(message, slot);
    else this.#answerForNobody(message, slot);
    if (slot.state === 'open') this.#correlate(this.#slots.wait(slot));
  }

  #answerForNobody(message: TransportMessage, slot: SlotRef): void {
    const answer = unknownDeviceAnswer(this.#dialect.name, message, this.#options.unknownDevice);
    if (answer !== null) this.#correlate(this.#slots.answer(slot, answer as never));
    else {
      this.#correlate(this.#slots.discard(slot));
      this.#count('no_device');
    }
  }

  #correlate(effects: readonly CorrelationEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'send':
          this.#link.post(effect.message);
          break;
        case 'arm':
          this.#timers.arm(effect.timer, effect.ms);
          break;
        case 'cancel':
          this.#timers.cancel(effect.timer);
          break;
        case 'needs_reset':
          this.#hosts.get(effect.device)?.broken('handler');
          break;
        case 'drop':
        case 'count':
          this.#count(effect.code);
          break;
      }
    }
  }

  /** False where there is no room now. An event for a medium that is gone has nobody to hear it. */
  #send(event: Message): boolean {
    return this.#link.send(event) !== 'full';
  }

  #count(code: CountCode): void {
    this.#link.count(code);
  }
}
