import {
  enums,
  virtio_gpio_config,
  virtio_gpio_irq_request,
  virtio_gpio_irq_response,
  virtio_gpio_request,
  virtio_gpio_response,
} from '@virtio-wire/codecs/virtio-core/gpio';
import { VirtioError } from '../../bus/error.js';
import { type Fault, fault } from '../../core/fault.js';
import type { Driver, DriverServices, WantedQueue } from '../../driver/driver.js';
import type { Used } from '../../driver/driver-port.js';
import { settle } from '../../host/settle.js';
import { viewOf } from '../bytes.js';
import { DIRECTIONS, GPIO, type GpioDirection, GpioFeature, GpioQueue, GpioTrigger } from './layout.js';
import { decodeNames } from './line-names.js';

const { gpio_names_size, ngpio, STRUCT: CONFIG } = virtio_gpio_config;
const { encode: encodeRequest, STRUCT: REQUEST } = virtio_gpio_request;
const { encode: encodeIrqRequest, STRUCT: IRQ_REQUEST } = virtio_gpio_irq_request;
const { STRUCT: RESPONSE } = virtio_gpio_response;
const { STRUCT: IRQ_RESPONSE } = virtio_gpio_irq_response;
const { gpio_irq_status: GpioIrqStatus, gpio_req_type: GpioMessage, gpio_status: GpioStatus } = enums;

/** Where the value of a response begins, and all names. */
const VALUE = RESPONSE.fields.value;

/** Longest block of names that is fetched, whatever the device says. */
const MOST_NAMES = 64 * 1024;

export type GpioTriggerName = 'rising' | 'falling' | 'both' | 'high' | 'low';

export interface GpioWatch {
  /** Called for every interrupt. The next comes when what it returns is done: a level is to be gone by then. */
  readonly interrupt: () => void | Promise<void>;
  /** There are no more interrupts, and nobody here asked for that. */
  readonly ended?: (why: Fault) => void;
}

interface Watched extends GpioWatch {
  /** Unmasks its line. */
  readonly request: Uint8Array;
  active: boolean;
  /** The device has the buffer of this line. */
  out: boolean;
  whenBack: (() => void) | null;
}

/** The driver of a GPIO device. */
export class GpioDriver implements Driver {
  readonly id = GPIO;
  readonly features = [GpioFeature.IRQ];
  readonly #watched = new Map<number, Watched>();
  #services: DriverServices | null = null;
  #down: Fault = fault('bad_state', 'the lines are not there yet');
  #lines = 0;
  #namesSize = 0;

  /** How many lines there are. */
  get lines(): number {
    return this.#lines;
  }

  /**
   * A name for each line, empty for one without.
   *
   * @throws {VirtioError} bad_value, limit, rejected, reset, removed, …
   */
  async names(): Promise<string[]> {
    const size = this.#namesSize;
    if (size > MOST_NAMES) throw new VirtioError(fault('limit', `${size} bytes of names`));
    if (size === 0) return new Array<string>(this.#lines).fill('');
    const lines = this.#lines;
    const names = decodeNames(await this.#ask(GpioMessage.GET_LINE_NAMES, 0, 0, size), lines);
    if (names === null) throw new VirtioError(fault('bad_value', `no names for ${lines} lines`));
    return names;
  }

  async direction(line: number): Promise<GpioDirection> {
    const [value] = await this.#ask(GpioMessage.GET_DIRECTION, line);
    const direction = DIRECTIONS[value!];
    if (direction === undefined) throw new VirtioError(fault('bad_value', `${value} is no direction`));
    return direction;
  }

  /** A line that is to be an output should be given its value before; one that is nothing any more forgets it. */
  async setDirection(line: number, direction: GpioDirection): Promise<void> {
    await this.#ask(GpioMessage.SET_DIRECTION, line, DIRECTIONS.indexOf(direction));
  }

  /** What is on the line, 0 or 1. */
  async value(line: number): Promise<0 | 1> {
    const [value] = await this.#ask(GpioMessage.GET_VALUE, line);
    return value === 0 ? 0 : 1;
  }

  async setValue(line: number, value: 0 | 1): Promise<void> {
    await this.#ask(GpioMessage.SET_VALUE, line, value);
  }

  /**
   * Has a line interrupt, until the function that is returned is called; that resolves when it does no more.
   *
   * @throws {VirtioError} unsupported, bad_state where the line is watched already, rejected, limit, …
   */
  async watch(line: number, trigger: GpioTriggerName, watch: GpioWatch): Promise<() => Promise<void>> {
    if (!this.#live().has(GpioFeature.IRQ))
      throw new VirtioError(fault('unsupported', 'the lines of this device do not interrupt'));
    if (this.#watched.has(line)) throw new VirtioError(fault('bad_state', `line ${line} is watched already`));
    const watched: Watched = { ...watch, request: irqRequestOf(line), active: true, out: false, whenBack: null };
    this.#watched.set(line, watched);
    try {
      // Enabled before it is unmasked (Virtio 1.3, 5.18.7.2).
      await this.#ask(GpioMessage.SET_IRQ_TYPE, line, GpioTrigger[upper(trigger)]);
    } catch (reason) {
      if (this.#watched.get(line) === watched) this.#watched.delete(line);
      throw reason;
    }
    if (!watched.active) throw new VirtioError(this.#down);
    if (!this.#unmask(line, watched)) {
      await this.#unwatch(line, watched);
      throw new VirtioError(fault('limit', 'no room for the buffer of another line'));
    }
    return () => this.#unwatch(line, watched);
  }

  queues(has: (feature: number) => boolean): readonly WantedQueue[] {
    const request = { index: GpioQueue.REQUEST, size: 64 };
    return has(GpioFeature.IRQ) ? [request, { index: GpioQueue.EVENT, size: 256 }] : [request];
  }

  async live(services: DriverServices): Promise<void> {
    const bytes = await services.readConfig(0, CONFIG.size);
    const view = viewOf(bytes);
    this.#lines = ngpio(view, 0);
    this.#namesSize = gpio_names_size(view, 0);
    this.#services = services;
  }

  stopped(why: Fault): void {
    this.#services = null;
    this.#down = why;
    for (const [line, watched] of [...this.#watched]) this.#end(line, watched, why);
  }

  #live(): DriverServices {
    if (this.#services === null) throw new VirtioError({ ...this.#down, outcome: 'none' });
    return this.#services;
  }

  /** Asks one thing and returns what comes behind the status. */
  async #ask(type: number, gpio: number, value = 0, length = RESPONSE.size - VALUE): Promise<Uint8Array> {
    const services = this.#live();
    if (!Number.isInteger(gpio) || gpio < 0 || gpio >= this.#lines)
      throw new VirtioError(fault('range', `line ${gpio}, and there are ${this.#lines}`));
    const port = services.port(GpioQueue.REQUEST);
    const { bytes, written } = await port.request([requestOf(type, gpio, value)], [VALUE + length]);
    if (written !== bytes.length || bytes[RESPONSE.fields.status] !== GpioStatus.OK)
      throw new VirtioError(fault('rejected', `the device does not do this with line ${gpio}`));
    return bytes.subarray(VALUE);
  }

  #unmask(line: number, watched: Watched): boolean {
    const port = this.#services?.port(GpioQueue.EVENT);
    const back = (used: Used | null, why: Fault | null): void => this.#back(line, watched, used, why);
    watched.out = port?.submit([watched.request], [IRQ_RESPONSE.size], back) ?? false;
    return watched.out;
  }

  #back(line: number, watched: Watched, used: Used | null, why: Fault | null): void {
    watched.out = false;
    watched.whenBack?.();
    if (!watched.active) return;
    const status = used === null || used.written < IRQ_RESPONSE.size ? null : used.bytes[IRQ_RESPONSE.fields.status];
    if (status !== GpioIrqStatus.VALID) {
      this.#end(line, watched, why ?? fault('rejected', `the device has disabled the interrupt of line ${line}`));
      return;
    }
    settle(
      () => watched.interrupt(),
      () => {
        if (!watched.active || this.#unmask(line, watched)) return;
        this.#end(line, watched, fault('limit', `no room for the buffer of line ${line}`));
      },
      (reason) => this.#end(line, watched, fault('cancelled', String(reason))),
    );
  }

  async #unwatch(line: number, watched: Watched): Promise<void> {
    if (!watched.active) return;
    watched.active = false;
    try {
      await this.#ask(GpioMessage.SET_IRQ_TYPE, line, GpioTrigger.NONE);
      // There must not be two buffers for one line (Virtio 1.3, 5.18.7.2): the line is free once this one is back.
      if (watched.out) await new Promise<void>((resolve) => (watched.whenBack = resolve));
    } finally {
      if (this.#watched.get(line) === watched) this.#watched.delete(line);
    }
  }

  #end(line: number, watched: Watched, why: Fault): void {
    this.#watched.delete(line);
    watched.whenBack?.();
    if (!watched.active) return;
    watched.active = false;
    watched.ended?.(why);
  }
}

const upper = (name: GpioTriggerName): keyof typeof GpioTrigger => name.toUpperCase() as Uppercase<GpioTriggerName>;

function requestOf(type: number, gpio: number, value: number): Uint8Array {
  const bytes = new Uint8Array(REQUEST.size);
  encodeRequest(viewOf(bytes), 0, type, gpio, value);
  return bytes;
}

function irqRequestOf(line: number): Uint8Array {
  const bytes = new Uint8Array(IRQ_REQUEST.size);
  encodeIrqRequest(viewOf(bytes), 0, line);
  return bytes;
}
