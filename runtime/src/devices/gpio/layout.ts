/** Device id of a GPIO device (Virtio 1.3, 5.18.1). */
export const GPIO = 41;

/** Virtio 1.3, 5.18.3. */
export const GpioFeature = { IRQ: 0 } as const;

/** Virtio 1.3, 5.18.2; the second with VIRTIO_GPIO_F_IRQ alone. */
export const GpioQueue = { REQUEST: 0, EVENT: 1 } as const;

/** A line is nothing, an output or an input; the place is the number in messages. */
export const DIRECTIONS = ['none', 'out', 'in'] as const;
export type GpioDirection = (typeof DIRECTIONS)[number];

/** VIRTIO_GPIO_IRQ_TYPE_*. */
export const GpioTrigger = { NONE: 0, RISING: 1, FALLING: 2, BOTH: 3, HIGH: 4, LOW: 8 } as const;
