import { HandDriver } from './hand-driver.js';

/** struct virtio_gpio_request: le16 type, le16 gpio, le32 value. */
export const request = (type: number, gpio: number, value = 0) =>
  Uint8Array.of(type & 0xff, type >> 8, gpio & 0xff, gpio >> 8, value & 0xff, (value >> 8) & 0xff, 0, value >>> 24);

/** Types of requests; Virtio 1.3, 5.18.6. */
export const [NAMES, GET_DIRECTION, SET_DIRECTION, GET_VALUE, SET_VALUE, SET_IRQ_TYPE] = [1, 2, 3, 4, 5, 6] as const;
/** Directions. */
export const [OUT, IN] = [1, 2] as const;

/** Lines without names. */
export const lines = (count: number) => new Array<string>(count).fill('');

/** The example of Virtio 1.3, 5.18.6.1. */
export const EXAMPLE = ['MMC-CD', '', '', '', '', 'Red LED Vdd', '', 'ethernet reset', '', ''];
export const EXAMPLE_BLOCK = 'MMC-CD\0\0\0\0\0Red LED Vdd\0\0ethernet reset\0\0\0';

/** A driver that does nothing by itself. */
export class Hand extends HandDriver {
  constructor(features: readonly number[] = [0]) {
    super(41, [16, 16], features);
  }

  /** Without the feature there is no event queue. */
  override queues(has: (feature: number) => boolean): { index: number; size: number }[] {
    return super.queues(has).slice(0, has(0) ? 2 : 1);
  }

  /** Status and value that come back for a request. */
  async ask(type: number, gpio: number, value = 0): Promise<number[]> {
    const { bytes, written } = await this.offer(0, [request(type, gpio, value)], [2]);
    return [...bytes.subarray(0, written)];
  }
}
