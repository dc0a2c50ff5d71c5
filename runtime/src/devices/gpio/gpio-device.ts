import type { Device, DeviceServices } from '../../host/device.js';
import type { QueuePort } from '../../host/queue-port.js';
import type { Chain } from '../../queue/chain.js';
import { GpioInterrupts } from './gpio-interrupts.js';
import { GpioLine } from './gpio-line.js';
import {
  DIRECTIONS,
  decodeRequest,
  GPIO,
  GpioConfig,
  GpioFeature,
  GpioMessage,
  GpioQueue,
  type GpioRequest,
  GpioStatus,
  GpioTrigger,
  REQUEST_LENGTH,
  RESPONSE_LENGTH,
} from './layout.js';
import { encodeNames } from './line-names.js';

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
  readonly #names: Uint8Array;
  readonly #lines: readonly GpioLine[];
  #listener: GpioListener | null = null;
  #services: DeviceServices | null = null;
  #interrupts: GpioInterrupts | null = null;

  constructor({ lines, interrupts = true }: GpioDeviceOptions) {
    if (lines.length < 1 || lines.length > 65535) throw new RangeError(`1 to 65535 lines, not ${lines.length}`);
    this.#names = encodeNames(lines);
    this.#lines = lines.map(() => new GpioLine());
    this.features = interrupts ? [GpioFeature.IRQ] : [];
    this.queues = interrupts ? [64, 256] : [64];
    this.config = new Uint8Array(GpioConfig.LENGTH);
    const view = new DataView(this.config.buffer);
    view.setUint16(GpioConfig.NGPIO, lines.length, true);
    view.setUint32(GpioConfig.NAMES_SIZE, this.#names.length, true);
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
    const bytes = new Uint8Array(REQUEST_LENGTH);
    const whole = chain.readableLength === REQUEST_LENGTH && chain.read(0, bytes);
    const request = whole ? decodeRequest(bytes) : null;
    const room = chain.writableLength;
    const value = request === null || room < RESPONSE_LENGTH ? null : this.#execute(request, room);
    const response = new Uint8Array(1 + Math.max(1, value?.length ?? 1));
    response[0] = value === null ? GpioStatus.ERROR : GpioStatus.OK;
    if (value !== null) response.set(value, 1);
    if (chain.write(0, response.subarray(0, room))) port.complete(chain);
    else port.refuse(chain);
  }

  /** What comes behind the status; null for an error. */
  #execute({ type, gpio, value }: GpioRequest, room: number): Uint8Array | null {
    if (type === GpioMessage.GET_LINE_NAMES)
      return this.#names.length > 0 && room > this.#names.length ? this.#names : null;
    const line = this.#lines[gpio];
    if (line === undefined) return null;
    switch (type) {
      case GpioMessage.GET_DIRECTION:
        return Uint8Array.of(DIRECTIONS.indexOf(line.direction));
      case GpioMessage.GET_VALUE:
        return Uint8Array.of(line.level);
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

const done = (well: boolean): Uint8Array | null => (well ? Uint8Array.of(0) : null);
