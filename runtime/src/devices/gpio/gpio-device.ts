import {
  enums,
  virtio_gpio_config,
  virtio_gpio_request,
  virtio_gpio_response,
  virtio_gpio_response_get_names,
} from '@virtio-wire/codecs/virtio-core/gpio';
import type { Device, DeviceServices } from '../../host/device.js';
import type { QueuePort } from '../../host/queue-port.js';
import type { Chain } from '../../queue/chain.js';
import { Room, viewOf } from '../bytes.js';
import { GpioInterrupts } from './gpio-interrupts.js';
import { GpioLine } from './gpio-line.js';
import { DIRECTIONS, GPIO, GpioFeature, GpioQueue, GpioTrigger } from './layout.js';
import { encodeNames } from './line-names.js';

const { gpio: requestedLine, STRUCT: REQUEST, type: requestType, value: requestValue } = virtio_gpio_request;
const { encode: encodeResponse, STRUCT: RESPONSE } = virtio_gpio_response;
const { gpio_req_type: GpioMessage, gpio_status: GpioStatus } = enums;

export interface GpioDeviceOptions {
  /** A name for each line, empty for one without; 1 to 65535 of them, 7-bit ASCII, no name twice. */
  readonly lines: readonly string[];
  /** Whether lines may interrupt; true unless given. */
  readonly interrupts?: boolean;
}

/** Told what the driver puts on a line; null where the line is no output any more. */
export type GpioListener = (line: number, level: number | null) => void;

/** Lines between a driver and whoever holds the other ends (Virtio 1.3, 5.18). */
export class GpioDevice implements Device {
  readonly id = GPIO;
  readonly features: readonly number[];
  readonly queues: readonly number[];
  readonly config: Uint8Array;
  /** The response with all names; of no bytes where no line has one. */
  readonly #names: Uint8Array;
  readonly #request = new Room(REQUEST.size);
  readonly #response = new Room(RESPONSE.size);
  readonly #lines: readonly GpioLine[];
  #listener: GpioListener | null = null;
  #services: DeviceServices | null = null;
  #interrupts: GpioInterrupts | null = null;

  constructor({ lines, interrupts = true }: GpioDeviceOptions) {
    if (lines.length < 1 || lines.length > 65535) throw new RangeError(`1 to 65535 lines, not ${lines.length}`);
    const names = encodeNames(lines);
    this.#names = namesResponse(names);
    this.#lines = lines.map(() => new GpioLine());
    this.features = interrupts ? [GpioFeature.IRQ] : [];
    this.queues = interrupts ? [64, 256] : [64];
    this.config = new Uint8Array(virtio_gpio_config.STRUCT.size);
    virtio_gpio_config.encode(viewOf(this.config), 0, lines.length, names.length);
  }

  onOutput(listener: GpioListener): void {
    this.#listener = listener;
  }

  /** Puts a level on a line from outside, which the driver sees if it is an input. */
  drive(line: number, level: 0 | 1): void {
    const target = this.#lines[line];
    if (target === undefined) throw new RangeError(`line ${line}, and there are ${this.#lines.length}`);
    target.drive(level);
    this.#interrupts?.look(line);
  }

  start(services: DeviceServices): void {
    this.#services = services;
    this.#interrupts = new GpioInterrupts(this.#lines, services);
  }

  kick(port: QueuePort): void {
    if (port.index === GpioQueue.EVENT) this.#interrupts?.kick(port);
    else for (let chain = port.next(); chain !== undefined; chain = port.next()) this.#serve(port, chain);
  }

  stopQueue(port: QueuePort): void {
    if (port.index === GpioQueue.EVENT) this.#interrupts?.forget();
  }

  stop(): void {
    this.#services = null;
    this.#interrupts = null;
    this.#lines.forEach((line, index) => {
      const was = line.direction;
      line.reset();
      if (was === 'out') this.#listener?.(index, null);
    });
  }

  #serve(port: QueuePort, chain: Chain): void {
    const { bytes, view } = this.#request;
    const whole = chain.readableLength === bytes.length && chain.read(0, bytes);
    const room = chain.writableLength;
    const response = whole && room >= RESPONSE.size ? this.#answer(view, room) : this.#respond(null);
    if (chain.write(0, response.subarray(0, room))) port.complete(chain);
    else port.refuse(chain);
  }

  #answer(request: DataView, room: number): Uint8Array {
    const type = requestType(request, 0);
    if (type !== GpioMessage.GET_LINE_NAMES)
      return this.#respond(this.#execute(type, requestedLine(request, 0), requestValue(request, 0)));
    return this.#names.length > 0 && room >= this.#names.length ? this.#names : this.#respond(null);
  }

  /** A response with a value; null for an error. Good until the next one. */
  #respond(value: number | null): Uint8Array {
    const { bytes, view } = this.#response;
    encodeResponse(view, 0, value === null ? GpioStatus.ERR : GpioStatus.OK, value ?? 0);
    return bytes;
  }

  /** What comes behind the status; null for an error. */
  #execute(type: number, gpio: number, value: number): number | null {
    const line = this.#lines[gpio];
    if (line === undefined) return null;
    switch (type) {
      case GpioMessage.GET_DIRECTION:
        return DIRECTIONS.indexOf(line.direction);
      case GpioMessage.GET_VALUE:
        return line.level;
      case GpioMessage.SET_DIRECTION:
        return done(this.#setDirection(gpio, line, value));
      case GpioMessage.SET_VALUE:
        if (!line.setOutput(value)) return null;
        if (line.direction === 'out') this.#listener?.(gpio, value);
        return done(true);
      case GpioMessage.SET_IRQ_TYPE:
        return done(this.#setTrigger(gpio, line, value));
      default:
        return null;
    }
  }

  #setDirection(gpio: number, line: GpioLine, value: number): boolean {
    const was = line.direction;
    if (!line.setDirection(value)) return false;
    if (!line.enabled) this.#interrupts?.disable(gpio);
    if (line.direction === 'out') this.#listener?.(gpio, line.level);
    else if (was === 'out') this.#listener?.(gpio, null);
    return true;
  }

  #setTrigger(gpio: number, line: GpioLine, type: number): boolean {
    if (!this.#services?.has(GpioFeature.IRQ) || !line.setTrigger(type)) return false;
    if (type === GpioTrigger.NONE) this.#interrupts?.disable(gpio);
    return true;
  }
}

const done = (well: boolean): number | null => (well ? 0 : null);

function namesResponse(names: Uint8Array): Uint8Array {
  if (names.length === 0) return names;
  const { encode, STRUCT } = virtio_gpio_response_get_names;
  const bytes = new Uint8Array(STRUCT.minSize + names.length);
  encode(viewOf(bytes), 0, GpioStatus.OK, names);
  return bytes;
}
