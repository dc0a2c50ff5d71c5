import type { Agreement } from '../core/bus/agreement.js';
import {
  type BusTimer,
  type DriverBusContext,
  type DriverBusEffect,
  type DriverBusEvent,
  type DriverBusState,
  type DriverBusUp,
  driverBus,
  newDriverBus,
} from '../core/bus/driver-bus.js';
import type { RequestMessage, ResponseMessage } from '../core/correlation/effect.js';
import { type CountCode, type Fault, type FaultCode, fault } from '../core/fault.js';
import { DEFAULT_LIMITS, type Limits } from '../core/limits.js';
import type { Driver } from '../driver/driver.js';
import type { DriverTransport } from '../driver/driver-transport.js';
import { type Clock, REAL_CLOCK } from '../medium/clock.js';
import type { Down } from '../medium/medium.js';
import type { Dialect } from '../wire/dialect.js';
import { DIALECTS } from '../wire/dialects.js';
import type { DeviceInfo, Message } from '../wire/message.js';
import { Actor } from './actor.js';
import { Alarms } from './alarms.js';
import { AnswersAsText } from './answers-as-text.js';
import { Counters } from './counters.js';
import type { DriverBusNews, DriverBusOptions } from './driver-bus-options.js';
import { DriverEvents } from './driver-events.js';
import { DriverSlots } from './driver-slots.js';
import { VirtioError } from './error.js';
import { type Enumeration, findDevices } from './find-devices.js';
import { Link, type LinkUser } from './link.js';
import { negotiateRevision } from './negotiate-revision.js';
import { Opening } from './opening.js';
import { promisedAnswer } from './promised-answer.js';
import { type Answered, RequestDesk } from './request-desk.js';
import { tellWatcher } from './rethrow.js';
import { whyDown } from './why-down.js';

/**
 * The driver side of a bus: finds the devices, brings them up for their drivers, and ends what cannot go on.
 *
 * @example
 * const bus = await DriverBus.open({ medium, dialect: 'v1-2026', memory });
 * const disk = new BlockDriver();
 * await bus.bind(2, disk);
 */
export class DriverBus {
  readonly counters = new Counters();
  readonly #options: DriverBusOptions;
  readonly #dialect: Dialect;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #link: Link;
  readonly #desk: RequestDesk;
  readonly #alarms: Alarms;
  readonly #events: DriverEvents;
  readonly #asText: AnswersAsText;
  readonly #actor: Actor<DriverBusState, DriverBusContext, DriverBusEvent, DriverBusEffect>;
  readonly #slots: DriverSlots;
  #enumeration: Enumeration | null = null;
  /** The devices are known that were there when the bus was opened. */
  #listed = false;
  /** Why the bus has ended. */
  #over: Fault | null = null;
  readonly #opening = new Opening();
  #closed: (() => void) | null = null;
  #closing: Promise<void> | null = null;
  #reason: Down | null = null;
  #complete = true;

  /** Opens a bus and finds its devices. Rejected with `bus_down`, `revision`, `timeout` or, by the signal, `cancelled`. */
  static async open(options: DriverBusOptions, signal?: AbortSignal): Promise<DriverBus> {
    const bus = new DriverBus(options);
    await bus.#open(signal);
    return bus;
  }

  private constructor(options: DriverBusOptions) {
    this.#options = options;
    this.#dialect = DIALECTS[options.dialect];
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#clock = options.clock ?? REAL_CLOCK;
    this.#alarms = new Alarms(this.#clock, (id) => this.#desk.timer(id));
    this.#asText = new AnswersAsText(this.#dialect, options.quirks ?? []);
    const { medium, tracer } = options;
    const { counters } = this;
    this.#link = new Link({ dialect: this.#dialect, side: 'driver', medium, user: this.#user(), counters, tracer });
    this.#desk = new RequestDesk({
      dialect: this.#dialect,
      side: 'driver',
      limits: this.#limits,
      maxMessage: medium.maxMessage,
      knows: (device) => this.#slots.knows(device),
      ...(options.order === undefined ? {} : { order: options.order }),
      send: (message) => this.#send(message),
      timers: this.#alarms.timers,
      count: (code) => this.#count(code),
      soon: (call) => this.#clock.soon(call),
      ping: () => this.#pingNow(),
      broken: (code) => this.#fail(code),
    });
    this.#events = new DriverEvents({
      limits: this.#limits,
      clock: this.#clock,
      count: (code: CountCode) => this.#count(code),
      delivery: options.delivery ?? { inBand: true, outOfBand: false, poll: null },
      heard: (event) => this.#slots.heard(event),
      announce: (device, index) => this.#announce(device, index),
    });
    this.#slots = new DriverSlots({
      options,
      dialect: this.#dialect,
      limits: this.#limits,
      clock: this.#clock,
      desk: this.#desk,
      events: this.#events,
      alarms: this.#alarms,
      isUp: () => this.state === 'up',
      agreement: () => this.#actor.context.agreement,
      over: () => this.#over,
      looked: () => {
        if (this.#listed) this.#opening.resolve();
      },
      news: (news) => this.#news(news),
      count: (code) => this.#count(code),
    });
    const context = newDriverBus({
      limits: this.#limits,
      leastSize: this.#dialect.minMessage,
      ...(options.devices === undefined ? {} : { devices: options.devices }),
      ...(options.pings === undefined ? {} : { pings: options.pings }),
    });
    this.#actor = new Actor(driverBus, context, {
      perform: (effect) => this.#perform(effect),
      unfit: () => this.#count('bad_state'),
      moved: (before, after) => this.#moved(before, after),
    });
  }

  get state(): DriverBusState {
    return this.#actor.state;
  }

  /** Whether the list of devices is whole: false where the enumeration broke off. */
  get complete(): boolean {
    return this.#complete;
  }

  /** The devices that are there, by number. */
  get devices(): ReadonlyMap<number, DeviceInfo> {
    return this.#slots.present;
  }

  /**
   * Brings a device up for a driver, which has it until `DriverTransport.close`, the removal of the device or the end of
   * the bus. Resolved when the driver is live.
   *
   * @throws {VirtioError} no_device, bad_state (it has a driver), unsupported (another device type), or why it failed; the
   * device is then free again
   */
  async bind(number: number, driver: Driver): Promise<DriverTransport> {
    if (this.state !== 'up') throw new VirtioError(this.#over ?? fault('bus_down', `the bus is ${this.state}`));
    const slot = this.#slots.get(number);
    if (slot === undefined || slot.info === null)
      throw new VirtioError(fault('no_device', `there is no device ${number}`));
    return slot.bind(driver);
  }

  /**
   * Sends any request; its token is the bus's business. For tools and tests: a bound driver has its own ways.
   *
   * @throws {VirtioError} timeout, cancelled, reset, removed, bus_down, too_big, no_device, limit, …
   */
  request<Name extends RequestMessage['name']>(
    request: Extract<RequestMessage, { readonly name: Name }>,
    options: { readonly signal?: AbortSignal; readonly timeout?: number } = {},
  ): Promise<Extract<ResponseMessage, { readonly name: Name }>> {
    return promisedAnswer(this.#desk, request, options);
  }

  /** As `request`, without a promise: `done` is called once. `timeout` in milliseconds. Returns a name to cancel it by. */
  submit(request: RequestMessage, done: Answered, timeout?: number): number {
    return this.#desk.submit(request, done, timeout);
  }

  /** Gives up a request; it ends with `cancelled`. The device may act on it all the same. */
  cancel(id: number): void {
    this.#desk.cancel(id);
  }

  /** A notification that came outside of messages: of these queues, or of all of the device where `queues` is null. */
  notify(device: number, queues: readonly number[] | null = null): void {
    this.#events.outOfBand(device, queues);
  }

  /** The medium has agreed on other limits (virtio-msg pr28). */
  limitsChanged(agreement: Agreement): void {
    this.#actor.tell({ type: 'limits_changed', agreement });
  }

  /**
   * Ends the bus. `graceful` resets the devices first, as far as they answer in time; `abortive` ends that, too, where it is
   * under way.
   */
  async close(how: 'graceful' | 'abortive' = 'graceful'): Promise<void> {
    const { state } = this.#actor;
    if (state === 'down' || state === 'failed') {
      this.#link.close();
      return;
    }
    this.#closing ??= new Promise<void>((resolve) => {
      this.#closed = resolve;
    });
    if (state !== 'draining') this.#actor.tell({ type: 'close', how: state === 'up' ? how : 'abortive' });
    else if (how === 'abortive') this.#busTimer('drain');
    await this.#closing;
  }

  #open(signal: AbortSignal | undefined): Promise<void> {
    const begin = (): void => {
      this.#events.start();
      this.#actor.tell({ type: 'open' });
    };
    const giveUp = (begun: boolean): void => {
      if (begun) this.#actor.tell({ type: 'close', how: 'abortive' });
      else this.#link.close();
    };
    return this.#opening.begin(begin, giveUp, signal);
  }

  #moved(before: DriverBusState, after: DriverBusState): void {
    this.#options.tracer?.state?.('driver bus', null, before, after);
    if (after !== 'down' && after !== 'failed') return;
    this.#events.stop();
    this.#closed?.();
    this.#closed = null;
  }

  #user(): LinkUser {
    return {
      message: (message, bytes) => this.#message(message, bytes),
      malformed: (head, code) => this.#desk.malformed(head, code),
      knows: (device) => this.#slots.knows(device),
      writable: () => {
        this.#desk.writable();
        this.#events.writable();
      },
      down: (reason) => {
        this.#reason = reason;
        this.#lost();
      },
    };
  }

  #message(message: Message, bytes: Uint8Array): void {
    if (message.kind === 'response') this.#desk.response(this.#asText.of(message, bytes));
    else if (message.name === 'EVENT_USED') this.#events.used(message.device, message.fields.vq_index);
    else if (message.name === 'EVENT_CONFIG') this.#slots.get(message.device)?.configEvent(message.fields);
    // A peer that asks and does not read would have us keep answers without end.
    else if (message.kind === 'request' && this.#link.kept >= this.#limits.maxInFlightPerBus) this.#count('limit');
    else this.#actor.tell({ type: 'received', message });
  }

  #send(message: Message): ReturnType<Link['send']> {
    const sent = this.#link.send(message);
    if (sent === 'sent') this.#asText.sent(message);
    return sent;
  }

  #perform(effect: DriverBusEffect): void {
    switch (effect.type) {
      case 'start_medium':
        this.#link.open();
        this.#actor.tell({ type: 'medium_ready' });
        return;
      case 'close_medium':
        this.#end('bus_down');
        this.#link.close();
        return;
      case 'new_epoch':
        this.#desk.up();
        return;
      case 'negotiate':
        this.#negotiate();
        return;
      case 'limits':
        this.#link.limit(effect.agreement.maxSize);
        this.#desk.limit(effect.agreement.maxSize);
        return;
      case 'enumerate':
        if (effect.known !== null) this.#actor.tell({ type: 'enumerated', devices: effect.known });
        else this.#enumerate(effect.maxSize);
        return;
      case 'arm':
        this.#alarms.arm(`bus:${effect.timer}`, effect.ms, () => this.#busTimer(effect.timer));
        return;
      case 'cancel':
        this.#alarms.cancel(`bus:${effect.timer}`);
        return;
      case 'request':
        this.#desk.submit(effect.message as RequestMessage, (response) => {
          if (response?.name === 'PING') this.#actor.tell({ type: 'response', message: response });
        });
        return;
      case 'send':
        this.#link.post(effect.message);
        return;
      case 'device': {
        const { number, state } = effect;
        if (this.#enumeration?.state === 'page') this.#enumeration.tell({ type: 'device', number, state });
        else this.#events.device(number, state);
        return;
      }
      case 'fail_requests':
        this.#end(effect.code === 'peer_dead' ? 'peer_dead' : 'bus_down');
        return;
      case 'reset_devices':
        this.#drain();
        return;
      case 'up':
        this.#up(effect.event);
        return;
      case 'count':
        this.#count(effect.code);
        return;
      // Went with the requests.
      case 'remove_devices':
    }
  }

  #busTimer(timer: BusTimer): void {
    this.#actor.tell({ type: 'timer', timer });
  }

  #negotiate(): void {
    negotiateRevision(this.#options, {
      limits: this.#limits,
      alarms: this.#alarms,
      settled: (agreement) =>
        this.#actor.tell(agreement === null ? { type: 'no_common_revision' } : { type: 'agreed', agreement }),
      count: (code) => this.#count(code),
    });
  }

  #enumerate(maxSize: number): void {
    const { widestWindow, quirks = [] } = this.#options;
    this.#enumeration = findDevices({
      maxSize,
      headerSize: this.#dialect.headerSize,
      granule: this.#dialect.granule,
      limits: this.#limits,
      quirks,
      ...(widestWindow === undefined ? {} : { widestWindow }),
      submit: (request, done) => this.#desk.submit(request, done),
      tell: (event) => this.#actor.tell(event),
      device: (number, state) => this.#events.device(number, state),
      count: (code) => this.#count(code),
    });
    this.#enumeration.tell({ type: 'start' });
  }

  #up(event: DriverBusUp): void {
    if (event.type === 'ready') {
      this.#complete = event.complete;
      this.#listed = true;
      this.#slots.look(event.devices);
      return;
    }
    const { code } = event;
    this.#end(code === 'peer_dead' ? 'peer_dead' : 'bus_down');
    if (this.#opening.pending) {
      this.#opening.reject(new VirtioError(fault(code, this.#text(code))));
      // Nobody else has a hold of it.
      this.#link.close();
    }
    this.#news({ type: 'down', code, reason: this.#reason });
  }

  /** Ends whatever is under way, by the time and for the reason the bus itself ends. */
  #end(code: 'bus_down' | 'peer_dead'): void {
    if (this.#over !== null) return;
    this.#over = fault(code, this.#text(code), 'unknown');
    this.#desk.down(code);
    this.#slots.end();
    this.#alarms.clear();
  }

  #text(code: FaultCode): string {
    return whyDown(code, this.#reason, this.#dialect, this.#options.medium.maxMessage);
  }

  #news(news: DriverBusNews): void {
    tellWatcher(this.#options.watch, news);
  }

  /** The medium is gone. */
  #lost(): void {
    // Nobody is left who could answer the resets.
    if (this.state === 'draining') this.#busTimer('drain');
    else this.#actor.tell({ type: 'medium_lost' });
  }

  /** Responses were lost. While a PING is out already, that one will tell. */
  #pingNow(): void {
    const { pings, unanswered } = this.#actor.context;
    if (pings && unanswered.length === 0) this.#busTimer('ping');
  }

  #drain(): void {
    this.#slots.close().then(() => this.#actor.tell({ type: 'drained' }));
  }

  /** A rule the bus stands on is broken: nothing that comes after it can be believed. */
  #fail(code: FaultCode): void {
    this.#count(code);
    this.#reason = { code, message: 'the peer broke a rule of the bus' };
    this.#link.close();
    this.#lost();
  }

  #announce(device: number, index: number): boolean {
    const position = this.#slots.get(device)?.position(index);
    // Reset since the kick.
    if (position === undefined) return true;
    const fields = { vq_index: index, ...position };
    return this.#link.send({ name: 'EVENT_AVAIL', kind: 'event', device, token: 0, fields }) !== 'full';
  }

  #count(code: CountCode): void {
    this.#link.count(code);
  }
}
