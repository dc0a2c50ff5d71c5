/** Device id of a GPIO device (Virtio 1.3, 5.18.1). */
export const GPIO = 41;

/** Virtio 1.3, 5.18.3. */
export const GpioFeature = { IRQ: 0 } as const;

/** Virtio 1.3, 5.18.2; the second with VIRTIO_GPIO_F_IRQ alone. */
export const GpioQueue = { REQUEST: 0, EVENT: 1 } as const;

/** struct virtio_gpio_config, Virtio 1.3, 5.18.4: le16 ngpio, u8 padding[2], le32 gpio_names_size. */
export const GpioConfig = { LENGTH: 8, NGPIO: 0, NAMES_SIZE: 4 } as const;

/** Virtio 1.3, 5.18.6. */
export const GpioMessage = {
  GET_LINE_NAMES: 1,
  GET_DIRECTION: 2,
  SET_DIRECTION: 3,
  GET_VALUE: 4,
  SET_VALUE: 5,
  SET_IRQ_TYPE: 6,
} as const;

export const GpioStatus = { OK: 0, ERROR: 1 } as const;

/** Virtio 1.3, 5.18.7. */
export const GpioIrqStatus = { INVALID: 0, VALID: 1 } as const;

/** A line is nothing, an output or an input; the place is the number in messages. */
export const DIRECTIONS = ['none', 'out', 'in'] as const;
export type GpioDirection = (typeof DIRECTIONS)[number];

/** VIRTIO_GPIO_IRQ_TYPE_*. */
export const GpioTrigger = { NONE: 0, RISING: 1, FALLING: 2, BOTH: 3, HIGH: 4, LOW: 8 } as const;

/** struct virtio_gpio_request, Virtio 1.3, 5.18.6: le16 type, le16 gpio, le32 value. */
export interface GpioRequest {
  readonly type: number;
  readonly gpio: number;
  readonly value: number;
}

export const REQUEST_LENGTH = 8;
/** struct virtio_gpio_response: u8 status, u8 value; of names there are more. */
export const RESPONSE_LENGTH = 2;
/** struct virtio_gpio_irq_request: le16 gpio. */
export const IRQ_REQUEST_LENGTH = 2;
/** struct virtio_gpio_irq_response: u8 status. */
export const IRQ_RESPONSE_LENGTH = 1;

export function encodeRequest({ type, gpio, value }: GpioRequest): Uint8Array {
  const bytes = new Uint8Array(REQUEST_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, type, true);
  view.setUint16(2, gpio, true);
  view.setUint32(4, value, true);
  return bytes;
}

export function decodeRequest(bytes: Uint8Array): GpioRequest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { type: view.getUint16(0, true), gpio: view.getUint16(2, true), value: view.getUint32(4, true) };
}

export const encodeIrqRequest = (gpio: number): Uint8Array => Uint8Array.of(gpio & 0xff, gpio >>> 8);
export const decodeIrqRequest = (bytes: Uint8Array): number => bytes[0]! | (bytes[1]! << 8);
