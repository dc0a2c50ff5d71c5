import {
  type EventsContext,
  type EventsEffect,
  type EventsEvent,
  type EventsState,
  events,
  newEvents,
} from '../core/bus/events.js';
import { attach, detach, type PendingEvent, setLive, setRunning } from '../core/bus/pending.js';
import type { CountCode } from '../core/fault.js';
import type { Clock } from '../medium/clock.js';
import { Actor } from './actor.js';
import { Timers } from './timers.js';

export interface PumpOptions extends Pick<EventsContext, 'limits' | 'delivery' | 'signals'> {
  readonly clock: Clock;
  readonly count: (code: CountCode) => void;
  /** Takes one event; false: there is no room, say `writable()` when there is. */
  readonly deliver: (event: PendingEvent) => boolean;
}

/** Events in one direction at work: coalesced while they wait, and delivered in turns behind whatever else is to be done. */
export class EventPump {
  readonly #actor: Actor<EventsState, EventsContext, EventsEvent, EventsEffect>;
  readonly #options: PumpOptions;
  readonly #timers: Timers<'poll'>;
  /** Events of this turn that found no room. */
  #left: PendingEvent[] = [];

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#timers = new Timers(options.clock, (timer) => this.#actor.tell({ type: 'timer', timer }));
    this.#actor = new Actor(events, newEvents(options), {
      perform: (effect) => this.#perform(effect),
      unfit: () => options.count('bad_state'),
    });
  }

  start(): void {
    this.#actor.tell({ type: 'start' });
  }

  stop(): void {
    this.#actor.tell({ type: 'stop' });
    this.#timers.clear();
  }

  /** Lets a device have events. */
  attach(device: number, source: { readonly queues: number; readonly notificationData: boolean }): void {
    attach(this.#actor.context, device, source);
  }

  detach(device: number): void {
    detach(this.#actor.context, device);
  }

  /** A queue was set up, or is no more. */
  live(device: number, index: number, live: boolean): void {
    setLive(this.#actor.context, device, index, live);
  }

  /** DRIVER_OK is set, or is no more. */
  running(device: number, running: boolean): void {
    setRunning(this.#actor.context, device, running);
  }

  tell(event: EventsEvent): void {
    this.#actor.tell(event);
  }

  writable(): void {
    this.#actor.tell({ type: 'writable' });
  }

  #perform(effect: EventsEffect): void {
    switch (effect.type) {
      case 'schedule':
        this.#options.clock.soon(() => this.#turn());
        return;
      case 'deliver':
        if (this.#left.length > 0 || !this.#options.deliver(effect.event)) this.#left.push(effect.event);
        return;
      case 'arm':
        this.#timers.arm(effect.timer, effect.ms);
        return;
      case 'cancel':
        this.#timers.cancel(effect.timer);
        return;
      case 'refuse':
      case 'count':
        this.#options.count(effect.code);
    }
  }

  #turn(): void {
    if (this.#actor.state !== 'open') return;
    this.#actor.tell({ type: 'turn' });
    if (this.#left.length === 0) return;
    const left = this.#left;
    this.#left = [];
    this.#actor.tell({ type: 'full', events: left });
  }
}
