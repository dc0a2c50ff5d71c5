import { Actor } from '../bus/actor.js';
import type { Agreement } from '../core/bus/agreement.js';
import type { SlotRef } from '../core/correlation/reply-slots.js';
import { agreeOn, type DeviceContext, type DeviceState, deviceContext, negotiated } from '../core/device/context.js';
import type { DeviceEffect, DeviceEvent, DeviceTimer, ResetCause } from '../core/device/contract.js';
import { deviceMachine } from '../core/device/device.js';
import type { CountCode } from '../core/fault.js';
import type { Limits } from '../core/limits.js';
import type { Clock } from '../medium/clock.js';
import { toAddress } from '../memory/address.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { DeviceQueue } from '../queue/device-queue.js';
import type { QueueFault } from '../queue/faults.js';
import { queueFeatures } from '../queue/features.js';
import type { QueueConfig } from '../queue/layout.js';
import { checkQueue } from '../queue/parameters.js';
import type { Dialect } from '../wire/dialect.js';
import type { QueueSetup, TransportMessage } from '../wire/message.js';
import type { ConfigPatch, Device, DeviceServices } from './device.js';
import { featureBlocks } from './features.js';
import { type PortHost, QueuePort } from './queue-port.js';
import { settle } from './settle.js';

type Request = Extract<TransportMessage, { readonly kind: 'request' }>;
type Response = Extract<TransportMessage, { readonly kind: 'response' }>;
type Event = Extract<TransportMessage, { readonly kind: 'event' }>;

/** What becomes of a device. */
export type DeviceStage = Extract<DeviceEffect, { readonly type: 'up' }>['what'];

/** What a device host needs of its bus. */
export interface HostBus {
  readonly dialect: Dialect;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly memory: GuestMemory;
  /** Bytes of the largest message, header included. */
  readonly maxMessage: number;
  readonly transportFeatures: number;
  readonly ringFeatures: readonly number[];
  answer(slot: SlotRef, response: Response): void;
  discard(slot: SlotRef): void;
  /** Sends EVENT_USED once for all that is used in one go. */
  used(device: number, index: number): void;
  /** Sends EVENT_CONFIG; false: no room, `writable` is said to the host when there is. */
  config(event: Event): boolean;
  queueLive(device: number, index: number, live: boolean): void;
  stage(device: number, stage: DeviceStage, why: string | undefined): void;
  moved(device: number, before: string, after: string): void;
  /** A timer of this host, not of its number: the next device of the number has its own. */
  arm(host: DeviceHost, timer: DeviceTimer, ms: number): void;
  cancel(host: DeviceHost, timer: DeviceTimer): void;
  count(code: CountCode): void;
}

const requestOf = (asked: SlotRef | Request): Request => ('request' in asked ? (asked.request as Request) : asked);

/** One device on one bus: the machine of the transport on one side, the device on the other. */
export class DeviceHost implements PortHost {
  readonly number: number;
  readonly #device: Device;
  readonly #bus: HostBus;
  readonly #actor: Actor<DeviceState, DeviceContext, DeviceEvent, DeviceEffect>;
  readonly #ports = new Map<number, QueuePort>();
  /** Requests not answered, oldest first: their slots, or the request itself where nobody waits for the answer. */
  readonly #asked: (SlotRef | Request)[] = [];
  readonly #whenReset: (() => void)[] = [];
  #abort = new AbortController();
  #started = false;
  #configEvent: Event | null = null;

  constructor(number: number, device: Device, bus: HostBus) {
    this.number = number;
    this.#device = device;
    this.#bus = bus;
    const context = deviceContext({
      device: number,
      dialect: bus.dialect.name,
      transportFeatures: bus.transportFeatures,
      maxMessageSize: bus.maxMessage,
      device_id: device.id,
      vendor_id: device.vendor ?? 0,
      device_uuid: device.uuid ?? null,
      features: featureBlocks([...new Set([...device.features, ...bus.ringFeatures])]),
      dependencies: device.dependencies,
      queues: device.queues,
      config: device.config,
      writable: device.writable,
      memory: null,
      limits: bus.limits,
    });
    this.#actor = new Actor(deviceMachine, context, {
      perform: (effect) => this.#perform(effect),
      unfit: () => bus.count('bad_state'),
      moved: (before, after) => {
        context.state = after;
        bus.moved(number, before, after);
      },
    });
    device.attach?.({ change: (...patches) => this.changeConfig(patches) });
  }

  /** Device status, as the driver would read it. */
  get status(): number {
    return this.#actor.context.status;
  }

  request(request: Request, slot: SlotRef | null): void {
    this.#asked.push(slot ?? request);
    this.#actor.tell({ type: 'message', message: request });
  }

  event(event: Event): void {
    this.#actor.tell({ type: 'message', message: event });
  }

  /** Every queue that runs may have buffers: a look, as after an EVENT_AVAIL for each. */
  look(queues: readonly number[] | null): void {
    for (const index of queues ?? this.#ports.keys()) {
      const fields = { vq_index: index, next_offset: 0, next_wrap: 0 };
      this.event({ name: 'EVENT_AVAIL', kind: 'event', device: this.number, token: 0, fields });
    }
  }

  timer(timer: DeviceTimer): void {
    this.#actor.tell({ type: 'timer', timer });
  }

  /** The bus has agreed on its limits with the next driver. */
  agreed({ maxSize, features }: Agreement): void {
    agreeOn(this.#actor.context, { maxMessageSize: maxSize, transportFeatures: features });
  }

  /** As if the driver had written 0 to the status, with nobody to answer. `done` is called when it is reset, or gone. */
  reset(done?: () => void): void {
    if (done !== undefined) this.#whenReset.push(done);
    this.#forgetWaiting();
    const fields = { status: 0 };
    this.request({ name: 'SET_DEVICE_STATUS', kind: 'request', device: this.number, token: 0, fields }, null);
  }

  remove(): void {
    this.#actor.tell({ type: 'removed' });
    this.#asked.length = 0;
  }

  broken(cause: ResetCause): void {
    this.#actor.tell({ type: 'broken', cause });
  }

  changeConfig(patches: readonly ConfigPatch[]): void {
    this.#actor.tell({ type: 'configChanged', changes: patches });
  }

  writable(): void {
    if (this.#configEvent !== null) this.#announce(this.#configEvent);
  }

  // PortHost

  soon(port: QueuePort): void {
    this.#bus.clock.soon(() => port.turn());
  }

  later(port: QueuePort): void {
    this.#bus.clock.later(() => port.turn());
  }

  used(port: QueuePort): void {
    if (this.#ports.get(port.index) === port) this.#actor.tell({ type: 'used', index: port.index });
  }

  fault(port: QueuePort, { code }: QueueFault): void {
    if (this.#ports.get(port.index) === port) this.#actor.tell({ type: 'queueFault', index: port.index, code });
  }

  kick(port: QueuePort): void {
    if (!this.#started || this.#ports.get(port.index) !== port) return;
    const { signal } = this.#abort;
    // What a device says after its end is nobody's concern.
    const failed = (): void => {
      if (!signal.aborted) this.broken('handler');
    };
    // Typed as giving nothing, which an async method fits as well.
    settle<unknown>(
      () => this.#device.kick(port),
      () => {},
      failed,
    );
  }

  #perform(effect: DeviceEffect): void {
    const { number } = this;
    const bus = this.#bus;
    switch (effect.type) {
      case 'reply': {
        const asked = this.#asked.length === 0 ? undefined : this.#asked.shift();
        if (asked !== undefined && 'request' in asked) bus.answer(asked, effect.message as Response);
        return;
      }
      case 'drop':
        this.#drop(effect.message);
        bus.count(effect.code);
        return;
      case 'send':
        if (effect.message.name === 'EVENT_USED') bus.used(number, effect.message.fields.vq_index);
        else this.#announce(effect.message as Event);
        return;
      case 'activate':
        this.#activate(effect.epoch);
        return;
      case 'quiesce':
        this.#quiesce(effect.epoch);
        return;
      case 'suspend':
        this.#actor.tell({ type: 'suspended', epoch: effect.epoch, ok: true });
        return;
      case 'resume':
        this.#actor.tell({ type: 'resumed', epoch: effect.epoch, ok: true });
        return;
      case 'startQueue':
        this.#startQueue(effect.index, effect.setup);
        return;
      case 'stopQueue':
        this.#stopQueue(effect.index, effect.drain, effect.epoch);
        return;
      case 'kick':
        this.#ports.get(effect.index)?.wake();
        return;
      case 'applyConfig':
        this.#applyConfig(effect.epoch, effect);
        return;
      case 'arm':
        bus.arm(this, effect.timer, effect.ms);
        return;
      case 'cancel':
        bus.cancel(this, effect.timer);
        return;
      case 'count':
        bus.count(effect.code);
        return;
      case 'up':
        // What the ring itself has found says so by its fault; a device that gave up by itself is quiet by itself.
        this.#staged(effect.what);
        bus.stage(number, effect.what, effect.why);
    }
  }

  #staged(what: DeviceStage): void {
    if (what !== 'reset' && what !== 'removed') return;
    // Left over from the life before: its status would be taken for one of the next.
    this.#configEvent = null;
    for (const done of this.#whenReset.splice(0)) done();
  }

  /** Drops the requests behind the one at work: whoever asked is gone, and must not keep the reset from getting its turn. */
  #forgetWaiting(): void {
    const { context } = this.#actor;
    const waiting = new Set<TransportMessage>(context.deferred);
    context.deferred = [];
    const kept = this.#asked.filter((asked) => !waiting.has(requestOf(asked)));
    this.#asked.splice(0, this.#asked.length, ...kept);
  }

  /** A request that gets no answer gives up its slot. */
  #drop(message: TransportMessage): void {
    const at = this.#asked.findIndex((asked) => requestOf(asked) === message);
    if (at === -1) return;
    const [asked] = this.#asked.splice(at, 1);
    if ('request' in asked!) this.#bus.discard(asked);
  }

  #announce(event: Event): void {
    // A newer one takes the place of one that has not left.
    this.#configEvent = event;
    if (!this.#bus.config(event)) return;
    this.#configEvent = null;
    this.#actor.tell({ type: 'configEventSent' });
  }

  #activate(epoch: number): void {
    this.#abort = new AbortController();
    this.#started = true;
    settle(
      () => this.#device.start(this.#services(this.#abort.signal)),
      () => this.#actor.tell({ type: 'activated', epoch, ok: true }),
      () => this.#actor.tell({ type: 'activated', epoch, ok: false }),
    );
  }

  #quiesce(epoch: number): void {
    const quiet = (): void => this.#actor.tell({ type: 'quiesced', epoch });
    this.#abort.abort();
    if (!this.#started) {
      quiet();
      return;
    }
    this.#started = false;
    settle(() => this.#device.stop?.(), quiet, quiet);
  }

  #services(signal: AbortSignal): DeviceServices {
    // A device that goes on after its end talks to nobody.
    const ifRunning = (run: () => void): void => {
      if (!signal.aborted) run();
    };
    return {
      signal,
      has: (feature) => negotiated(this.#actor.context, feature),
      port: (index) => (signal.aborted ? undefined : this.#ports.get(index)),
      changeConfig: (...patches) => ifRunning(() => this.changeConfig(patches)),
      fail: (cause) => ifRunning(() => this.broken(cause)),
    };
  }

  #startQueue(index: number, setup: QueueSetup): void {
    const context = this.#actor.context;
    const config: QueueConfig = {
      size: setup.size,
      descriptor: toAddress(setup.descriptor_addr) ?? 0,
      driver: toAddress(setup.driver_addr) ?? 0,
      device: toAddress(setup.device_addr) ?? 0,
    };
    if (checkQueue(config, context.setup.queues[index] ?? 0, this.#bus.memory) !== undefined) {
      this.#actor.tell({ type: 'queueFault', index, code: 'q_memory' });
      return;
    }
    const queue = new DeviceQueue(this.#bus.memory, config, queueFeatures(context.chosen ?? []));
    this.#ports.set(index, new QueuePort(index, queue, this, this.#bus.limits.eventsPerTurn));
    this.#bus.queueLive(this.number, index, true);
  }

  #stopQueue(index: number, drain: boolean, epoch: number): void {
    const port = this.#ports.get(index);
    const over = (): void => {
      port?.end();
      // A reset of the device may have been faster, and another queue be here now.
      if (this.#ports.get(index) === port) {
        this.#ports.delete(index);
        this.#bus.queueLive(this.number, index, false);
      }
      if (drain) this.#actor.tell({ type: 'queueStopped', epoch, index });
    };
    if (port === undefined || !drain) {
      over();
      return;
    }
    // Whichever comes first: everything was given back, or the device says that it holds nothing any more.
    let waiting = true;
    const once = (): void => {
      if (!waiting) return;
      waiting = false;
      over();
    };
    port.drain(once);
    if (waiting && this.#device.stopQueue !== undefined) settle(() => this.#device.stopQueue?.(port), once, once);
  }

  #applyConfig(epoch: number, patch: ConfigPatch): void {
    const config = this.#actor.context.config.bytes.slice();
    const taken = (): Uint8Array => {
      config.set(patch.data, patch.offset);
      return config;
    };
    settle<Uint8Array | null>(
      () => (this.#device.writeConfig === undefined ? taken() : this.#device.writeConfig(config, patch)),
      (bytes) => this.#actor.tell({ type: 'configApplied', epoch, bytes }),
      () => {
        if (this.#actor.context.epoch === epoch) this.broken('handler');
        this.#actor.tell({ type: 'configApplied', epoch, bytes: null });
      },
    );
  }
}
