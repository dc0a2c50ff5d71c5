import type { EnumerationQuirk } from '../core/discovery/enumeration.js';

/**
 * What real peers do instead of what the text says, and a driver's bus can live with where it is told to expect it:
 *
 * - `count-is-popcount` and `next-offset-never-zero`: see `EnumerationQuirk`.
 * - `bus-answers-without-token` (QEMU): responses to bus messages carry token 0; each goes to the newest request
 *   whose data it repeats.
 * - `size-before-setup` (QEMU): GET_VQUEUE tells the largest size as the current one before any setup.
 * - `reset-is-fatal` (OP-TEE): a status of 0 ends the peer, so none is ever written. A device is brought up where it is
 *   found reset, once; one that is let go keeps its status and the memory it was lent.
 */
export type BusQuirk = EnumerationQuirk | 'bus-answers-without-token' | 'size-before-setup' | 'reset-is-fatal';

/**
 * The same for a device's bus:
 *
 * - `no-bus-messages` (Linux loopback): the peer refuses bus messages from the device side, so EVENT_DEVICE is not sent.
 */
export type DeviceBusQuirk = 'no-bus-messages';

/**
 * What the bus options are for real peers, to be spread into them: each is what a capture of that peer needs, and no more.
 *
 * - `qemu`: the device side of edgarigl/qemu of 2026. It knows 32 numbers.
 * - `qemu-rfcv1`: the device side sent to qemu-devel in October 2025. It does not answer PING, and answers windows of more
 *   than 32 numbers with bytes that are not its own.
 * - `optee`: the device core of OP-TEE of 2025.
 * - `linux-loopback`: the driver side of the published Linux loopback bus, for a `DeviceBus`.
 */
export const PEERS = {
  qemu: {
    quirks: ['next-offset-never-zero', 'bus-answers-without-token', 'size-before-setup'],
    widestWindow: 32,
  },
  'qemu-rfcv1': { quirks: ['bus-answers-without-token', 'size-before-setup'], widestWindow: 32, pings: false },
  optee: { quirks: ['count-is-popcount', 'reset-is-fatal'] },
  'linux-loopback': { quirks: ['no-bus-messages'] },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly quirks: readonly (BusQuirk | DeviceBusQuirk)[];
      readonly widestWindow?: number;
      readonly pings?: boolean;
    }
  >
>;

export const isEnumerationQuirk = (quirk: BusQuirk): quirk is EnumerationQuirk =>
  quirk === 'count-is-popcount' || quirk === 'next-offset-never-zero';
