/** Dialect of the messages that `hand.ts` reads and writes. */
export const WRITTEN_IN = 'virtio-msg/rfc3';

/** Messages that are written by hand as well, and what the benchmark calls them. */
export const WRITTEN_AS: Readonly<Record<string, string>> = {
  'EVENT_AVAIL.event': 'M1 EVENT_AVAIL',
  'SET_VQUEUE.request': 'M2 SET_VQUEUE',
  'SET_CONFIG.request': 'M4 SET_CONFIG',
  'GET_DEVICE_INFO.response': 'M5 GET_DEVICE_INFO',
};
