import { enums, virtio_gpio_irq_request, virtio_gpio_irq_response } from '@virtio-wire/codecs/virtio-core/gpio';
import type { DeviceServices } from '../../host/device.js';
import type { QueuePort } from '../../host/queue-port.js';
import type { Chain } from '../../queue/chain.js';
import { Room } from '../bytes.js';
import type { GpioLine } from './gpio-line.js';
import { GpioQueue } from './layout.js';

const { gpio, STRUCT: REQUEST } = virtio_gpio_irq_request;
const { encode: encodeResponse, STRUCT: RESPONSE } = virtio_gpio_irq_response;
const { gpio_irq_status: GpioIrqStatus } = enums;

/** The event queue: a buffer that a driver leaves here is its leave to interrupt once on one line (Virtio 1.3, 5.18.7). */
export class GpioInterrupts {
  readonly #lines: readonly GpioLine[];
  readonly #services: DeviceServices;
  readonly #request = new Room(REQUEST.size);
  readonly #response = new Room(RESPONSE.size);
  /** By line. */
  readonly #unmasked = new Map<number, Chain>();

  constructor(lines: readonly GpioLine[], services: DeviceServices) {
    this.#lines = lines;
    this.#services = services;
  }

  kick(port: QueuePort): void {
    for (let chain = port.next(); chain !== undefined; chain = port.next()) this.#unmask(chain);
  }

  /** Interrupts on a line if that is due and may be. */
  look(line: number): void {
    const chain = this.#unmasked.get(line);
    if (chain === undefined || !this.#lines[line]?.due) return;
    this.#unmasked.delete(line);
    if (this.#giveBack(chain, GpioIrqStatus.VALID)) this.#lines[line].told();
  }

  /** Gives the buffer of a line back that interrupts no more. */
  disable(line: number): void {
    const chain = this.#unmasked.get(line);
    this.#unmasked.delete(line);
    if (chain !== undefined) this.#giveBack(chain, GpioIrqStatus.INVALID);
  }

  /** The queue is gone with all buffers in it. */
  forget(): void {
    this.#unmasked.clear();
  }

  #unmask(chain: Chain): void {
    const { bytes, view } = this.#request;
    const whole = chain.readableLength === bytes.length && chain.writableLength > 0 && chain.read(0, bytes);
    const line = whole ? gpio(view, 0) : -1;
    // Nor are there two for one line (Virtio 1.3, 5.18.7.2).
    if (!this.#lines[line]?.enabled || this.#unmasked.has(line)) {
      this.#giveBack(chain, GpioIrqStatus.INVALID);
      return;
    }
    this.#unmasked.set(line, chain);
    this.look(line);
  }

  #giveBack(chain: Chain, status: number): boolean {
    const port = this.#services.port(GpioQueue.EVENT);
    if (port === undefined) return false;
    const { bytes, view } = this.#response;
    encodeResponse(view, 0, status);
    return chain.write(0, bytes) ? port.complete(chain) : port.refuse(chain);
  }
}
