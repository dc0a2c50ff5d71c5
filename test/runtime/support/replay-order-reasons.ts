/** Why our requests on the way to live are not those of a captured driver. */
export const ORDER = {
  'status-believed': 'the answer to a write of the status is believed: it is read once, after FEATURES_OK (8)',
  'queue-confirmed': 'a queue is read back after it is set up, in every dialect (13, verifying)',
  'config-when-live': 'the driver reads its configuration once the device is live; a kernel has done so before',
  'generation-with-data':
    'the generation is taken from every answer with data; older kernels ask for it with no bytes (11)',
  'walk-to-the-end': 'a page that ends at itself is how the walk ends (7.1, next-offset-never-zero)',
  'ping-by-clock': 'PING is sent as time passes, not on the way (2)',
  'queues-side-by-side': 'all queues are set up at the same time; the captured driver took one after the other',
  'page-of-other-width': 'the window is as wide as the bus was told (7.1)',
} as const;

/** A line of `changes` and its reason. */
export type Change = readonly [change: string, why: keyof typeof ORDER];

const status: Change = ['- GET_DEVICE_STATUS', 'status-believed'];
const confirmed: Change = ['+ GET_VQUEUE 0', 'queue-confirmed'];
const generation: Change = ['- GET_CONFIG 0 0', 'generation-with-data'];
const live: Change = ['+ SET_DEVICE_STATUS 15', 'config-when-live'];
const notYet: Change = ['- SET_DEVICE_STATUS 15', 'config-when-live'];

export const OLDER_DISK: readonly Change[] = [
  status,
  status,
  status,
  confirmed,
  live,
  generation,
  generation,
  status,
  notYet,
];
export const DISK: readonly Change[] = [status, status, status, live, status, notYet];
export const OLDER_ENTROPY: readonly Change[] = [status, status, status, status, confirmed];
export const ENTROPY: readonly Change[] = [status, status, status, status];
export const QEMU: readonly Change[] = [
  ['- PING', 'ping-by-clock'],
  ['+ GET_DEVICES 32 32', 'walk-to-the-end'],
  status,
];
export const QEMU_RFCV1: readonly Change[] = [['- PING', 'ping-by-clock'], status];
export const OPTEE: readonly Change[] = [
  ['+ GET_DEVICES 0 256', 'page-of-other-width'],
  ['- SET_VQUEUE 0', 'queues-side-by-side'],
  ['- GET_VQUEUE 0', 'queues-side-by-side'],
  ['+ GET_VQUEUE 2', 'queues-side-by-side'],
  ['+ SET_VQUEUE 0', 'queues-side-by-side'],
  ['+ SET_VQUEUE 2', 'queues-side-by-side'],
  ['+ GET_VQUEUE 0', 'queues-side-by-side'],
  ['- SET_VQUEUE 2', 'queues-side-by-side'],
  ['- GET_CONFIG 0 8', 'config-when-live'],
  ['+ GET_CONFIG 0 8', 'config-when-live'],
];
