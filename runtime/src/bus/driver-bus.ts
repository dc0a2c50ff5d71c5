import { type Agreement, GREATEST_MESSAGE_SIZE } from '../core/bus/agreement.js';
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
import type { Delivery } from '../core/bus/events.js';
import type { PendingEvent } from '../core/bus/pending.js';
import {
  newRevision,
  type RevisionContext,
  type RevisionEffect,
  type RevisionEvent,
  type RevisionState,
  revision,
} from '../core/bus/revision.js';
import type { RequestMessage, ResponseMessage } from '../core/correlation/effect.js';
import { STRICT_GENERATION } from '../core/device/texts.js';
import {
  type EnumerationContext,
  type EnumerationEffect,
  type EnumerationEvent,
  type EnumerationState,
  enumeration,
  newEnumeration,
} from '../core/discovery/enumeration.js';
import { hotplugEvent } from '../core/discovery/hotplug.js';
import { type CountCode, type Fault, type FaultCode, fault } from '../core/fault.js';
import { DEFAULT_LIMITS, type Limits } from '../core/limits.js';
import { BufferPool, type DriverMemory } from '../driver/buffer-pool.js';
import type { Driver } from '../driver/driver.js';
import type { DriverTransport } from '../driver/driver-transport.js';
import type { TransportBus } from '../driver/transport-bus.js';
import { RING_FEATURES } from '../host/features.js';
import { settle } from '../host/settle.js';
import { type Clock, REAL_CLOCK } from '../medium/clock.js';
import type { Down, Medium } from '../medium/medium.js';
import type { Dialect, DialectName, Order } from '../wire/dialect.js';
import { DIALECTS } from '../wire/dialects.js';
import type { BusMessage, DeviceInfo, Message, TransportMessage } from '../wire/message.js';
import { Actor } from './actor.js';
import { Counters } from './counters.js';
import { DriverSlot, type SlotBus } from './driver-slot.js';
import { VirtioError } from './error.js';
import { EventPump } from './event-pump.js';
import { Link, type LinkUser } from './link.js';
import { type BusQuirk, isEnumerationQuirk } from './quirks.js';
import { type Answered, RequestDesk } from './request-desk.js';
import { rethrowLater } from './rethrow.js';
import { Timers } from './timers.js';
import type { Tracer } from './tracer.js';

/** What a driver's bus tells its owner. */
export type DriverBusNews =
  | { readonly type: 'added'; readonly number: number; readonly info: DeviceInfo }
  | { readonly type: 'removed'; readonly number: number }
  /** A state of the bus's own in EVENT_DEVICE, 0x8000 to 0xffff. */
  | { readonly type: 'bus_state'; readonly number: number; readonly state: number }
  /** The bus has ended by itself: the medium is gone or the peer is dead. */
  | { readonly type: 'down'; readonly code: FaultCode; readonly reason: Down | null };

export interface DriverBusOptions {
  readonly medium: Medium;
  readonly dialect: DialectName;
  /** Memory for rings and buffers, which the device side can reach. */
  readonly memory: DriverMemory;
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
  readonly tracer?: Tracer;
  readonly watch?: (news: DriverBusNews) => void;
  /** Whether answers are delivered in the order of requests; else what the dialect says. */
  readonly order?: Order;
  /** Device numbers known beforehand; else GET_DEVICES finds them. */
  readonly devices?: readonly number[];
  /** Whether the peer is asked for signs of life; true. */
  readonly pings?: boolean;
  readonly quirks?: readonly BusQuirk[];
  /** Most device numbers to ask about in one GET_DEVICES. */
  readonly widestWindow?: number;
  readonly transportFeatures?: number;
  readonly ringFeatures?: readonly number[];
  /** How notifications of used buffers come; in messages unless given. */
  readonly delivery?: Delivery;
  /** Revisions to propose, best first; 1. */
  readonly revisions?: readonly number[];
  /**
   * Proposes a revision by means of the medium: what the device side answers, or null for no. Without it the first
   * revision and the size of the medium hold, as on media that have no such means.
   */
  readonly negotiate?: (proposal: Agreement) => Promise<Agreement | null>;
}

/** Devices that are looked at together; the others wait, so that a full bus does not fill the table of requests. */
const LOOKS = 16;

/** Requests to the bus whose tokens are remembered for peers that do not repeat them. */
const BUS_TOKENS = 64;

/** What a request to the bus and its response have in common, beside the token. */
const busKey = (message: BusMessage): string => {
  if (message.name === 'PING') return `PING ${message.fields.data}`;
  return message.name === 'GET_DEVICES' ? `GET_DEVICES ${message.fields.offset}` : message.name;
};

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
  readonly #pool: BufferPool;
  readonly #link: Link;
  readonly #desk: RequestDesk;
  readonly #timers: Timers<number | string>;
  readonly #calls = new Map<string, () => void>();
  readonly #received: EventPump;
  readonly #sending: EventPump;
  readonly #actor: Actor<DriverBusState, DriverBusContext, DriverBusEvent, DriverBusEffect>;
  readonly #slots = new Map<number, DriverSlot>();
  readonly #slotBus: SlotBus;
  #enumeration: Actor<EnumerationState, EnumerationContext, EnumerationEvent, EnumerationEffect> | null = null;
  /** Tokens of requests to the bus that are out, by what their answers repeat of them. */
  readonly #busTokens = new Map<string, number>();
  /** Numbers to ask about, and whom to tell when that is done. */
  readonly #toLook = new Map<number, (() => void)[]>();
  #nextToLook: Iterator<[number, (() => void)[]]> | null = null;
  #looking = 0;
  #handingOut = false;
  /** The devices are known that were there when the bus was opened. */
  #listed = false;
  /** Why the bus has ended. */
  #over: Fault | null = null;
  #opened: { readonly resolve: () => void; readonly reject: (why: VirtioError) => void } | null = null;
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
    this.#pool = new BufferPool(options.memory);
    this.#timers = new Timers(this.#clock, (key) => this.#timeout(key));
    const { medium, tracer } = options;
    const { counters } = this;
    this.#link = new Link({ dialect: this.#dialect, side: 'driver', medium, user: this.#user(), counters, tracer });
    this.#desk = new RequestDesk({
      dialect: this.#dialect,
      side: 'driver',
      limits: this.#limits,
      maxMessage: medium.maxMessage,
      knows: (device) => this.#slots.get(device)?.known === true,
      ...(options.order === undefined ? {} : { order: options.order }),
      send: (message) => this.#send(message),
      timers: this.#timers,
      count: (code) => this.#count(code),
      soon: (call) => this.#clock.soon(call),
      ping: () => this.#pingNow(),
      broken: (code) => this.#fail(code),
    });
    const pump = { limits: this.#limits, clock: this.#clock, count: (code: CountCode) => this.#count(code) };
    this.#received = new EventPump({
      ...pump,
      delivery: options.delivery ?? { inBand: true, outOfBand: false, poll: null },
      signals: 'used',
      deliver: (event) => this.#heard(event),
    });
    this.#sending = new EventPump({
      ...pump,
      delivery: { inBand: true, outOfBand: false, poll: null },
      signals: 'avail',
      deliver: (event) => event.type !== 'avail' || this.#announce(event.device, event.index),
    });
    const context = newDriverBus({
      limits: this.#limits,
      leastSize: Math.min(this.#dialect.minMessage, medium.maxMessage),
      ...(options.devices === undefined ? {} : { devices: options.devices }),
      ...(options.pings === undefined ? {} : { pings: options.pings }),
    });
    this.#actor = new Actor(driverBus, context, {
      perform: (effect) => this.#perform(effect),
      unfit: () => this.#count('bad_state'),
      moved: (before, after) => this.#moved(before, after),
    });
    this.#slotBus = this.#forSlots();
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
    const present = [...this.#slots].flatMap(([number, { info }]): [number, DeviceInfo][] =>
      info === null ? [] : [[number, info]],
    );
    return new Map(present.sort(([a], [b]) => a - b));
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
    const { signal, timeout } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new VirtioError(fault('cancelled', 'given up by the caller')));
        return;
      }
      const cancel = (): void => this.cancel(id);
      const id = this.submit(
        request,
        (response, why) => {
          signal?.removeEventListener('abort', cancel);
          if (response !== null) resolve(response as never);
          else reject(new VirtioError(why ?? fault('bad_state', 'no reason given')));
        },
        timeout,
      );
      signal?.addEventListener('abort', cancel, { once: true });
    });
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
    this.#received.tell({ type: 'out_of_band', device, queues });
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
    const cancelled = (): VirtioError => new VirtioError(fault('cancelled', 'given up by the caller'));
    if (signal?.aborted) {
      this.#link.close();
      return Promise.reject(cancelled());
    }
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.#opened?.reject(cancelled());
        this.#actor.tell({ type: 'close', how: 'abortive' });
      };
      const settled =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          this.#opened = null;
          signal?.removeEventListener('abort', cancel);
          then(value);
        };
      this.#opened = { resolve: () => settled(resolve)(undefined), reject: settled(reject) };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#received.start();
      this.#sending.start();
      this.#actor.tell({ type: 'open' });
    });
  }

  #moved(before: DriverBusState, after: DriverBusState): void {
    this.#options.tracer?.state?.('driver bus', null, before, after);
    if (after !== 'down' && after !== 'failed') return;
    this.#received.stop();
    this.#sending.stop();
    this.#closed?.();
    this.#closed = null;
  }

  #user(): LinkUser {
    return {
      message: (message, bytes) => this.#message(message, bytes),
      malformed: (head, code) => this.#desk.malformed(head, code),
      knows: (device) => this.#slots.get(device)?.known === true,
      writable: () => {
        this.#desk.writable();
        this.#sending.writable();
      },
      down: (reason) => {
        this.#reason = reason;
        this.#lost();
      },
    };
  }

  #message(message: Message, bytes: Uint8Array): void {
    if (message.kind === 'response') this.#desk.response(this.#asText(message, bytes));
    else if (message.name === 'EVENT_USED') {
      const event = { type: 'used', device: message.device, index: message.fields.vq_index } as const;
      this.#received.tell({ type: 'queue', event, data: 0 });
    } else if (message.name === 'EVENT_CONFIG') this.#slots.get(message.device)?.configEvent(message.fields);
    // A peer that asks and does not read would have us keep answers without end.
    else if (message.kind === 'request' && this.#link.kept >= this.#limits.maxInFlightPerBus) this.#count('limit');
    else this.#actor.tell({ type: 'received', message });
  }

  /** The response as a peer that keeps to the text would have sent it. */
  #asText(message: ResponseMessage, bytes: Uint8Array): ResponseMessage {
    if (message.name !== 'GET_DEVICES' && message.name !== 'PING') return message;
    const quirks = this.#options.quirks ?? [];
    let text = message;
    if (text.token === 0 && quirks.includes('bus-answers-without-token')) {
      const { name } = text;
      const exact = busKey(text);
      // A peer may cut the offset; what else it got wrong is for the machines to find.
      const key = this.#busTokens.has(exact) ? exact : [...this.#busTokens.keys()].find((k) => k.startsWith(name));
      text = { ...text, token: this.#busTokens.get(key ?? exact) ?? 0 };
      this.#busTokens.delete(key ?? exact);
    }
    if (text.name === 'GET_DEVICES' && quirks.includes('count-is-popcount')) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      const end = this.#dialect.messageSize(view, 0);
      const bitmap = bytes.slice(end - text.fields.bitmap.length - this.#surplus(text, end), end);
      text = { ...text, fields: { ...text.fields, bitmap } };
    }
    return text;
  }

  /** Bytes of the message behind the bitmap that the text would give it. */
  #surplus(message: Message, size: number): number {
    return Math.max(0, size - this.#dialect.sizeOf(message));
  }

  #send(message: Message): ReturnType<Link['send']> {
    const sent = this.#link.send(message);
    if (sent === 'sent' && (message.name === 'GET_DEVICES' || message.name === 'PING')) {
      const key = busKey(message);
      // One that is sent again is answered under its new token only, and counts as the newest.
      this.#busTokens.delete(key);
      this.#busTokens.set(key, message.token);
      if (this.#busTokens.size > BUS_TOKENS) this.#busTokens.delete(this.#busTokens.keys().next().value!);
    }
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
        this.#arm(`bus:${effect.timer}`, effect.ms, () => this.#busTimer(effect.timer));
        return;
      case 'cancel':
        this.#cancelTimer(`bus:${effect.timer}`);
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
        else this.#received.tell({ type: 'device', number, state });
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
    const { negotiate, medium, revisions = [1], transportFeatures = 0 } = this.#options;
    const ours = { maxSize: Math.min(medium.maxMessage, GREATEST_MESSAGE_SIZE), features: transportFeatures };
    if (negotiate === undefined) {
      this.#actor.tell({ type: 'agreed', agreement: { revision: revisions[0] ?? 1, ...ours } });
      return;
    }
    const actor: Actor<RevisionState, RevisionContext, RevisionEvent, RevisionEffect> = new Actor(
      revision,
      newRevision(ours, this.#limits),
      { perform: (effect) => perform(effect), unfit: () => this.#count('bad_state') },
    );
    const perform = (effect: RevisionEffect): void => {
      if (effect.type === 'propose') {
        const { revision: proposed } = effect;
        settle(
          () => negotiate({ revision: proposed, maxSize: effect.maxSize, features: effect.features }),
          (answer) =>
            actor.tell(answer === null ? { type: 'refused', revision: proposed } : { type: 'accepted', ...answer }),
          () => actor.tell({ type: 'refused', revision: proposed }),
        );
      } else if (effect.type === 'arm') {
        this.#arm('bus:version', effect.ms, () => actor.tell({ type: 'timer', timer: 'version' }));
      } else if (effect.type === 'cancel') this.#cancelTimer('bus:version');
      else if (effect.type === 'agreed') this.#actor.tell({ type: 'agreed', agreement: effect.agreement });
      else if (effect.type === 'refused') this.#actor.tell({ type: 'no_common_revision' });
    };
    actor.tell({ type: 'start', revisions: revisions.length > 0 ? revisions : [1] });
  }

  #enumerate(maxSize: number): void {
    const { widestWindow, quirks = [] } = this.#options;
    const context = newEnumeration({
      maxSize,
      headerSize: this.#dialect.headerSize,
      granule: this.#dialect.granule,
      limits: this.#limits,
      quirks: quirks.filter(isEnumerationQuirk),
      ...(widestWindow === undefined ? {} : { widestWindow }),
    });
    const actor: Actor<EnumerationState, EnumerationContext, EnumerationEvent, EnumerationEffect> = new Actor(
      enumeration,
      context,
      { perform: (effect) => perform(effect), unfit: () => this.#count('bad_state') },
    );
    const perform = (effect: EnumerationEffect): void => {
      switch (effect.type) {
        case 'request':
          this.#desk.submit(effect.message as RequestMessage, (response, why) => {
            if (response?.name === 'GET_DEVICES') actor.tell({ type: 'response', page: response.fields });
            else actor.tell({ type: 'failed', code: why?.code ?? 'bad_state' });
          });
          return;
        case 'finished':
          this.#actor.tell({ type: 'enumerated', devices: effect.devices });
          return;
        case 'failed':
          this.#actor.tell({ type: 'enumeration_failed', devices: effect.devices, code: effect.code });
          return;
        case 'device':
          this.#received.tell(effect);
          return;
        case 'count':
          this.#count(effect.code);
      }
    };
    this.#enumeration = actor;
    actor.tell({ type: 'start' });
  }

  #up(event: DriverBusUp): void {
    if (event.type === 'ready') {
      this.#complete = event.complete;
      this.#listed = true;
      for (const number of event.devices) this.#toLook.set(number, []);
      this.#look();
      return;
    }
    const { code } = event;
    this.#end(code === 'peer_dead' ? 'peer_dead' : 'bus_down');
    if (this.#opened !== null) {
      this.#opened.reject(new VirtioError(fault(code, this.#text(code))));
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
    for (const slot of [...this.#slots.values()]) slot.busDown();
    const looks = [...this.#toLook.values()];
    this.#toLook.clear();
    for (const waiting of looks) for (const looked of waiting) looked();
    this.#timers.clear();
    this.#calls.clear();
  }

  #text(code: FaultCode): string {
    return this.#reason?.message ?? `the bus cannot be used: ${code}`;
  }

  #news(news: DriverBusNews): void {
    try {
      this.#options.watch?.(news);
    } catch (reason) {
      rethrowLater(reason);
    }
  }

  /** Asks about the numbers that are to be looked at, some at a time; the bus is open when all were. */
  #look(): void {
    if (this.#handingOut || this.#over !== null) return;
    this.#handingOut = true;
    while (this.#looking < LOOKS) {
      // One walk goes on as long as there is something, past what was added meanwhile.
      this.#nextToLook ??= this.#toLook.entries();
      const { value } = this.#nextToLook.next();
      if (value === undefined) {
        this.#nextToLook = null;
        break;
      }
      const [number, waiting] = value;
      this.#toLook.delete(number);
      this.#looking++;
      this.#slot(number).look(() => {
        this.#looking--;
        for (const looked of waiting) looked();
        this.#look();
      });
    }
    this.#handingOut = false;
    if (this.#listed && this.#looking === 0 && this.#toLook.size === 0) this.#opened?.resolve();
  }

  #lookAt(number: number, looked?: () => void): void {
    if (this.state !== 'up') {
      looked?.();
      return;
    }
    const waiting = this.#toLook.get(number) ?? [];
    if (looked !== undefined) waiting.push(looked);
    this.#toLook.set(number, waiting);
    this.#look();
  }

  #hotplugged(event: Extract<PendingEvent, { readonly type: 'device' }>): void {
    const { number, state } = event;
    const what = hotplugEvent(event);
    const slot = this.#slots.get(number);
    if (what.type === 'ready' && slot?.looking !== true && slot?.leaving !== true) {
      this.#lookAt(number);
      return;
    }
    if (what.type === 'removed') {
      for (const looked of this.#toLook.get(number) ?? []) looked();
      this.#toLook.delete(number);
    }
    if (slot !== undefined) slot.tell(what);
    // Nothing is kept for a number without a device.
    else if (what.type === 'state') this.#news({ type: 'bus_state', number, state });
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

  #slot(number: number): DriverSlot {
    let slot = this.#slots.get(number);
    if (slot === undefined) {
      slot = new DriverSlot(number, this.#slotBus);
      this.#slots.set(number, slot);
    }
    return slot;
  }

  #forgetVacant(number: number): void {
    if (this.#slots.get(number)?.vacant) this.#slots.delete(number);
  }

  #drain(): void {
    Promise.all([...this.#slots.values()].map((slot) => slot.close())).then(() =>
      this.#actor.tell({ type: 'drained' }),
    );
  }

  /** A rule the bus stands on is broken: nothing that comes after it can be believed. */
  #fail(code: FaultCode): void {
    this.#count(code);
    this.#reason = { code, message: 'the peer broke a rule of the bus' };
    this.#link.close();
    this.#lost();
  }

  #heard(event: PendingEvent): true {
    if (event.type === 'used') this.#slots.get(event.device)?.used(event.index);
    else if (event.type === 'device') this.#hotplugged(event);
    return true;
  }

  #announce(device: number, index: number): boolean {
    const position = this.#slots.get(device)?.position(index);
    // Reset since the kick.
    if (position === undefined) return true;
    const fields = { vq_index: index, ...position };
    return this.#link.send({ name: 'EVENT_AVAIL', kind: 'event', device, token: 0, fields }) !== 'full';
  }

  #forSlots(): SlotBus {
    const { tracer, transportFeatures = 0, ringFeatures = RING_FEATURES, quirks = [], delivery } = this.#options;
    const maxMessage = (): number => this.#actor.context.agreement?.maxSize ?? this.#options.medium.maxMessage;
    const features = (): number => this.#actor.context.agreement?.features ?? transportFeatures;
    const always = this.#dialect.generation === 'always';
    const transport = (): Omit<TransportBus, 'close'> => ({
      dialect: this.#dialect,
      limits: this.#limits,
      clock: this.#clock,
      pool: this.#pool,
      maxMessage: maxMessage(),
      strictGeneration: always || (features() & STRICT_GENERATION) !== 0,
      ringFeatures,
      outOfBand: delivery?.inBand === false,
      sizeBeforeSetup: quirks.includes('size-before-setup'),
      resetIsFatal: quirks.includes('reset-is-fatal'),
      submit: (request: TransportMessage, done) => {
        this.#desk.submit(request as RequestMessage, done);
      },
      avail: (device, index) => this.#sending.tell({ type: 'queue', event: { type: 'avail', device, index }, data: 0 }),
      queueLive: (device, index, live) => {
        this.#received.live(device, index, live);
        this.#sending.live(device, index, live);
      },
      running: (device, running) => {
        this.#received.running(device, running);
        this.#sending.running(device, running);
      },
      arm: (key, ms, call) => this.#arm(key, ms, call),
      cancel: (key) => this.#cancelTimer(key),
      moved: (machine, device, before, after) => tracer?.state?.(machine, device, before, after),
      count: (code) => this.#count(code),
    });
    return {
      limits: this.#limits,
      transport,
      desk: this.#desk,
      attach: (device, queues) => {
        this.#received.attach(device, { queues, notificationData: false });
        this.#sending.attach(device, { queues, notificationData: false });
      },
      detach: (device) => {
        this.#received.detach(device);
        this.#sending.detach(device);
      },
      arm: (key, ms, call) => this.#arm(key, ms, call),
      cancel: (key) => this.#cancelTimer(key),
      moved: (device, before, after) => tracer?.state?.('hotplug', device, before, after),
      news: (news) => this.#news(news),
      over: () => this.#over,
      look: (device, looked) => this.#lookAt(device, looked),
      vacant: (device) => this.#clock.soon(() => this.#forgetVacant(device)),
      count: (code) => this.#count(code),
    };
  }

  #arm(key: string, ms: number, call: () => void): void {
    this.#calls.set(key, call);
    this.#timers.arm(key, ms);
  }

  #cancelTimer(key: string): void {
    this.#calls.delete(key);
    this.#timers.cancel(key);
  }

  #timeout(key: number | string): void {
    if (typeof key === 'number') {
      this.#desk.timer(key);
      return;
    }
    const call = this.#calls.get(key);
    this.#calls.delete(key);
    call?.();
  }

  #count(code: CountCode): void {
    this.#link.count(code);
  }
}
