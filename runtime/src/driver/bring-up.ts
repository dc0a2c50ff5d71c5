import { Actor } from '../bus/actor.js';
import type { Answered } from '../bus/request-desk.js';
import type { ResponseMessage } from '../core/correlation/effect.js';
import type { InitEffect, InitEvent } from '../core/driver/contract.js';
import { initMachine } from '../core/driver/init.js';
import { type InitContext, type InitState, initContext } from '../core/driver/init-context.js';
import { type Fault, fault } from '../core/fault.js';
import { featureBlocks } from '../host/features.js';
import type { DeviceInfo, TransportMessage } from '../wire/message.js';
import type { Driver } from './driver.js';
import type { TransportBus } from './transport-bus.js';

/** What the bring-up wants of whoever brings the device up. */
export type BringUpWish = Extract<InitEffect, { readonly type: 'up' }>;

/** What the bring-up of a device needs of its transport. */
export interface BringUpOwner {
  readonly bus: TransportBus;
  readonly device: number;
  readonly info: DeviceInfo;
  readonly driver: Driver;
  ask(request: TransportMessage, done: Answered): void;
  up(wish: BringUpWish): void;
  /** The device was reset: it has let go of everything. */
  wasReset(): void;
}

/** One life of a device as its driver sees it: from the reset through the negotiation of features until it is live, and on. */
export class BringUp {
  readonly #owner: BringUpOwner;
  readonly #actor: Actor<InitState, InitContext, InitEvent, InitEffect>;
  /** Counts the requests, of which only the last one counts. */
  #asked = 0;
  #void = false;

  constructor(owner: BringUpOwner) {
    this.#owner = owner;
    const { bus, device, info, driver } = owner;
    const { dialect, limits, maxMessage, outOfBand, resetIsFatal, ringFeatures } = bus;
    const context = initContext({
      device,
      dialect: dialect.name,
      maxMessageSize: maxMessage,
      numBlocks: info.num_feature_blocks,
      supported: featureBlocks([...driver.features, ...ringFeatures]),
      outOfBand,
      resetIsFatal,
      limits,
    });
    this.#actor = new Actor(initMachine, context, {
      perform: (effect) => {
        if (!this.#void) this.#perform(effect);
      },
      unfit: () => bus.count('bad_state'),
      moved: (before, after) => {
        bus.moved('driver', device, before, after);
        if (after === 'acked' && !this.#void) owner.wasReset();
      },
    });
  }

  get state(): InitState {
    return this.#actor.state;
  }

  /** Device status as it was last told. */
  get status(): number {
    return this.#actor.context.status;
  }

  /** Features that are negotiated, in blocks. */
  get chosen(): readonly number[] {
    return this.#actor.context.chosen;
  }

  /** Whether this life is over: what it was asked is void. */
  get isVoid(): boolean {
    return this.#void;
  }

  tell(event: InitEvent): void {
    this.#actor.tell(event);
  }

  /** Ends this life: whatever the machine still hears, it does nothing. */
  makeVoid(): void {
    this.#void = true;
  }

  #perform(effect: InitEffect): void {
    const { bus, device } = this.#owner;
    switch (effect.type) {
      case 'send':
        this.#send(effect.message);
        return;
      case 'arm':
        bus.arm(`${device}:poll`, effect.ms, () => {
          if (!this.#void) this.tell({ type: 'timer', timer: 'poll', now: bus.clock.now() });
        });
        return;
      case 'cancel':
        bus.cancel(`${device}:poll`);
        return;
      case 'count':
        bus.count(effect.code);
        return;
      case 'up':
        this.#owner.up(effect);
    }
  }

  #send(request: TransportMessage): void {
    const asked = ++this.#asked;
    this.#owner.ask(request, (response, why) => {
      if (!this.#void && asked === this.#asked) this.#answered(response, why);
    });
  }

  #answered(response: ResponseMessage | null, why: Fault | null): void {
    if (response === null) {
      // The best effort at FAILED, which nobody waits for.
      if (this.state !== 'broken') this.tell({ type: 'failed', fault: why ?? fault('bad_state', 'no answer') });
    } else if (response.name === 'GET_DEVICE_FEATURES') {
      this.tell({ type: 'features', fields: response.fields });
    } else if (response.name === 'SET_DRIVER_FEATURES') {
      this.tell({ type: 'featuresTaken' });
    } else if (response.name === 'SET_DEVICE_STATUS' || response.name === 'GET_DEVICE_STATUS') {
      this.tell({ type: 'status', status: response.fields.status });
    }
  }
}
