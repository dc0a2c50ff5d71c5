import { Actor } from '../bus/actor.js';
import { VirtioError } from '../bus/error.js';
import type { Answered } from '../bus/request-desk.js';
import { driverConfigMachine, endDriverConfig } from '../core/config/driver-config.js';
import {
  type Announcement,
  type DriverConfigContext,
  type DriverConfigEffect,
  type DriverConfigEvent,
  type DriverConfigState,
  driverConfig,
} from '../core/config/driver-config-contract.js';
import { room } from '../core/device/texts.js';
import { type Fault, fault } from '../core/fault.js';
import type { TransportMessage } from '../wire/message.js';
import { driverFault } from './driver-fault.js';
import type { TransportBus } from './transport-bus.js';
import type { Waiter } from './waiter.js';

/** What the configuration of a device needs of its transport. */
export interface ConfigOwner {
  readonly bus: TransportBus;
  readonly device: number;
  /** Bytes of the configuration. */
  readonly size: number;
  ask(request: TransportMessage, done: Answered): void;
  /** A request ended so, and the device may be dead. */
  doubt(why: Fault | null): void;
  changed(): void;
}

type Merge = ((now: Uint8Array) => Uint8Array | null) | undefined;

interface Call extends Waiter<Uint8Array> {
  readonly merge: Merge;
}

/** The configuration of one device as its driver reads and writes it: the machine at work, and who waits for it. */
export class ConfigAccess {
  readonly #owner: ConfigOwner;
  readonly #calls = new Map<number, Call>();
  #actor: Actor<DriverConfigState, DriverConfigContext, DriverConfigEvent, DriverConfigEffect>;
  #lastCall = 0;

  constructor(owner: ConfigOwner) {
    this.#owner = owner;
    this.#actor = this.#newActor();
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#call(undefined, (id) => ({ type: 'read', id, offset, length }));
  }

  async write(offset: number, data: Uint8Array, merge: Merge): Promise<void> {
    await this.#call(merge, (id) => ({ type: 'write', id, offset, data, merge: merge !== undefined }));
  }

  /** EVENT_CONFIG has come. */
  announced(fields: Announcement): void {
    this.#actor.tell({ type: 'event', fields });
  }

  /** Ends whatever is under way; nothing is known of the configuration any more. */
  halt(why: Fault): void {
    for (const effect of endDriverConfig(this.#actor.context, why)) this.#perform(effect);
    this.#actor = this.#newActor();
  }

  #newActor(): Actor<DriverConfigState, DriverConfigContext, DriverConfigEvent, DriverConfigEffect> {
    const { device, size, bus } = this.#owner;
    const { dialect, limits, maxMessage, strictGeneration } = bus;
    const context = driverConfig({
      device,
      size,
      room: room(dialect.name, maxMessage, 'GET_CONFIG'),
      checked: strictGeneration,
      readAttempts: limits.configReadAttempts,
      writeRetries: limits.configWriteRetries,
      maxWaiting: limits.maxWaiting,
    });
    return new Actor(driverConfigMachine, context, {
      perform: (effect) => this.#perform(effect),
      unfit: () => bus.count('bad_state'),
    });
  }

  #call(merge: Merge, event: (id: number) => DriverConfigEvent): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastCall;
      this.#calls.set(id, { resolve, reject, merge });
      this.#actor.tell(event(id));
    });
  }

  #perform(effect: DriverConfigEffect): void {
    switch (effect.type) {
      case 'send':
        this.#send(effect.message);
        return;
      case 'done':
        this.#take(effect.id)?.resolve(effect.data);
        return;
      case 'fail':
        this.#take(effect.id)?.reject(new VirtioError(effect.fault));
        return;
      case 'merge':
        this.#actor.tell({ type: 'merged', data: this.#merge(effect.id, effect.data) });
        return;
      case 'up':
        this.#owner.changed();
        return;
      case 'count':
        this.#owner.bus.count(effect.code);
    }
  }

  #send(request: TransportMessage): void {
    const actor = this.#actor;
    this.#owner.ask(request, (response, why) => {
      // Asked in another life.
      if (actor !== this.#actor) return;
      if (response === null) {
        // First: whether the device lives is asked before the next operation is begun (5.4).
        this.#owner.doubt(why);
        actor.tell({ type: 'failed', fault: why ?? fault('bad_state', 'no answer') });
      } else if (response.name === 'GET_CONFIG') actor.tell({ type: 'got', fields: response.fields });
      else if (response.name === 'SET_CONFIG') actor.tell({ type: 'set', fields: response.fields });
    });
  }

  /** What the caller would have written now; null, and the call ends with what he has thrown, where he cannot tell. */
  #merge(id: number, now: Uint8Array): Uint8Array | null {
    try {
      return this.#calls.get(id)?.merge?.(now) ?? null;
    } catch (reason) {
      this.#take(id)?.reject(new VirtioError(driverFault(reason)));
      return null;
    }
  }

  #take(id: number): Call | undefined {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }
}
