import type { PendingEvent } from '../core/bus/pending.js';
import { EventPump, type PumpOptions } from './event-pump.js';

export interface DriverEventsOptions extends Pick<PumpOptions, 'limits' | 'clock' | 'count' | 'delivery'> {
  /** An event of the device side whose turn has come. */
  readonly heard: (event: PendingEvent) => void;
  /** Sends EVENT_AVAIL of a queue; false: there is no room. */
  readonly announce: (device: number, index: number) => boolean;
}

/** Events of a driver's bus, both ways: what the device side tells, and what it is told of buffers that are offered. */
export class DriverEvents {
  readonly #received: EventPump;
  readonly #sending: EventPump;

  constructor({ limits, clock, count, delivery, heard, announce }: DriverEventsOptions) {
    const pump = { limits, clock, count };
    this.#received = new EventPump({
      ...pump,
      delivery,
      signals: 'used',
      deliver: (event) => {
        heard(event);
        return true;
      },
    });
    this.#sending = new EventPump({
      ...pump,
      delivery: { inBand: true, outOfBand: false, poll: null },
      signals: 'avail',
      deliver: (event) => event.type !== 'avail' || announce(event.device, event.index),
    });
  }

  start(): void {
    this.#received.start();
    this.#sending.start();
  }

  stop(): void {
    this.#received.stop();
    this.#sending.stop();
  }

  /** Lets a device have events. */
  attach(device: number, queues: number): void {
    this.#received.attach(device, { queues, notificationData: false });
    this.#sending.attach(device, { queues, notificationData: false });
  }

  detach(device: number): void {
    this.#received.detach(device);
    this.#sending.detach(device);
  }

  /** A queue was set up, or is no more. */
  live(device: number, index: number, live: boolean): void {
    this.#received.live(device, index, live);
    this.#sending.live(device, index, live);
  }

  /** DRIVER_OK is set, or is no more. */
  running(device: number, running: boolean): void {
    this.#received.running(device, running);
    this.#sending.running(device, running);
  }

  /** EVENT_USED has come. */
  used(device: number, index: number): void {
    this.#received.tell({ type: 'queue', event: { type: 'used', device, index }, data: 0 });
  }

  /** A notification has come outside of messages: of these queues, or of all. */
  outOfBand(device: number, queues: readonly number[] | null): void {
    this.#received.tell({ type: 'out_of_band', device, queues });
  }

  /** EVENT_DEVICE has come. */
  device(number: number, state: number): void {
    this.#received.tell({ type: 'device', number, state });
  }

  /** Buffers were offered: EVENT_AVAIL goes out once for all of this turn. */
  avail(device: number, index: number): void {
    this.#sending.tell({ type: 'queue', event: { type: 'avail', device, index }, data: 0 });
  }

  writable(): void {
    this.#sending.writable();
  }
}
