/** Entropy device, Virtio 1.3, 5.4: no feature bits, no configuration, nothing in a buffer but random bytes. */
export const ENTROPY_ID = 4;

/** Its only queue (5.4.2). */
export const REQUEST_QUEUE = 0;
