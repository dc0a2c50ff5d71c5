import { Actor } from '../bus/actor.js';
import type { Answered } from '../bus/request-desk.js';
import type { ResponseMessage } from '../core/correlation/effect.js';
import {
  type VqueueContext,
  type VqueueEffect,
  type VqueueEvent,
  type VqueueState,
  vqueueContext,
  vqueueMachine,
} from '../core/driver/vqueue.js';
import { type Fault, fault } from '../core/fault.js';
import { DriverQueue } from '../queue/driver-queue.js';
import type { QueueFeatures } from '../queue/features.js';
import type { TransportMessage } from '../wire/message.js';
import { DriverPort, type DriverPortHost } from './driver-port.js';
import { type RingMemory, takeRing } from './ring-memory.js';

export interface QueueOptions {
  readonly device: number;
  readonly index: number;
  readonly features: QueueFeatures;
  readonly enableFlag: boolean;
  readonly sizeBeforeSetup: boolean;
}

/** What a queue needs of its transport. */
export interface QueueOwner extends DriverPortHost {
  ask(request: TransportMessage, done: Answered): void;
  arm(index: number, ms: number): void;
  cancel(index: number): void;
  up(index: number, what: 'ready' | 'live' | 'reset' | 'broken'): void;
  failed(index: number, why: Fault): void;
  failDevice(why: Fault): void;
  count(code: Extract<VqueueEffect, { type: 'count' }>['code']): void;
  moved(machine: string, before: string, after: string): void;
}

/** One virtqueue of a transport on the driver's side: its machine, the memory of its ring, and its port. */
export class TransportQueue {
  readonly index: number;
  readonly #options: QueueOptions;
  readonly #owner: QueueOwner;
  readonly #actor: Actor<VqueueState, VqueueContext, VqueueEvent, VqueueEffect>;
  #port: DriverPort | null = null;
  #ring: RingMemory | null = null;
  /** Why the queue cannot be used; as good as any where it broke without a word. */
  #failure: Fault;

  constructor(options: QueueOptions, owner: QueueOwner) {
    const { device, index, features, enableFlag, sizeBeforeSetup } = options;
    this.index = index;
    this.#failure = fault('bad_state', `queue ${index} is broken until the device is reset`);
    this.#options = options;
    this.#owner = owner;
    const { ringReset } = features;
    const context = vqueueContext({ device, index, packed: false, enableFlag, ringReset, sizeBeforeSetup });
    this.#actor = new Actor(vqueueMachine, context, {
      perform: (effect) => this.#perform(effect),
      unfit: () => owner.count('bad_state'),
      moved: (before, after) => owner.moved(`queue ${index}`, before, after),
    });
  }

  /** The port while there is a ring, live or soon to be. */
  get port(): DriverPort | null {
    return this.#port;
  }

  get live(): boolean {
    return this.#actor.state === 'live';
  }

  tell(event: VqueueEvent): void {
    this.#actor.tell(event);
  }

  /** Buffers that are out end now; the memory stays with the device until it is reset. */
  end(why: Fault): void {
    this.#port?.end(why);
  }

  #perform(effect: VqueueEffect): void {
    const owner = this.#owner;
    switch (effect.type) {
      case 'send':
        owner.ask(effect.message, (response, why) => this.#answered(response, why));
        return;
      case 'allocate':
        this.#allocate(effect.size);
        return;
      case 'examine':
        this.#port?.look();
        return;
      case 'arm':
        owner.arm(this.index, effect.ms);
        return;
      case 'cancel':
        owner.cancel(this.index);
        return;
      case 'up':
        if (effect.what === 'live') this.#port?.open();
        // Nothing of it will come back before the device is reset, and its memory stays lent until then.
        if (effect.what === 'broken') this.#port?.end({ ...this.#failure, outcome: 'unknown' });
        owner.up(this.index, effect.what);
        return;
      case 'fail':
        this.#failure = effect.fault;
        owner.failed(this.index, effect.fault);
        return;
      case 'return':
        this.#port?.end(fault(effect.code, `queue ${this.index} is gone`, 'unknown'));
        return;
      case 'release':
        this.#release('free');
        return;
      case 'quarantine':
        this.#release('lost');
        return;
      case 'failDevice':
        owner.failDevice(fault('rejected', `the device broke queue ${this.index}: ${effect.code}`));
        return;
      case 'count':
        owner.count(effect.code);
    }
  }

  #answered(response: ResponseMessage | null, why: Fault | null): void {
    if (response === null) this.tell({ type: 'failed', fault: why ?? fault('bad_state', 'no answer') });
    else if (response.name === 'GET_VQUEUE') this.tell({ type: 'queue', fields: response.fields });
    else if (response.name === 'SET_VQUEUE') this.tell({ type: 'set' });
    else this.tell({ type: 'reset' });
  }

  #allocate(size: number): void {
    const { features } = this.#options;
    const { pool } = this.#owner;
    const ring = takeRing(pool, size, features.indirectDesc);
    if (ring === null) {
      this.tell({ type: 'memory', areas: null });
      return;
    }
    this.#ring = ring;
    const { descriptor, driver, device } = ring.config;
    const { indirect } = ring;
    const queue = new DriverQueue<never>(pool.memory, ring.config, features, indirect && { indirect });
    if (!queue.initialise()) {
      this.#release('free');
      this.tell({ type: 'memory', areas: null });
      return;
    }
    this.#port = new DriverPort(this.index, queue as never, this.#owner);
    const areas = { descriptor_addr: BigInt(descriptor), driver_addr: BigInt(driver), device_addr: BigInt(device) };
    this.tell({ type: 'memory', areas });
  }

  #release(memory: 'free' | 'lost'): void {
    this.#port?.release(memory);
    this.#port = null;
    for (const piece of this.#ring?.pieces ?? []) {
      if (memory === 'free') this.#owner.pool.give(piece);
      else this.#owner.pool.abandon(piece);
    }
    this.#ring = null;
  }
}
